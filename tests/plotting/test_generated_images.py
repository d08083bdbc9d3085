"""Plots of generated images: the positions of generated, source and nearest images."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import find_image, random_images, read_pixels

pytestmark = pytest.mark.any_backend

GENERATED, SOURCE = (0x3A, 0x5B, 0xA0), (0xE0, 0xA0, 0x30)


@pytest.mark.parametrize("channels", [1, 3])
def test_matrix_has_its_sources_along_the_edges(tmp_path, channels):
    images = random_images(2, 3, 16, 12, channels)
    rows, columns = (
        random_images(2, 16, 12, channels, seed=1),
        random_images(3, 16, 12, channels, seed=2),
    )
    plotting.plot_matrix(images, rows, columns, tmp_path / "matrix.png")
    plot = read_pixels(tmp_path / "matrix.png")
    left_edge = [find_image(plot, image, 4) for image in rows]
    top_edge = [find_image(plot, image, 4) for image in columns]
    for row, column in np.ndindex(2, 3):
        top, left = find_image(plot, images[row, column], 4)
        assert top == left_edge[row][0] > top_edge[column][0] + 64
        assert left == top_edge[column][1] > left_edge[row][1] + 48
        assert tuple(plot[top - 1, left]) != SOURCE
    for top, left in (*left_edge, *top_edge):
        assert tuple(plot[top - 3, left]) == tuple(plot[top + 65, left + 50]) == SOURCE


def test_sources_are_below_their_overlay(tmp_path):
    generated, sources = random_images(5, 16, 16, 1), random_images(5, 3, 16, 16, 1, seed=1)
    plotting.plot_sources(generated, sources, tmp_path / "sources.png", columns=3)
    plot = read_pixels(tmp_path / "sources.png")
    for image, image_sources in zip(generated, sources, strict=True):
        mean = image_sources.astype("float32").mean(axis=0)
        overlay = np.round(mean - 1e-4).astype("uint8")
        column = (image, overlay, *image_sources)
        positions = [find_image(plot, part, 4) for part in column]
        tops = [top for top, _ in positions]
        assert min(np.diff(tops)) > 64
        assert len({left for _, left in positions}) == 1
        assert tuple(plot[tops[0] - 1, positions[0][1]]) == GENERATED


@pytest.mark.parametrize("captions", [None, [["a", "much longer than an image"], [0.5, 12.0]]])
def test_matches_are_right_of_their_generated_image(tmp_path, captions):
    generated, matches = random_images(2, 16, 16, 3), random_images(2, 2, 16, 16, 3, seed=1)
    names = None if captions is None else ["first row", "second"]
    plotting.plot_closest(generated, matches, tmp_path / "closest.png", captions, names)
    plot = read_pixels(tmp_path / "closest.png")
    for image, nearest in zip(generated, matches, strict=True):
        positions = [find_image(plot, part, 4) for part in (image, *nearest)]
        assert len({top for top, _ in positions}) == 1
        lefts = [left for _, left in positions]
        assert min(np.diff(lefts)) > 64
        top, left = positions[0]
        assert tuple(plot[top - 1, left]) == GENERATED
    # Nothing is cut off: the outermost pixels are white.
    for edge in (plot[0], plot[-1], plot[:, 0], plot[:, -1]):
        assert (edge == 255).all()


def test_invalid_arguments_raise(tmp_path):
    path, images = tmp_path / "x.png", random_images(2, 3, 8, 8, 1)
    with pytest.raises(ValueError, match="2 rows and 2 columns"):
        plotting.plot_matrix(images, images[:, 0], images[:, 1], path)
    with pytest.raises(ValueError, match="2 generated images and sources of 1"):
        plotting.plot_sources(images[:, 0], images[:1], path)
    for generated, captions, names in (
        (images[:1, 0], None, None),
        (images[:, 0], [[1, 2, 3]], None),
        (images[:, 0], [[1, 2, 3], [1, 2]], None),
        (images[:, 0], None, ["name"]),
    ):
        with pytest.raises(ValueError, match="matches for each generated image"):
            plotting.plot_closest(generated, images, path, captions, names)
    assert not path.exists()
