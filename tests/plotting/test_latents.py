"""Plots of the latent space: matrices, bars, points and names."""

import itertools

import matplotlib
import numpy as np
import pytest

from keras_regen import plotting
from tests.plotting.image_helpers import pixels_of, texts_of, tick_names

pytestmark = pytest.mark.any_backend

MANY = [2, 10, 40, 300]


def class_names(count):
    return [f"class {label}" for label in range(count)]


def assert_readable(figure, axis, names):
    """Checks that the tick labels are names at their places, and do not overlap."""
    positions, labels = axis.get_ticklocs(), tick_names(axis)
    assert labels == [names[int(position)] for position in positions]
    assert len(labels) >= min(len(names), 30)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axis.get_ticklabels()]
    assert not any(box.overlaps(other) for box, other in itertools.pairwise(boxes))
    width, height = figure.bbox.size
    for box in boxes:
        assert min(box.x0, box.y0) >= 0 and box.x1 <= width and box.y1 <= height


@pytest.mark.parametrize("count", MANY)
def test_distances_of_any_number_of_classes(count):
    rng = np.random.default_rng(0)
    centroids, means = rng.normal(size=(2, count, 4))
    names = class_names(count)
    figure = plotting.plot_distances(centroids, means, names)
    first, second, both = (axes for axes in figure.axes if axes.get_title())
    row, column = 0, count - 1
    for axes, start, end in (
        (first, centroids, centroids),
        (second, means, means),
        (both, means, centroids),
    ):
        matrix = axes.images[0].get_array()
        assert matrix.shape == (count, count)
        for one, other in ((row, column), (column, row), (row, row)):
            expected = np.sqrt(np.sum((start[one] - end[other]) ** 2))
            np.testing.assert_allclose(matrix[one, other], expected, atol=1e-9)
        assert_readable(figure, axes.xaxis, names)
        assert_readable(figure, axes.yaxis, names)
        assert len(texts_of(axes)) == (count**2 if count <= 12 else 0)
        # The same color is the same distance in all panels.
        assert axes.images[0].get_clim() == first.images[0].get_clim()
    assert figure.bbox.width < 2200 and figure.bbox.height < 3700


def test_first_classes_of_many():
    six = np.eye(6)
    figure = plotting.plot_distances(six, six, class_names(6), max_classes=2)
    assert figure.get_suptitle() == "first 2 of 6 classes"
    assert tick_names(figure.axes[0].yaxis) == ["class 0", "class 1"]
    assert texts_of(figure.axes[0]) == ["0", "1.41", "1.41", "0"]
    figure = plotting.plot_barcodes(six, np.arange(6), class_names(6), max_classes=2)
    assert figure.axes[0].get_title() == "first 2 of 6 classes"
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), six[:2])


def test_equal_centroids_have_distances():
    figure = plotting.plot_distances(np.ones((2, 3)), np.ones((2, 3)), ["a", "b"])
    assert texts_of(figure.axes[0]) == ["0"] * 4


@pytest.mark.parametrize("count", MANY)
def test_each_class_has_a_bar(count):
    # Class k uses dimension k, with the values 0 and 2. Their mean is 1, which is black.
    latents = np.concatenate([np.zeros((count, count + 1)), 2 * np.eye(count, count + 1)])
    labels = np.concatenate([np.arange(count), np.arange(count)])
    names = class_names(count)
    figure = plotting.plot_barcodes(latents, labels, names)
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), np.eye(count, count + 1))
    assert_readable(figure, axes.yaxis, names)
    assert figure.bbox.width < 1400 and figure.bbox.height < 1700
    if count <= 10:
        # A pixel at the center of each class and dimension.
        plot = pixels_of(figure)
        for row, column in np.ndindex(count, count + 1):
            x, y = axes.transData.transform((column, row))
            shade = plot[len(plot) - 1 - int(y), int(x)]
            assert (shade == (0 if row == column else 255)).all()


def test_negative_means_have_another_color():
    latents = np.array([[1.0, 0.0, -1.0], [1.0, 0.0, -1.0]])
    figure = plotting.plot_barcodes(latents, np.array([0, 2]), ["a", "absent", "c"])
    axes = figure.axes[0]
    assert tick_names(axes.yaxis) == ["a", "c"]  # a class without samples has no bar
    plot = pixels_of(figure)
    for column, end in ((0, 1.0), (2, 0.0)):
        x, y = axes.transData.transform((column, 1))
        color = np.round(np.multiply(matplotlib.colormaps["RdBu_r"](end)[:3], 255))
        np.testing.assert_array_equal(plot[len(plot) - 1 - int(y), int(x)], color)


