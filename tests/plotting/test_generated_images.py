"""Plots of generated images: the positions of generated, source and nearest images."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import find_image, pixels_of, random_images, texts_of

pytestmark = pytest.mark.any_backend

GENERATED, SOURCE = (0x3A, 0x5B, 0xA0), (0xE0, 0xA0, 0x30)


@pytest.mark.parametrize("channels", [1, 3])
def test_matrix_has_its_sources_along_the_edges(channels):
    images = random_images(2, 3, 16, 12, channels)
    rows, columns = (
        random_images(2, 16, 12, channels, seed=1),
        random_images(3, 16, 12, channels, seed=2),
    )
    plot = pixels_of(plotting.plot_matrix(images, rows, columns))
    left_edge = [find_image(plot, image, 4) for image in rows]
    top_edge = [find_image(plot, image, 4) for image in columns]
    for row, column in np.ndindex(2, 3):
        top, left = find_image(plot, images[row, column], 4)
        assert top == left_edge[row][0] > top_edge[column][0] + 64
        assert left == top_edge[column][1] > left_edge[row][1] + 48
        assert tuple(plot[top - 1, left]) != SOURCE
    for top, left in (*left_edge, *top_edge):
        assert tuple(plot[top - 3, left]) == tuple(plot[top + 65, left + 50]) == SOURCE


def test_a_large_matrix_is_cut_and_says_so():
    images = np.zeros((150, 2, 64, 64, 1), "uint8")
    figure = plotting.plot_matrix(images, images[:, 0], images[0])
    # A row has 72 pixels, and the sources, edges and the note have at most 200.
    shown = (8000 - 200) // 72
    (note,) = texts_of(figure.axes[0])
    assert note.startswith("first ") and note.endswith(" of 150 rows")
    assert abs(int(note.split()[1]) - shown) <= 1
    assert figure.bbox.height <= 8000


def test_sources_are_below_their_overlay():
    generated, sources = random_images(5, 16, 16, 1), random_images(5, 3, 16, 16, 1, seed=1)
    figure = plotting.plot_sources(generated, sources, columns=3)
    plot = pixels_of(figure)
    for image, image_sources in zip(generated, sources, strict=True):
        mean = image_sources.astype("float32").mean(axis=0)
        overlay = np.round(mean - 1e-4).astype("uint8")
        column = (image, overlay, *image_sources)
        positions = [find_image(plot, part, 4) for part in column]
        tops = [top for top, _ in positions]
        assert min(np.diff(tops)) > 64
        assert len({left for _, left in positions}) == 1
        assert tuple(plot[tops[0] - 1, positions[0][1]]) == GENERATED
    names = ["generated", "overlay", "source 1", "source 2", "source 3"]
    assert texts_of(figure.axes[0]) == 2 * names
    two = plotting.plot_sources(generated, sources, max_images=2)
    assert texts_of(two.axes[0]) == ["first 2 of 5 images", *names]
    assert find_image(pixels_of(two), generated[1], 4)


@pytest.mark.parametrize("captions", [None, [["a", "much longer than an image"], [0.5, 12.0]]])
def test_matches_are_right_of_their_generated_image(captions):
    generated, matches = random_images(2, 16, 16, 3), random_images(2, 2, 16, 16, 3, seed=1)
    names = None if captions is None else ["first row", "second"]
    figure = plotting.plot_closest(generated, matches, captions=captions, row_names=names)
    plot = pixels_of(figure)
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
    texts = ["generated", "nearest", "2."]
    if captions:
        long = "much longer than an image"
        texts += ["first row", "a", long, "second", "0.500", "12.0"]
    assert texts_of(figure.axes[0]) == texts


def test_many_matches_are_cut():
    images = random_images(5, 8, 8, 1)
    figure = plotting.plot_closest(images, images[:, None], max_rows=2)
    assert texts_of(figure.axes[0]) == ["first 2 of 5 images", "generated", "nearest"]
    wide = np.zeros((1, 200, 8, 8, 1))
    (note, *_, last) = texts_of(plotting.plot_closest(wide[0, :1], wide).axes[0])
    assert note == f"first {last[:-1]} of 200 matches of each"


def test_invalid_arguments_raise():
    images = random_images(2, 3, 8, 8, 1)
    with pytest.raises(ValueError, match="2 rows and 2 columns"):
        plotting.plot_matrix(images, images[:, 0], images[:, 1])
    with pytest.raises(ValueError, match=r"images of shape \(8, 8, 1\)"):
        plotting.plot_matrix(images, images[:, 0, :4], images[0])
    with pytest.raises(ValueError, match="2 generated images and sources of 1"):
        plotting.plot_sources(images[:, 0], images[:1])
    for generated, captions, names in (
        (images[:1, 0], None, None),
        (images[:, 0], [[1, 2, 3]], None),
        (images[:, 0], [[1, 2, 3], [1, 2]], None),
        (images[:, 0], None, ["name"]),
    ):
        with pytest.raises(ValueError, match="matches for each generated image"):
            plotting.plot_closest(generated, images, captions=captions, row_names=names)
    for captions in ("text", [1, 2], [["a", None, "b"]] * 2, [[["a"]]], [[1, [2, 3]]], [[1e200]]):
        with pytest.raises(ValueError, match="`captions` must be"):
            plotting.plot_closest(images[:, 0], images, captions=captions)
