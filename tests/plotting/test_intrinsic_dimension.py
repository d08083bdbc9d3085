"""The plot of intrinsic dimensions: the heights of its curves."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import find_color, read_pixels

pytestmark = pytest.mark.any_backend

BLUE, RED = (0x3A, 0x5B, 0xA0), (0xC8, 0x55, 0x3D)


def test_height_of_the_curves(tmp_path):
    ks = [10, 20, 40]
    plotting.plot_intrinsic_dimension(ks, {"MNIST": [6, 6, 6], "$x$": [12] * 3}, tmp_path / "a.png")
    plotting.plot_intrinsic_dimension(ks, {"": [12] * 3, "other": [6, 6, 6]}, tmp_path / "b.png")
    first, second = read_pixels(tmp_path / "a.png"), read_pixels(tmp_path / "b.png")
    assert first.shape == second.shape

    def height(plot, color):
        # Most pixels of a color belong to its line.
        return np.median(find_color(plot, color)[:, 0])

    np.testing.assert_allclose(height(first, BLUE), height(second, RED), atol=1)
    np.testing.assert_allclose(height(first, RED), height(second, BLUE), atol=1)
    assert height(first, RED) < height(first, BLUE) - 100


def test_missing_estimate_raises(tmp_path):
    with pytest.raises(ValueError, match="2 numbers and 1 estimates of 'MNIST'"):
        plotting.plot_intrinsic_dimension([5, 10], {"MNIST": [12.0]}, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
