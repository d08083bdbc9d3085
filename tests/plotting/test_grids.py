"""Rows of images: positions, names, and the part that is shown of many."""

import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import find_image, pixels_of, random_images, texts_of

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("channels", [1, 3])
def test_images_are_in_rows(channels):
    images = random_images(5, 8, 8, channels)
    plot = pixels_of(plotting.plot_images(images, columns=3))
    assert plot.shape == (2 * 68 - 4, 3 * 68 - 4, 3)
    for index, image in enumerate(images):
        row, column = divmod(index, 3)
        assert tuple(find_image(plot, image, scale=8)) == (68 * row, 68 * column)


def test_many_images_are_cut_and_announced():
    images = np.zeros((300, 8, 8, 1))
    figure = plotting.plot_images(images, columns=10, max_images=25)
    assert texts_of(figure.axes[0]) == ["first 25 of 300 images"]
    assert pixels_of(figure).shape == (20 + 3 * 68 - 4, 10 * 68 - 4, 3)
    assert texts_of(plotting.plot_images(images[:25]).axes[0]) == []
    # Never more than 8,000 pixels.
    wide = plotting.plot_images(images, columns=300, max_images=300)
    assert 7000 < wide.bbox.width < 8000
    high = plotting.plot_images(images, columns=1, max_images=300)
    assert 7000 < high.bbox.height < 8000
    shown = int(texts_of(high.axes[0])[0].split()[1])
    assert shown * 68 + 16 == round(high.bbox.height)


@pytest.mark.parametrize("channels", [1, 3])
def test_each_class_has_a_row(channels):
    images = random_images(6, 8, 8, channels)
    names = ["zero", "a class without images", "two"]
    figure = plotting.plot_samples(images, np.array([2, 0, 0, 2, 2, 0]), names)
    plot = pixels_of(figure)
    positions = [find_image(plot, image, scale=8) for image in images]
    rows = [[positions[index] for index in indices] for indices in ([1, 2, 5], [0, 3, 4])]
    for row in rows:
        assert len({top for top, _ in row}) == 1
        assert [left for _, left in row] == sorted(left for _, left in row)
    assert rows[0][0][0] < rows[1][0][0]
    assert texts_of(figure.axes[0]) == ["zero", "two"]
    # Names are next to their rows.
    for text, row in zip(figure.axes[0].texts, rows, strict=True):
        assert abs(text.get_position()[1] - (row[0][0] + 32)) < 2


@pytest.mark.parametrize("count", [2, 10, 40, 300])
def test_samples_of_any_number_of_classes(count):
    names = [f"class {label}" for label in range(count)]
    labels = np.repeat(np.arange(count), 3)
    figure = plotting.plot_samples(np.zeros((3 * count, 28, 28, 1)), labels, names)
    shown = min(count, 40)
    texts = texts_of(figure.axes[0])
    assert texts[-shown:] == names[:shown]
    assert texts[:-shown] == ([] if count == shown else ["first 40 of 300 classes"])
    assert figure.bbox.height == shown * 60 + 4 + 20 * (count > shown)


def test_samples_show_the_first_images_of_a_class():
    images, labels = random_images(6, 8, 8, 1), np.array([0, 0, 0, 1, 1, 2])
    figure = plotting.plot_samples(images, labels, list("abc"), columns=2, max_classes=2)
    note = "first 2 of 3 classes, first 2 of 3 images of a class"
    assert texts_of(figure.axes[0]) == [note, "a", "b"]
    plot = pixels_of(figure)
    for index in (0, 1, 3, 4):
        find_image(plot, images[index], scale=8)
    for index in (2, 5):
        with pytest.raises(AssertionError, match="0 positions"):
            find_image(plot, images[index], scale=8)


def test_reconstructions_are_below_their_images():
    images, reconstructions = random_images(5, 8, 8, 3), random_images(5, 8, 8, 3, seed=1)
    plot = pixels_of(plotting.plot_reconstructions(images, reconstructions, columns=3))
    for image, reconstruction in zip(images, reconstructions, strict=True):
        top, left = find_image(plot, image, scale=8)
        below, same_left = find_image(plot, reconstruction, scale=8)
        assert same_left == left
        assert 64 < below - top < 80
    figure = plotting.plot_reconstructions(images, reconstructions, columns=3, max_images=4)
    names = ["image", "reconstruction"]
    assert texts_of(figure.axes[0]) == ["first 4 of 5 images", *names, *names]
    with pytest.raises(AssertionError, match="0 positions"):
        find_image(pixels_of(figure), images[4], scale=8)


def test_each_traversal_has_a_row():
    traversals = random_images(3, 4, 8, 8, 1)
    plot = pixels_of(plotting.plot_traversals(traversals))
    for row, column in np.ndindex(3, 4):
        position = find_image(plot, traversals[row, column], scale=8)
        assert tuple(position) == (68 * row, 68 * column)
    figure = plotting.plot_traversals(traversals, row_names=["a", "b", "c"], max_rows=2)
    assert texts_of(figure.axes[0]) == ["first 2 of 3 traversals", "a", "b"]


def test_invalid_arguments_raise():
    images, labels = random_images(4, 8, 8, 1), np.zeros(4, int)
    for plot, match in (
        (lambda: plotting.plot_images(images[0]), "num_images, height, width, channels"),
        (lambda: plotting.plot_images(images, columns=0), "columns=0"),
        (lambda: plotting.plot_images(images, max_images=0), "max_images=0"),
        (lambda: plotting.plot_samples(images, labels[:3], ["a"]), "one label per image"),
        (lambda: plotting.plot_samples(images, labels + 1, ["a"]), "must lie in"),
        (lambda: plotting.plot_samples(images, labels, "a"), "class_names='a'"),
        (lambda: plotting.plot_samples(images, labels, []), "at least one name"),
        (lambda: plotting.plot_samples(images, labels, ["a"], max_classes=0), "max_classes=0"),
        (lambda: plotting.plot_reconstructions(images, images[:3]), "4 images and 3"),
        (lambda: plotting.plot_reconstructions(images, images[:, :4]), "images of shape"),
        (lambda: plotting.plot_traversals(images), "num_rows, num_columns"),
        (lambda: plotting.plot_traversals(images[None], row_names=["a", "b"]), "1 traversals"),
        (lambda: plotting.plot_images(np.zeros((1, 9000, 2, 1))), "8,000"),
    ):
        with pytest.raises(ValueError, match=match):
            plot()
