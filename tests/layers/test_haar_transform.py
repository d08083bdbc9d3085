"""HaarTransform2D against PyWavelets, a slow loop, and its inverse in closed form."""

import os

import keras
import numpy as np
import pytest
import pywt
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.layers import HaarTransform2D, haar_transform_2d
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_mixed_precision,
    gradients,
    to_numpy,
    weighted_sum,
)

# PyWavelets warns about this number of levels for a small image.
pytestmark = pytest.mark.filterwarnings("ignore:Level value of")


def digits(rows=8, columns=8, count=50):
    images = sklearn.datasets.load_digits().images[:count, :rows, :columns, None] / 16
    return images.astype("float32")


def check_against_pywavelets(images, levels):
    bands = haar_transform_2d(images, levels, "orthonormal")
    expected = pywt.wavedec2(images.astype("float64"), "haar", "symmetric", levels, axes=(1, 2))
    assert len(bands) == len(expected) == levels + 1
    for band, expected_band in zip(
        keras.tree.flatten(bands), keras.tree.flatten(expected), strict=True
    ):
        np.testing.assert_allclose(to_numpy(band), expected_band, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("levels", [1, 2, 3])
@pytest.mark.parametrize("rows, columns", [(8, 8), (7, 8), (8, 5), (7, 7)])
def test_orthonormal_equals_pywavelets_on_digits(rows, columns, levels):
    if min(rows, columns) == 5 and levels == 3:
        columns = 6  # 6, 3, 2, 1: only the second level has an odd size
    check_against_pywavelets(digits(rows, columns), levels)


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_orthonormal_equals_pywavelets_on_fashion_mnist(levels):
    folder = os.environ.get("KERAS_REGEN_DATA_DIR")
    if not folder:
        pytest.skip("KERAS_REGEN_DATA_DIR is not set to a folder of real data")
    with np.load(os.path.join(folder, "fashion_mnist.npz")) as data:
        images = data["x_test"][:200, ..., None].astype("float32") / 255
    check_against_pywavelets(images, levels)


@settings(deadline=None, max_examples=5)
@given(
    rows=st.integers(2, 9),
    columns=st.integers(2, 9),
    channels=st.sampled_from([1, 3]),
    data=st.data(),
)
def test_any_size_and_number_of_levels_equals_pywavelets(rows, columns, channels, data):
    levels = data.draw(st.integers(1, int(np.ceil(np.log2(min(rows, columns))))))
    images = np.random.default_rng(rows).random((2, rows, columns, channels), "float32")
    check_against_pywavelets(images, levels)


def slow_average(images, levels):
    """Computes each pixel of the output; an odd size repeats its last row or column."""
    details, low = [], images.astype("float64")
    for _ in range(levels):
        batch, height, width, channels = low.shape
        bands = np.empty((4, batch, -(-height // 2), -(-width // 2), channels))
        for i in range(bands.shape[2]):
            for j in range(bands.shape[3]):
                i1, j1 = min(2 * i + 1, height - 1), min(2 * j + 1, width - 1)
                a, b = low[:, 2 * i, 2 * j], low[:, 2 * i, j1]
                c, d = low[:, i1, 2 * j], low[:, i1, j1]
                bands[:, :, i, j] = [
                    (a + b + c + d) / 4,
                    (a + b - c - d) / 4,
                    (a - b + c - d) / 4,
                    (a - b - c + d) / 4,
                ]
        low = bands[0]
        details.insert(0, tuple(bands[1:]))
    return [low, *details]


@pytest.mark.parametrize("rows, columns, levels", [(8, 8, 3), (7, 5, 2)])
def test_average_equals_a_slow_loop_and_the_local_mean(rows, columns, levels):
    images = digits(rows, columns)
    bands = haar_transform_2d(images, levels)
    expected = slow_average(images, levels)
    for band, expected_band in zip(
        keras.tree.flatten(bands), keras.tree.flatten(expected), strict=True
    ):
        np.testing.assert_allclose(to_numpy(band), expected_band, atol=1e-6)
    if (rows, columns) == (8, 8):
        mean = images.mean(axis=(1, 2), keepdims=True)
        np.testing.assert_allclose(to_numpy(bands[0]), mean, atol=1e-6)


@pytest.mark.parametrize("normalization", ["average", "orthonormal"])
def test_layer_equals_the_function(normalization):
    layer = HaarTransform2D(2, normalization)
    pairs = zip(
        keras.tree.flatten(layer(digits())),
        keras.tree.flatten(haar_transform_2d(digits(), 2, normalization)),
        strict=True,
    )
    for band, expected_band in pairs:
        np.testing.assert_array_equal(to_numpy(band), to_numpy(expected_band))


def test_gradient_is_the_inverse_transform():
    # The orthonormal transform is a rotation, so its transpose is its inverse.
    images = digits(count=2)
    layer = HaarTransform2D(2, "orthonormal")
    (gradient,) = gradients(lambda point: weighted_sum(layer(point)), images, layer=layer)
    factors = [
        np.random.default_rng(index).normal(size=band.shape)  # the factors of `weighted_sum`
        for index, band in enumerate(keras.tree.flatten(layer(images)))
    ]
    packed = [factors[0], tuple(factors[1:4]), tuple(factors[4:7])]
    np.testing.assert_allclose(gradient, pywt.waverec2(packed, "haar", axes=(1, 2)), atol=1e-5)


def test_config_batch_size_and_mixed_precision():
    restored = check_config(HaarTransform2D(3, "orthonormal"))
    assert (restored.levels, restored.normalization) == (3, "orthonormal")
    check_dynamic_batch(HaarTransform2D(2), digits(7, 8))
    check_mixed_precision(lambda **kwargs: HaarTransform2D(1, **kwargs), digits())


@pytest.mark.parametrize("levels", [0, -1, 1.5, True])
def test_bad_levels_are_errors(levels):
    with pytest.raises(ValueError, match=f"`levels` must be an integer.*levels={levels}"):
        HaarTransform2D(levels)


@pytest.mark.parametrize("rows, columns, largest", [(8, 8, 3), (28, 28, 5), (28, 3, 2), (5, 1, 0)])
def test_too_many_levels_are_errors(rows, columns, largest):
    images = np.zeros((1, rows, columns, 1), "float32")
    if largest:
        HaarTransform2D(largest)(images)
    with pytest.raises(ValueError, match=f"at most {largest} for images of {rows}x{columns}"):
        HaarTransform2D(largest + 1)(images)


def test_unknown_normalization_is_an_error():
    with pytest.raises(ValueError, match=r"'average', 'orthonormal'.*normalization='unit'"):
        HaarTransform2D(normalization="unit")


@pytest.mark.parametrize("kind", ["uint8", "int32"])
def test_integers_are_shares_of_255(kind):
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1)).astype(kind)
    expected = pywt.wavedec2(images / 255, "haar", "symmetric", 2, axes=(1, 2))
    options = {"levels": 2, "normalization": "orthonormal"}
    for bands in (haar_transform_2d(images, **options), HaarTransform2D(**options)(images)):
        for band, wanted in zip(
            keras.tree.flatten(bands), keras.tree.flatten(expected), strict=True
        ):
            np.testing.assert_allclose(to_numpy(band), wanted, atol=1e-5)
    low, _ = HaarTransform2D(dtype="mixed_bfloat16")(images)
    assert keras.backend.standardize_dtype(low.dtype) == "bfloat16"
    assert to_numpy(low).mean() == pytest.approx(images.mean() / 255, rel=0.01)


@pytest.mark.parametrize(
    "images", [None, "x", 1.0, np.zeros(4), np.zeros((0, 8, 8, 1)), np.zeros((2, 8, 8))]
)
def test_values_that_are_no_images_are_errors(images):
    with pytest.raises(ValueError, match="`images` must"):
        haar_transform_2d(images)


def test_a_size_that_is_not_known_is_an_error():
    with pytest.raises(ValueError, match="must be known"):
        haar_transform_2d(keras.Input((None, 8, 1)))
