"""Plots the predictions of a classifier: its confusion matrix and its confidence."""

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_regen.arrays import as_array, as_numbers, check_labels
from keras_regen.checks import check_integer
from keras_regen.plotting.arrays import as_class_names, as_labels
from keras_regen.plotting.class_axes import add_heatmap, names_width, panel_side
from keras_regen.plotting.style import (
    COLORS,
    INK,
    add_legend,
    finish,
    new_panels,
    picture_path,
    pixel_size,
    shown_part,
    style_curves,
)


def plot_confusion_matrix(
    labels: npt.ArrayLike,
    predictions: npt.ArrayLike,
    class_names: Sequence[str],
    *,
    max_classes: int = 300,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots the share of the images of each class that a classifier puts into each class.

    The title shows the accuracy on all images. Up to 12 classes have their shares as numbers. Of
    many classes, each second name or fewer is shown, as many as are readable. If not all classes
    are shown, the title says so. The row of a class without images is empty.

    Args:
        labels: Integer labels `(num_samples,)`: the true classes; or the classes that generated
            images were requested for.
        predictions: Integer labels `(num_samples,)`, such as `model.classify(images)`.
        class_names: Names of the classes.
        max_classes: Integer, at least 1: the number of classes that are shown, from the first.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `labels`, `predictions` and `class_names` do not fit, there are no labels,
            `max_classes` is out of range, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Examples:
        >>> from keras_regen.plotting import plot_confusion_matrix
        >>> figure = plot_confusion_matrix([0, 1, 1, 1], [0, 0, 1, 1], ["cat", "dog"])
        >>> figure.axes[0].images[0].get_array().round(2).tolist()
        [[1.0, 0.0], [0.33, 0.67]]
    """
    class_names = as_class_names(class_names)
    labels = as_array("labels", labels)
    check_labels(labels, None, len(class_names))
    if not len(labels):
        raise ValueError("`labels` must have at least one label. Received: 0 labels.")
    predictions = as_labels("predictions", predictions, len(labels), len(class_names))
    check_integer("max_classes", max_classes, 1)
    path = picture_path(path)
    names = class_names[:max_classes]
    count = len(names)
    inside = (labels < count) & (predictions < count)
    counts = np.zeros((count, count))
    np.add.at(counts, (labels[inside], predictions[inside]), 1)
    totals = np.bincount(labels.astype("int64"), minlength=count)[:count, None]
    shares = np.divide(counts, totals, out=np.full(counts.shape, np.nan), where=totals > 0)
    side, space = panel_side(count), names_width(names)
    figure, (axes,) = new_panels(1, side + space + 1.5, side + space + 0.8, ax=ax)
    length = 72 * (side if ax is None else pixel_size(ax).min() / figure.dpi)
    heatmap = add_heatmap(axes, shares, names, length, ".1%", cmap="Blues", vmin=0, vmax=1)
    title = f"accuracy {np.mean(labels == predictions):.1%} of {len(labels):,} images"
    note = shown_part(count, len(class_names), "classes")
    axes.set_title(f"{title}\n{note}" if note else title, fontsize=11, color=INK)
    axes.set_xlabel("predicted class", fontsize=9, color=INK)
    axes.set_ylabel("class", fontsize=9, color=INK)
    color_bar = figure.colorbar(heatmap, ax=axes, shrink=0.8, pad=0.02, aspect=30, format="{x:.0%}")
    color_bar.set_label("share of the images of the class", fontsize=9, color=INK)
    color_bar.ax.tick_params(labelsize=8)
    return finish(figure, path)


def plot_confidence(
    probabilities: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    bins: int = 20,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots a histogram of the confidence of a classifier: the probability of its predicted class.

    With labels, right and wrong predictions have separate bars, one upon the other.

    Args:
        probabilities: Array `(num_samples, num_classes)` of rows with a sum of 1, such as
            `model.classify(images, return_probabilities=True)` of real or generated images.
        labels: Integer labels `(num_samples,)`: the true classes; or the classes that generated
            images were requested for. `None` for images without classes.
        bins: Integer, at least 1: the number of bars from 0 to 1.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `probabilities` are no probabilities, `labels` do not fit, `bins` is not in
            1..1000, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Examples:
        >>> from keras_regen.plotting import plot_confidence
        >>> figure = plot_confidence([[0.9, 0.1], [0.4, 0.6]], [0, 0], bins=2)
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['right: 1 (50.0%)', 'wrong: 1 (50.0%)']
    """
    probabilities = as_numbers("probabilities", probabilities, 2).astype("float64")
    # Half-precision numbers have sums that differ from 1 by a little.
    if probabilities.min() < 0 or np.abs(probabilities.sum(axis=1) - 1).max() > 0.01:
        raise ValueError(
            "`probabilities` must have rows of numbers of at least 0 with a sum of 1. Received: "
            f"values from {probabilities.min():g} to {probabilities.max():g}, and sums from "
            f"{probabilities.sum(axis=1).min():g} to {probabilities.sum(axis=1).max():g}."
        )
    count = len(probabilities)
    if labels is not None:
        labels = as_labels("labels", labels, count, probabilities.shape[1])
    check_integer("bins", bins, 1)
    if bins > 1000:
        raise ValueError(f"`bins` must be at most 1000. Received: bins={bins}.")
    path = picture_path(path)
    confidence = probabilities.max(axis=1).clip(0, 1)
    if labels is None:
        parts = {f"all: {count:,}": confidence}
    else:
        right = probabilities.argmax(axis=1) == labels
        parts = {
            f"{name}: {part.sum():,} ({part.mean():.1%})": confidence[part]
            for name, part in (("right", right), ("wrong", ~right))
        }
    figure, (axes,) = new_panels(1, 5.6, 4, ax=ax)
    axes.hist(
        list(parts.values()),
        bins=np.linspace(0, 1, int(bins) + 1),
        stacked=True,
        color=COLORS[: len(parts)],
        label=list(parts),
        rwidth=0.92,
    )
    style_curves(axes, "probability of the predicted class", "images")
    axes.set_xlim(0, 1)
    axes.set_axisbelow(True)
    axes.yaxis.get_major_locator().set_params(integer=True)
    add_legend(figure, axes, ax)
    return finish(figure, path)
