"""frozen_call: a call of a network that does not change the network."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen.freezing import frozen_call
from tests.contract import gradients, randomize, to_numpy, weighted_sum

INPUTS = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")


@pytest.fixture
def network():
    """A network with batch normalization, dropout and a regularizer."""
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(8, activity_regularizer="l2"),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Dropout(0.4, seed=3),
            layers.Dense(1),
        ]
    )
    return randomize(model)


def state(model):
    return [keras.ops.convert_to_numpy(variable).copy() for variable in model.variables]


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
@pytest.mark.parametrize("training", [True, False])
def test_outputs_and_input_gradients_equal_a_plain_call(network, training):
    before = state(network)

    def frozen(point):
        return weighted_sum(frozen_call(network, point, training))

    (input_gradient, *weight_gradients) = gradients(frozen, INPUTS, layer=network)
    assert len(weight_gradients) == 6 and not any(gradient.any() for gradient in weight_gradients)
    for first, second in zip(before, state(network), strict=True):
        np.testing.assert_array_equal(first, second)

    outputs = to_numpy(frozen_call(network, INPUTS, training))
    np.testing.assert_allclose(outputs, to_numpy(network(INPUTS, training=training)), atol=1e-6)

    for variable, value in zip(network.variables, before, strict=True):
        variable.assign(value)

    def plain(point):
        return weighted_sum(network(point, training=training))

    (expected, *weight_gradients) = gradients(plain, INPUTS, layer=network)
    np.testing.assert_allclose(input_gradient, expected, rtol=1e-4, atol=1e-6)
    # A plain call has gradients by the weights.
    assert any(gradient.any() for gradient in weight_gradients)


def test_losses_of_the_network_are_left_out(network):
    class FrozenModel(keras.Model):
        def __init__(self):
            super().__init__()
            self.network = network

        def call(self, inputs):
            return frozen_call(self.network, inputs, training=True)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return sum(self.losses, keras.ops.mean(y_pred))

    model = FrozenModel()
    model.compile("sgd")
    expected = to_numpy(frozen_call(network, INPUTS, training=True)).mean()
    loss = model.evaluate(INPUTS, batch_size=6, verbose=0)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
