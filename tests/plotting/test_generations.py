"""Generations beside sources and matches: which image lies where."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.pixels import find, read, some_images

pytestmark = pytest.mark.any_backend

GENERATED, SOURCE = (0x3A, 0x5B, 0xA0), (0xE0, 0xA0, 0x30)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_matrix_has_its_sources_along_the_edges(tmp_path, channels):
    images = some_images(2, 3, 16, 12, channels)
    rows, columns = (
        some_images(2, 16, 12, channels, seed=1),
        some_images(3, 16, 12, channels, seed=2),
    )
    plotting.plot_matrix(images, rows, columns, tmp_path / "matrix.png")
    picture = read(tmp_path / "matrix.png")
    left_edge = [find(picture, image, 4) for image in rows]
    top_edge = [find(picture, image, 4) for image in columns]
    for row, column in np.ndindex(2, 3):
        top, left = find(picture, images[row, column], 4)
        assert top == left_edge[row][0] > top_edge[column][0] + 64
        assert left == top_edge[column][1] > left_edge[row][1] + 48
        assert tuple(picture[top - 1, left]) != SOURCE
    for top, left in (*left_edge, *top_edge):
        assert tuple(picture[top - 3, left]) == tuple(picture[top + 65, left + 50]) == SOURCE


def test_sources_lie_below_their_overlay(tmp_path):
    generated, sources = some_images(5, 16, 16, 1), some_images(5, 3, 16, 16, 1, seed=1)
    plotting.plot_sources(generated, sources, tmp_path / "sources.png", columns=3)
    picture = read(tmp_path / "sources.png")
    for image, own in zip(generated, sources, strict=True):
        overlay = np.round(own.astype("float32").mean(axis=0) - 1e-4).astype("uint8")
        places = [find(picture, part, 4) for part in (image, overlay, *own)]
        tops = [top for top, _ in places]
        assert min(np.diff(tops)) > 64
        assert len({left for _, left in places}) == 1
        assert tuple(picture[tops[0] - 1, places[0][1]]) == GENERATED


@pytest.mark.parametrize("captions", [None, [["a", "much longer than an image"], [0.5, 12.0]]])
def test_matches_lie_right_of_their_generation(tmp_path, captions):
    generated, matches = some_images(2, 16, 16, 3), some_images(2, 2, 16, 16, 3, seed=1)
    names = None if captions is None else ["first row", "second"]
    plotting.plot_closest(generated, matches, tmp_path / "closest.png", captions, names)
    picture = read(tmp_path / "closest.png")
    for image, near in zip(generated, matches, strict=True):
        places = [find(picture, part, 4) for part in (image, *near)]
        assert len({top for top, _ in places}) == 1
        lefts = [left for _, left in places]
        assert min(np.diff(lefts)) > 64
        top, left = places[0]
        assert tuple(picture[top - 1, left]) == GENERATED
    # Nothing is cut off: the outermost pixels are paper.
    for edge in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
        assert (edge == 255).all()


def test_bad_input(tmp_path):
    path, images = tmp_path / "x.png", some_images(2, 3, 8, 8, 1)
    with pytest.raises(ValueError, match="2 rows and 2 columns"):
        plotting.plot_matrix(images, images[:, 0], images[:, 1], path)
    with pytest.raises(ValueError, match="2 generations and sources of 1"):
        plotting.plot_sources(images[:, 0], images[:1], path)
    for generated, captions, names in (
        (images[:1, 0], None, None),
        (images[:, 0], [[1, 2, 3]], None),
        (images[:, 0], [[1, 2, 3], [1, 2]], None),
        (images[:, 0], None, ["one"]),
    ):
        with pytest.raises(ValueError, match="matches for each generation"):
            plotting.plot_closest(generated, images, path, captions, names)
    assert not path.exists()
