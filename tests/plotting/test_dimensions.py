"""The picture of intrinsic dimensions: its curves lie as high as they say."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.pixels import read, where

pytestmark = pytest.mark.any_backend

BLUE, RED = (0x3A, 0x5B, 0xA0), (0xC8, 0x55, 0x3D)


def test_curves_lie_as_high_as_they_say(tmp_path):
    ks = [10, 20, 40]
    plotting.plot_intrinsic_dimension(ks, {"MNIST": [6, 6, 6], "$x$": [12] * 3}, tmp_path / "a.png")
    plotting.plot_intrinsic_dimension(ks, {"": [12] * 3, "other": [6, 6, 6]}, tmp_path / "b.png")
    one, two = read(tmp_path / "a.png"), read(tmp_path / "b.png")
    assert one.shape == two.shape

    def height(picture, color):
        # Most pixels of a color are those of its line.
        return np.median(where(picture, color)[:, 0])

    np.testing.assert_allclose(height(one, BLUE), height(two, RED), atol=1)
    np.testing.assert_allclose(height(one, RED), height(two, BLUE), atol=1)
    assert height(one, RED) < height(one, BLUE) - 100


def test_an_estimate_for_each_number(tmp_path):
    with pytest.raises(ValueError, match="2 numbers and 1 estimates of 'MNIST'"):
        plotting.plot_intrinsic_dimension([5, 10], {"MNIST": [12.0]}, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
