"""Conv2DTranspose against a slow loop and against the layer of Keras."""

import keras
import numpy as np
import pytest

from keras_regen.layers import Conv2DTranspose
from keras_regen.layers.conv2d_transpose import subpixel_conv_transpose
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_mixed_precision,
    gradients,
    randomize,
    to_numpy,
    weighted_sum,
)

RNG = np.random.default_rng(0)


def slow_conv_transpose(images, kernel, strides):
    """Adds the kernel, times the value of each pixel, to a large image; then removes the border."""
    batch, height, width, _ = images.shape
    sizes = kernel.shape[:2]
    large = [
        max(size, stride) + stride * (count - 1)
        for size, stride, count in zip(sizes, strides, (height, width), strict=True)
    ]
    outputs = np.zeros((batch, *large, kernel.shape[2]))
    for row in range(height):
        for column in range(width):
            top, left = row * strides[0], column * strides[1]
            outputs[:, top : top + sizes[0], left : left + sizes[1]] += np.einsum(
                "bc,xyfc->bxyf", images[:, row, column], kernel
            )
    top, left = (max(size - stride, 0) // 2 for size, stride in zip(sizes, strides, strict=True))
    return outputs[:, top : top + height * strides[0], left : left + width * strides[1]]


@pytest.mark.parametrize("strides", [(2, 2), (3, 2), (1, 3)])
@pytest.mark.parametrize("size", [(1, 2), (2, 3), (3, 5), (4, 4), (5, 1), (6, 7)])
def test_values_are_those_of_a_slow_loop(size, strides):
    images, kernel = RNG.normal(size=(2, 3, 4, 3)), RNG.normal(size=(*size, 2, 3))
    computed = subpixel_conv_transpose(images.astype("float32"), kernel.astype("float32"), strides)
    expected = slow_conv_transpose(images, kernel, strides)
    np.testing.assert_allclose(to_numpy(computed), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"kernel_size": 5, "strides": 2, "padding": "same"},
        {"kernel_size": 4, "strides": 2, "padding": "same", "activation": "sigmoid"},
        {"kernel_size": 2, "strides": 2, "use_bias": False},
        {"kernel_size": (3, 5), "strides": (2, 3), "padding": "same"},
        # As the layer of Keras computes them.
        {"kernel_size": 5, "strides": 2},
        {"kernel_size": 3, "padding": "same"},
        {"kernel_size": 3, "dilation_rate": 2},
        {"kernel_size": 4, "strides": 2, "padding": "same", "output_padding": 1},
    ],
)
def test_outputs_and_gradients_are_those_of_keras(options):
    images = RNG.normal(size=(2, 4, 5, 3)).astype("float32")
    reference, layer = keras.layers.Conv2DTranspose(6, **options), Conv2DTranspose(6, **options)
    reference.build(images.shape)
    layer.build(images.shape)
    randomize(reference)
    layer.set_weights(reference.get_weights())
    assert tuple(layer.compute_output_shape(images.shape)) == tuple(layer(images).shape)
    np.testing.assert_allclose(to_numpy(layer(images)), to_numpy(reference(images)), atol=1e-5)
    found, expected = (
        gradients(lambda x, layer=layer: weighted_sum(layer(x)), images, layer=layer)
        for layer in (layer, reference)
    )
    for value, expected_value in zip(
        keras.tree.flatten(found), keras.tree.flatten(expected), strict=True
    ):
        np.testing.assert_allclose(value, expected_value, atol=1e-4)


def test_weights_are_loaded_from_a_file_of_the_layer_of_keras(tmp_path):
    images = RNG.normal(size=(2, 4, 4, 3)).astype("float32")
    reference, fast = (
        keras.Sequential([keras.Input((4, 4, 3)), kind(2, 5, 2, padding="same", name="up")])
        for kind in (keras.layers.Conv2DTranspose, Conv2DTranspose)
    )
    reference.save_weights(tmp_path / "a.weights.h5")
    fast.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_allclose(to_numpy(fast(images)), to_numpy(reference(images)), atol=1e-6)


def test_contract():
    layer = Conv2DTranspose(3, 5, 2, padding="same")
    images = RNG.random((4, 3, 3, 2), dtype="float32")
    check_config(layer)
    check_dynamic_batch(layer, images)
    check_mixed_precision(lambda **kwargs: Conv2DTranspose(3, 5, 2, "same", **kwargs), images)


@pytest.mark.parametrize("on_cpu", [True, False])
def test_the_form_depends_on_the_device(monkeypatch, on_cpu):
    name = "keras_regen.layers.conv2d_transpose.runs_on_cpu"
    monkeypatch.setattr(name, lambda: on_cpu)
    layer = Conv2DTranspose(3, 5, 2, padding="same")
    assert layer._is_subpixel == (on_cpu and keras.backend.backend() != "tensorflow")
