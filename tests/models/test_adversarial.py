"""The call of a network that judges and learns nothing from it."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen.models.adversarial import frozen_call
from tests.contract import gradients, randomize, to_numpy, weighted_sum

INPUTS = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")


@pytest.fixture
def network():
    """A network with all that a call may change, and with what a call may add to the losses."""
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
def test_outputs_and_gradients_of_the_inputs_are_those_of_a_plain_call(network, training):
    before = state(network)

    def frozen(point):
        return weighted_sum(frozen_call(network, point, training))

    (by_input, *by_weights) = gradients(frozen, INPUTS, layer=network)
    assert len(by_weights) == 6 and not any(gradient.any() for gradient in by_weights)
    for one, other in zip(before, state(network), strict=True):
        np.testing.assert_array_equal(one, other)

    found = to_numpy(frozen_call(network, INPUTS, training))
    np.testing.assert_allclose(found, to_numpy(network(INPUTS, training=training)), atol=1e-6)

    for variable, value in zip(network.variables, before, strict=True):
        variable.assign(value)

    def plain(point):
        return weighted_sum(network(point, training=training))

    (expected, *by_weights) = gradients(plain, INPUTS, layer=network)
    np.testing.assert_allclose(by_input, expected, rtol=1e-4, atol=1e-6)
    assert any(gradient.any() for gradient in by_weights)  # so a plain call would have taught it


def test_what_the_network_adds_to_the_losses_is_left_out(network):
    class Judged(keras.Model):
        def __init__(self):
            super().__init__()
            self.network = network

        def call(self, inputs):
            return frozen_call(self.network, inputs, training=True)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return sum(self.losses, keras.ops.mean(y_pred))

    model = Judged()
    model.compile("sgd")
    expected = to_numpy(frozen_call(network, INPUTS, training=True)).mean()
    loss = model.evaluate(INPUTS, batch_size=6, verbose=0)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