def test_bars_of_many_dimensions_are_means_of_neighbors():
    latents = np.tile([0.0, 2.0], (1, 1251))
    figure = plotting.plot_barcodes(latents, [0], ["a"])
    bars = figure.axes[0].images[0].get_array()
    # Groups of three of 2,502 dimensions: (0, 2, 0), (2, 0, 2) and so on.
    np.testing.assert_allclose(bars, np.tile([2 / 3, 4 / 3], (1, 417)))
    assert figure.axes[0].get_xlim() == (-0.5, 2501.5)


def test_tsne_separates_classes_and_depends_on_the_seed():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    latents = rng.normal(size=(60, 5)) + 30 * labels[:, None]
    figures = [
        plotting.plot_tsne(latents, labels, ["a", "b"], max_samples=40, seed=seed)
        for seed in (0, 0, 1)
    ]
    first, same, other = (
        [group.get_offsets() for group in figure.axes[0].collections] for figure in figures
    )
    for index in range(2):
        np.testing.assert_array_equal(first[index], same[index])
    assert not np.array_equal(first[0], other[0])
    assert sum(map(len, first)) == 40
    centers = [points.mean(axis=0) for points in first]
    for points, center, far in zip(first, centers, centers[::-1], strict=True):
        near = np.linalg.norm(points - center, axis=1)
        assert (near < np.linalg.norm(points - far, axis=1)).all()
    assert sorted(texts_of(figures[0].axes[0])) == ["a", "b"]
    assert figures[0].axes[0].get_title() == "random 40 of 60 samples"


@pytest.mark.parametrize("count", [20, 40, 100])
def test_names_of_many_classes_do_not_overlap(count):
    rng = np.random.default_rng(0)
    labels = np.arange(3 * count) % count
    figure = plotting.plot_tsne(rng.normal(size=(3 * count, 3)), labels, class_names(count))
    axes = figure.axes[0]
    names = list(axes.texts)
    assert len(names) >= 15
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in names]
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:index])
    # Each class has its own color and marker, and a legend lists all of up to 60.
    looks = {
        (tuple(group.get_facecolor()[0]), group.get_paths()[0].vertices.tobytes())
        for group in axes.collections
    }
    assert len(looks) == count
    if count <= 60:
        (legend,) = figure.legends
        assert [text.get_text() for text in legend.get_texts()] == class_names(count)
        box = legend.get_window_extent()
        assert axes.get_window_extent().x1 <= box.x0 and box.x1 <= figure.bbox.width
        assert box.y0 >= 0
    else:
        assert not figure.legends


@pytest.mark.parametrize("latents", [np.eye(3), np.ones((4, 2)), [[1], [2], [3]], 1e99 * np.eye(4)])
def test_tsne_of_few_equal_or_large_latents(latents):
    count = len(latents)
    figure = plotting.plot_tsne(latents, np.zeros(count, int), ["a"], seed=2**40)
    points = figure.axes[0].collections[0].get_offsets()
    assert points.shape == (count, 2) and np.isfinite(points).all()


def test_invalid_arguments_raise():
    latents, names = np.zeros((4, 3)), ["a", "b"]
    for plot in (plotting.plot_barcodes, plotting.plot_tsne):
        for values, labels, match in (
            (latents[0], np.zeros(4, int), "array of 2 axes"),
            (latents, np.zeros(3, int), "one label per image, 4 in all"),
            (latents, np.array([0, 1, 2, 0]), "Received: 2 at index 2"),
            (latents + 1e200, np.zeros(4, int), "between -1e100 and 1e100"),
        ):
            with pytest.raises(ValueError, match=match):
                plot(values, labels, names)
    with pytest.raises(ValueError, match="at least 3 samples"):
        plotting.plot_tsne(latents[:2], np.zeros(2, int), names)
    with pytest.raises(ValueError, match="max_samples=2"):
        plotting.plot_tsne(latents, np.zeros(4, int), names, max_samples=2)
    for centroids, means in ((latents, latents), (latents[:2], latents[:2, :2])):
        with pytest.raises(ValueError, match="same shape, with a row for each class"):
            plotting.plot_distances(centroids, means, names)
