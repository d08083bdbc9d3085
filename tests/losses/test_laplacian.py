"""LaplacianLoss against SciPy's convolution with equation 8's operator."""

import keras
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_regen.losses import LaplacianLoss, laplacian_loss
from tests.contract import check_config, check_slopes, gradients, to_numpy

OPERATOR = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])  # equation 8


def images(rows=5, columns=4, channels=1, count=5):
    pair = np.random.default_rng(rows).random((2, count, rows, columns, channels), "float32")
    return pair[0], pair[1]


def laplacian(image):
    channels = np.moveaxis(image.astype("float64"), -1, 0)
    return np.stack([scipy.ndimage.convolve(c, OPERATOR, mode="constant") for c in channels], -1)


def slow_loss(x, y):
    """Computes equation 9 for each image as a mean, from the Laplacians of both images."""
    pairs = zip(x, y, strict=True)
    return np.array([np.mean((laplacian(b) - laplacian(a)) ** 2) for a, b in pairs])


@settings(deadline=None, max_examples=5)
@given(rows=st.integers(1, 9), columns=st.integers(1, 9), channels=st.sampled_from([1, 3]))
def test_values_equal_scipy(rows, columns, channels):
    x, y = images(rows, columns, channels, count=2)
    expected = slow_loss(x, y)
    losses = LaplacianLoss(reduction=None)(x, y)
    np.testing.assert_allclose(to_numpy(losses), expected, rtol=1e-4)
    np.testing.assert_allclose(to_numpy(LaplacianLoss()(x, y)), expected.mean(), rtol=1e-4)


def test_function_takes_arrays_and_tensors():
    x, y = images()
    tensors = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    for pair in ((x, y), (tensors[0], y), (x, tensors[1]), tensors):
        np.testing.assert_allclose(to_numpy(laplacian_loss(*pair)), slow_loss(x, y), rtol=1e-5)


def test_gradient_equals_the_closed_form():
    x, y = images()
    loss = LaplacianLoss()
    (gradient,) = gradients(lambda image: loss(x, image), y)
    # The operator is symmetric, so it is its own transpose.
    difference = y.astype("float64") - x
    twice = np.stack([laplacian(laplacian(image)) for image in difference])
    np.testing.assert_allclose(gradient, 2 * twice / twice.size, atol=1e-6)
    check_slopes([gradient], lambda p: slow_loss(x, p[0]).mean(), [y])


def test_it_trains_in_compile_with_batches_of_any_size():
    """The step of a single weight, the factor of the images, in closed form."""
    x, y = images()
    model = keras.Sequential([keras.Input((5, 4, 1)), keras.layers.Conv2D(1, 1, use_bias=False)])
    model.set_weights([np.ones((1, 1, 1, 1))])
    model.compile(keras.optimizers.SGD(0.01), loss=LaplacianLoss())
    measured = model.evaluate(x, y, batch_size=2, verbose=0)
    np.testing.assert_allclose(measured, slow_loss(y, x).mean(), rtol=1e-4)
    model.fit(x, y, batch_size=5, verbose=0)
    true_maps, target_maps = (np.stack([laplacian(image) for image in batch]) for batch in (x, y))
    factor = 1 - 0.01 * np.mean(2 * (true_maps - target_maps) * true_maps)
    np.testing.assert_allclose(to_numpy(model.layers[0].kernel).item(), factor, rtol=1e-5)


def test_config_round_trip():
    restored = check_config(LaplacianLoss(reduction="sum", name="edges", dtype="float64"))
    assert (restored.reduction, restored.name, restored.dtype) == ("sum", "edges", "float64")


def test_mixed_precision_rounds_only_the_images():
    x, y = images()
    rounded = ops.cast(y, "bfloat16")
    expected = slow_loss(x, to_numpy(rounded))
    loss = LaplacianLoss(reduction=None)(x, rounded)
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(laplacian_loss(x, rounded)), expected, rtol=1e-5)
    half = LaplacianLoss(reduction=None, dtype="bfloat16")(x, y)
    np.testing.assert_allclose(to_numpy(half), slow_loss(x, y), rtol=0.1)


@pytest.mark.parametrize("cut", [np.s_[:, :3], np.s_[..., 0], np.s_[:1], np.s_[:, :1]])
def test_images_of_different_shapes_are_errors(cut):
    x, y = images()
    with pytest.raises(ValueError, match=r"of the same shape.*y_pred of shape \(5, 5, 4, 1\)"):
        LaplacianLoss()(x[cut], y)
