"""Sharpness: against a loop over neighboring pixels, and the blur of SciPy."""

import numpy as np
import pytest
import scipy.ndimage

from keras_regen.metrics import sharpness

pytestmark = pytest.mark.any_backend


def images(count=4):
    return np.random.default_rng(0).random((count, 5, 6, 3)).astype("float32")


def test_it_is_the_mean_difference_of_neighbors():
    vertical, horizontal = [], []
    for image in images():
        for row in range(5):
            for column in range(6):
                if row:
                    vertical.extend(abs(image[row, column] - image[row - 1, column]))
                if column:
                    horizontal.extend(abs(image[row, column] - image[row, column - 1]))
    expected = (np.mean(vertical) + np.mean(horizontal)) / 2
    assert sharpness(images()) == pytest.approx(expected, rel=1e-6)


def test_blur_lowers_it_and_integers_are_divided_by_255():
    blurred = scipy.ndimage.gaussian_filter(images(), (0, 1, 1, 0))
    assert sharpness(blurred) < 0.5 * sharpness(images())
    integers = np.rint(images() * 255).astype("uint8")
    assert sharpness(integers) == pytest.approx(sharpness(integers / 255), rel=1e-5)


@pytest.mark.parametrize("shape", [(2, 1, 5, 1), (5, 5, 1), (0, 5, 5, 1)])
def test_wrong_shapes_raise(shape):
    with pytest.raises(ValueError):
        sharpness(np.zeros(shape))
