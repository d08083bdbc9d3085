"""Rows of images: positions, and names with dollar signs."""

import numpy as np
import pytest
from matplotlib.textpath import TextPath

from keras_regen import plotting
from keras_regen.plotting.canvas import text_width
from tests.plotting.image_helpers import find_image, random_images, read_pixels

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("channels", [1, 3])
def test_each_class_has_a_row(tmp_path, channels):
    images = random_images(6, 8, 8, channels)
    names = ["zero", "a class without images", "two"]
    plotting.plot_samples(images, np.array([2, 0, 0, 2, 2, 0]), names, tmp_path / "grid.png")
    plot = read_pixels(tmp_path / "grid.png")
    positions = [find_image(plot, image, scale=8) for image in images]
    rows = [[positions[index] for index in indices] for indices in ([1, 2, 5], [0, 3, 4])]
    for row in rows:
        assert len({top for top, _ in row}) == 1
        assert [left for _, left in row] == sorted(left for _, left in row)
    assert rows[0][0][0] < rows[1][0][0]


def test_reconstructions_are_below_their_images(tmp_path):
    images, reconstructions = random_images(5, 8, 8, 3), random_images(5, 8, 8, 3, seed=1)
    plotting.plot_reconstructions(images, reconstructions, tmp_path / "grid.png", columns=3)
    plot = read_pixels(tmp_path / "grid.png")
    for image, reconstruction in zip(images, reconstructions, strict=True):
        top, left = find_image(plot, image, scale=8)
        below, same_left = find_image(plot, reconstruction, scale=8)
        assert same_left == left
        assert 64 < below - top < 80


def test_dollar_signs_in_names_are_no_formulas(tmp_path):
    names, labels = ["$x_$", "$\\frac{1$", "c"], np.arange(12) % 3
    for name in names[:2]:
        with pytest.raises(ValueError, match="Expected"):  # matplotlib cannot parse the formula
            TextPath((0, 0), name)
        assert text_width(name) > text_width(name.replace("$", ""))
    latents = np.random.default_rng(0).normal(size=(12, 5))
    plotting.plot_samples(np.zeros((12, 8, 8, 1)), labels, names, tmp_path / "samples.png")
    plotting.plot_distances(np.eye(3), np.eye(3), names, tmp_path / "distances.png")
    plotting.plot_barcodes(latents, labels, names, tmp_path / "barcodes.png")
    plotting.plot_tsne(latents, labels, names, tmp_path / "tsne.png")
    assert len(list(tmp_path.iterdir())) == 4
