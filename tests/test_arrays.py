"""Arrays and tensors among the arguments: conversions, valid values, errors and their messages."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from keras_regen.arrays import check_images, check_labels, image_floats, unit_range
from tests.contract import to_numpy

BYTES = np.arange(0, 256, 5, "uint8").reshape(1, 13, 4, 1)


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "int64"])
def test_integers_are_divided_by_255(kind):
    images = BYTES.astype(kind)
    for convert in (unit_range, image_floats):
        for values in (images, images.tolist(), ops.convert_to_tensor(images)):
            np.testing.assert_allclose(to_numpy(convert(values)), BYTES / 255, rtol=1e-6)


def test_floats_keep_their_values():
    half = (BYTES / 255).astype("float16")
    assert unit_range(half).dtype == "float32"
    np.testing.assert_array_equal(unit_range(half), half)
    assert "float16" in str(image_floats(half).dtype)
    tensor = ops.convert_to_tensor(half)
    assert image_floats(tensor) is tensor


@pytest.mark.parametrize("wrong", ["x", None, [[1], [2, 3]], np.array([1j]), np.array([None])])
def test_other_values_are_errors(wrong):
    for convert in (unit_range, image_floats):
        with pytest.raises(ValueError, match="`images` must be"):
            convert(wrong)


@pytest.mark.parametrize("shape", [(), (4,), (8, 8, 1), (0, 8, 8, 1), (2, 8, 0, 1)])
def test_images_have_four_axes_and_pixels(shape):
    with pytest.raises(ValueError, match="at least one image and pixel"):
        image_floats(np.zeros(shape))


def image(value, dtype="float32", shape=(2, 4, 4, 1)):
    return np.full(shape, value, dtype)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "uint16"])
@pytest.mark.parametrize("value", [0, 255])
def test_integers_in_0_to_255_pass(dtype, value):
    assert check_images(image(value, dtype)) is None


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_floats_in_0_to_1_pass(dtype, value):
    assert check_images(image(value, dtype, (1, 1, 3, 3))) is None


@pytest.mark.parametrize(
    "images, message",
    [
        (image(0, shape=(2, 4, 4)), r"shape=\(2, 4, 4\).*images\[\.\.\., None\]"),
        (image(0, shape=(8, 8, 1)), r"shape=\(8, 8, 1\)\. For a single image.*`images\[None\]`"),
        (image(0, shape=(8, 8, 3)), r"`images\[None\]`"),
        (image(0, shape=(2, 4)), r"shape=\(2, 4\)\.$"),
        (image(0, shape=(2, 4, 4, 2)), r"1 channel.*3 \(RGB\).*shape=\(2, 4, 4, 2\)"),
        (image(0, shape=(2, 3, 8, 8)), "last axis with"),
        (image(0, shape=(0, 4, 4, 1)), "at least one pixel"),
        (image(True, "bool"), r"dtype=bool\. Convert with `images\.astype\('float32'\)`\.$"),
        (image(0, "complex64"), r"dtype=complex64\. Convert with `images\.astype\('uint8'\)` or"),
        (image("a", "U1"), "dtype=<U1"),
        (image(256, "int32"), "0..255.*from 256 to 256"),
        (image(-1, "int8"), "0..255.*from -1 to -1"),
        (image(200), "0..1.*from 200 to 200.*Divide by 255"),
        (image(-0.5), r"0..1.*from -0.5 to -0.5\.$"),
        (image(1.5), "0..1.*from 1.5 to 1.5"),
        (image(300), r"0..1.*from 300 to 300\.$"),
    ],
)
def test_wrong_images_are_errors(images, message):
    with pytest.raises(ValueError, match=message):
        check_images(images)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_single_value_that_is_not_finite_is_an_error(bad):
    images = image(0.5, shape=(5, 4, 4, 3))
    images[3, 2, 1, 0] = bad
    with pytest.raises(ValueError, match="NaN or infinite values, first in image 3"):
        check_images(images)


def test_image_shape_and_name():
    check_images(image(0, shape=(2, 4, 5, 3)), (4, 5, 3))
    with pytest.raises(ValueError, match=r"`x_test`.*\(4, 4, 1\).*shape \(4, 5, 3\)"):
        check_images(image(0, shape=(2, 4, 5, 3)), (4, 4, 1), name="x_test")


def test_lists_pass():
    assert check_images([[[[0], [255]]]]) is None
    assert check_labels([0, 1, 2], 3, 3) is None


@given(st.integers(-(2**31), 2**31 - 1))
def test_an_integer_passes_only_if_it_is_in_range(value):
    images = image(0, "int32")
    images[1, 0, 0, 0] = value
    if 0 <= value <= 255:
        check_images(images)
    else:
        with pytest.raises(ValueError, match=str(value)):
            check_images(images)


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_the_check_does_not_copy(dtype):
    images = np.zeros((1000, 64, 64, 1), dtype)
    tracemalloc.start()
    check_images(images)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < images.nbytes / 50


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint8", "uint64"])
def test_integer_labels_pass(dtype):
    assert check_labels(np.array([0, 1, 2], dtype), num_samples=3, num_classes=3) is None


@pytest.mark.parametrize(
    "labels, options, message",
    [
        (np.zeros((3, 1), int), {}, r"shape \(num_samples,\).*shape=\(3, 1\).*argmax"),
        (np.array(1), {}, r"shape=\(\)"),
        (np.array([0.0, 1.0]), {}, "integers.*dtype=float64"),
        (np.array([True, False]), {}, "integers.*dtype=bool"),
        (np.array(["a", "b"]), {}, "dtype=<U1"),
        (np.array([0, 1]), {"num_samples": 3}, "3 in all.*2 labels"),
        (np.array([0, -1]), {}, "at least 0.*-1 at index 1"),
        (np.array([0, 1, 3]), {"num_classes": 3}, r"0\.\.2.*3 at index 2"),
        (np.array([0, -2, 3]), {"num_classes": 3}, r"0\.\.2.*-2 at index 1"),
    ],
)
def test_wrong_labels_are_errors(labels, options, message):
    with pytest.raises(ValueError, match=message):
        check_labels(labels, **options)


def test_the_expected_numbers_and_shape_are_checked_as_well():
    with pytest.raises(ValueError, match="`image_shape` must be a list of integers, at least 1"):
        check_images(image(0), 4)
    with pytest.raises(ValueError, match="`num_classes` must be an integer"):
        check_labels([0, 1], num_classes=[2])
