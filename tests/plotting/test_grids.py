"""Rows of images."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.pixels import find, read, some_images

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("channels", [1, 3])
def test_each_class_has_its_row(tmp_path, channels):
    images = some_images(6, 8, 8, channels)
    names = ["zero", "a class without images", "two"]
    plotting.plot_samples(images, np.array([2, 0, 0, 2, 2, 0]), names, tmp_path / "grid.png")
    picture = read(tmp_path / "grid.png")
    places = [find(picture, image, scale=8) for image in images]
    rows = [[places[index] for index in chosen] for chosen in ([1, 2, 5], [0, 3, 4])]
    for row in rows:
        assert len({top for top, _ in row}) == 1
        assert [left for _, left in row] == sorted(left for _, left in row)
    assert rows[0][0][0] < rows[1][0][0]


def test_reconstructions_are_below_their_images(tmp_path):
    images, drawn = some_images(5, 8, 8, 3), some_images(5, 8, 8, 3, seed=1)
    plotting.plot_reconstructions(images, drawn, tmp_path / "grid.png", columns=3)
    picture = read(tmp_path / "grid.png")
    for image, reconstruction in zip(images, drawn, strict=True):
        top, left = find(picture, image, scale=8)
        below, same_left = find(picture, reconstruction, scale=8)
        assert same_left == left
        assert 64 < below - top < 80


def test_names_are_no_formulas(tmp_path):
    """Where one would be read as a formula, it would have no closing brace."""
    names, labels = ["$x_$", "$\\frac{1$", "c"], np.arange(12) % 3
    latents = np.random.default_rng(0).normal(size=(12, 5))
    plotting.plot_samples(np.zeros((12, 8, 8, 1)), labels, names, tmp_path / "samples.png")
    plotting.plot_distances(np.eye(3), np.eye(3), names, tmp_path / "distances.png")
    plotting.plot_barcodes(latents, labels, names, tmp_path / "barcodes.png")
    plotting.plot_tsne(latents, labels, names, tmp_path / "tsne.png")
