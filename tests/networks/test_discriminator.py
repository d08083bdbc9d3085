"""projection_discriminator: its shapes, its projection, and its spectral norms."""

import keras
import numpy as np
import pytest

from keras_regen.networks import projection_discriminator
from tests.contract import randomize, shapes_only, to_numpy


@pytest.mark.parametrize(
    "shape, filters",
    [
        ((8, 8, 1), [4, 8, 8]),
        ((28, 28, 1), [4, 8, 8, 16, 16, 16, 16]),
        ((20, 32, 3), [4, 8, 8, 16, 16]),
    ],
)
@shapes_only()
def test_convolutions_by_the_size_of_the_image(shape, filters):
    model = projection_discriminator(shape, 10, filters=4)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == filters
    assert model.output_shape == (None, 1)
    assert all(variable.path.startswith("discriminator/") for variable in model.variables)


def test_the_logit_is_a_projection_of_the_class():
    model = randomize(projection_discriminator((8, 8, 1), 3, filters=2))
    images = np.random.default_rng(0).random((3, 8, 8, 1), "float32")
    logits = to_numpy(model([images, np.eye(3, dtype="float32")]))
    features = keras.Model(model.inputs[0], model.get_layer("last_relu").output)
    sums = to_numpy(features(images)).sum(axis=(1, 2))
    weights = {weight.path.split("/", 1)[1]: to_numpy(weight) for weight in model.weights}
    linear = sums @ weights["logits/kernel"] + weights["logits/bias"]
    vectors = weights["class_vector/kernel"]  # a row for each class
    expected = linear + (sums * vectors).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-4)


def test_a_step_keeps_the_spectral_norms():
    keras.utils.set_random_seed(0)  # the iteration is exact to 5 % for most weights, not for all
    model = projection_discriminator((8, 8, 1), filters=4)
    model.compile(keras.optimizers.SGD(10.0), lambda y, logits: -logits)
    images = np.random.default_rng(0).random((6, 8, 8, 1), "float32")
    model.fit(images, np.zeros((6, 1)), verbose=0)
    for weight in model.trainable_weights:
        if weight.path.endswith("kernel"):
            kernel = to_numpy(weight)
            values = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)
            assert 0.999 < values[0] < 1.05, weight.path


def test_bad_arguments():
    with pytest.raises(ValueError, match="`num_classes` must be an integer, at least 2"):
        projection_discriminator((8, 8, 1), 1)
    with pytest.raises(ValueError, match="`filters` must be an integer, at least 1"):
        projection_discriminator((8, 8, 1), filters=0)
    with pytest.raises(ValueError, match="8 to 256"):
        projection_discriminator((4, 4, 1))
