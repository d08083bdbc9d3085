"""Images of integers and floats as floats in [0, 1]."""

import numpy as np
import pytest
from keras import ops

from keras_regen.pixel_range import image_floats, unit_range
from tests.contract import to_numpy

BYTES = np.arange(0, 256, 5, "uint8").reshape(1, 13, 4, 1)


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "int64"])
def test_integers_are_divided_by_255(kind):
    images = BYTES.astype(kind)
    for convert in (unit_range, image_floats):
        for given in (images, images.tolist(), ops.convert_to_tensor(images)):
            np.testing.assert_allclose(to_numpy(convert(given)), BYTES / 255, rtol=1e-6)


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
