"""Plots the latent space: class distances, mean activations, and a t-SNE of the samples."""

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_regen.checks import check_integer, check_seed
from keras_regen.metrics import latent_distances
from keras_regen.plotting.arrays import as_class_names, as_labels, as_points
from keras_regen.plotting.class_axes import add_heatmap, add_names, names_width, panel_side
from keras_regen.plotting.style import (
    EDGE,
    INK,
    MUTED,
    PAPER,
    check_axes,
    colors_and_markers,
    finish,
    legend_text,
    new_panels,
    picture_path,
    pixel_size,
    plain_text,
    shown_part,
)

_MAX_BARS = 1024
_MAX_LEGEND = 60


def plot_distances(
    centroids: npt.ArrayLike,
    latent_means: npt.ArrayLike,
    class_names: Sequence[str],
    *,
    max_classes: int = 300,
    path: str | os.PathLike | None = None,
) -> Figure:
    """Plots the distances between centroids and between the mean latents of the classes.

    Up to 12 classes have their distances as numbers. Of many classes, each second name or fewer is
    shown, as many as are readable. If not all classes are shown, a note above says so.

    Args:
        centroids: Array `(num_classes, latent_dim)`.
        latent_means: Array `(num_classes, latent_dim)`.
        class_names: Names of the classes.
        max_classes: Integer, at least 1: the number of classes that are shown, from the first.
        path: Path of a picture file to write as well.

    Returns:
        A `matplotlib.figure.Figure` with three panels.

    Raises:
        ValueError: If an array does not have a row of numbers for each class, the arrays have rows
            of different lengths, `max_classes` is out of range, or `path` has an unknown suffix.
        OSError: If the file cannot be written.

    Source: CSAE, second version, figure 10.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_distances
        >>> figure = plot_distances(np.eye(3), 2 * np.eye(3), ["cat", "dog", "cow"])
        >>> [text.get_text() for text in figure.axes[0].get_yticklabels()]
        ['cat', 'dog', 'cow']
    """
    class_names = as_class_names(class_names)
    centroids = as_points("centroids", centroids)
    latent_means = as_points("latent_means", latent_means)
    if centroids.shape != latent_means.shape or len(centroids) != len(class_names):
        raise ValueError(
            "`centroids` and `latent_means` must have the same shape, with a row for each class. "
            f"Received: shapes {centroids.shape} and {latent_means.shape}, and {len(class_names)} "
            "class names."
        )
    check_integer("max_classes", max_classes, 1)
    path = picture_path(path)
    note = shown_part(max_classes, len(class_names), "classes")
    centroids, latent_means = centroids[:max_classes], latent_means[:max_classes]
    names = class_names[:max_classes]
    matrices = {
        "between centroids": latent_distances(centroids, centroids),
        "between mean latents": latent_distances(latent_means, latent_means),
        "mean latent (row)\nto centroid (column)": latent_distances(latent_means, centroids),
    }
    side, space = panel_side(len(names)), names_width(names)
    # A wider figure would be unreadable in a notebook.
    columns = 3 if len(names) <= 10 else 1
    figure, panels = new_panels(
        3,
        side + space + (0.5 if columns == 3 else 1.5),
        side + space + 0.6 + 0.3 * bool(note),
        columns=columns,
        layout="compressed",
    )
    largest = max(matrix.max() for matrix in matrices.values()) or 1.0
    for axes, (title, matrix) in zip(panels, matrices.items(), strict=True):
        heatmap = add_heatmap(
            axes, matrix, names, 72 * side, ".3g", cmap="viridis", vmin=0, vmax=largest
        )
        axes.set_title(title, fontsize=11, color=INK)
    color_bar = figure.colorbar(heatmap, ax=panels, shrink=0.8, pad=0.01, aspect=40)
    color_bar.set_label("Euclidean distance", fontsize=9, color=INK)
    color_bar.ax.tick_params(labelsize=8)
    if note:
        figure.suptitle(note, fontsize=10, color=MUTED)
    return finish(figure, path)


def plot_barcodes(
    latents: npt.ArrayLike,
    labels: npt.ArrayLike,
    class_names: Sequence[str],
    *,
    max_classes: int = 300,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots the mean latent of each class as a bar code of the active dimensions.

    The color scale ends at the 99.5 % quantile of the means, so that weak means stay visible. Of
    more than 1,024 dimensions, the mean of neighbors is shown. Of many classes, each second name
    or fewer is shown, as many as are readable. If not all classes are shown, the title says so.

    Args:
        latents: Array `(num_samples, latent_dim)`.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes. Classes without samples are left out.
        max_classes: Integer, at least 1: the number of classes that are shown, from the first.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `latents` are no rows of numbers, `labels` or `class_names` do not fit,
            `max_classes` is out of range, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Source: ReGene, figures 4 and B.19.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_barcodes
        >>> figure = plot_barcodes(np.eye(3), [0, 1, 1], ["cat", "dog"])
        >>> figure.axes[0].images[0].get_array().tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]
    """
    class_names = as_class_names(class_names)
    latents = as_points("latents", latents)
    labels = as_labels("labels", labels, len(latents), len(class_names))
    check_integer("max_classes", max_classes, 1)
    path = picture_path(path)
    present = np.unique(labels)
    note = shown_part(max_classes, len(present), "classes")
    present = present[:max_classes]
    names = [class_names[label] for label in present]
    means = np.stack([latents[labels == label].mean(axis=0) for label in present])
    dim, step = means.shape[1], -(-means.shape[1] // _MAX_BARS)
    if step > 1:
        starts = np.arange(0, dim, step)
        means = np.add.reduceat(means, starts, axis=1) / np.diff(np.append(starts, dim))
    # A quantile of 0 would leave no scale.
    largest = np.quantile(np.abs(means), 0.995, method="higher") or 1.0
    signed = means.min() < 0
    height = min(max(1.0, 0.34 * len(names)), 13)
    figure, (axes,) = new_panels(1, 8 + names_width(names), height + 0.8, ax=ax)
    heatmap = axes.imshow(
        means,
        aspect="auto",
        cmap="RdBu_r" if signed else "Greys",
        vmin=-largest if signed else 0,
        vmax=largest,
        interpolation="nearest",
        extent=(-0.5, step * means.shape[1] - 0.5, len(names) - 0.5, -0.5),
    )
    length = 72 * (height if ax is None else pixel_size(ax)[1] / figure.dpi)
    add_names(axes.yaxis, names, length)
    gap = min(0.25 * length / len(names), 6)
    if gap > 1:
        borders = np.arange(len(names) + 1) - 0.5
        axes.hlines(borders, -0.5, dim - 0.5, color=PAPER, linewidth=gap)
    axes.set(xlim=(-0.5, dim - 0.5), ylim=(len(names) - 0.5, -0.5))
    axes.tick_params(axis="y", length=2, color=MUTED)
    axes.tick_params(axis="x", length=3, labelsize=8)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("dimension of the latent", fontsize=9, color=INK)
    axes.spines[:].set_color(EDGE)
    axes.set_title(note, fontsize=10, color=MUTED)
    extend = "both" if signed else "max"
    color_bar = figure.colorbar(
        heatmap,
        ax=axes,
        pad=0.015,
        aspect=max(20, 6 * height),
        extendfrac=min(0.05, 0.15 / height),
        extend=extend if np.abs(means).max() > largest else "neither",
    )
    color_bar.set_label("mean activation", fontsize=9, color=INK)
    color_bar.ax.tick_params(labelsize=8)
    return finish(figure, path)


def plot_tsne(
    latents: npt.ArrayLike,
    labels: npt.ArrayLike,
    class_names: Sequence[str],
    *,
    max_samples: int = 2000,
    seed: int | None = 0,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots latents in two dimensions by t-SNE, colored by class.

    Each class has its name at the median of its points. A name that would cover another name is
    left out. Up to 60 classes also have a legend; each has its own color and marker.

    Args:
        latents: Array `(num_samples, latent_dim)`, at least 3.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes.
        max_samples: Integer, at least 3: maximum number of points. More samples are reduced to a
            random subset, because the time grows faster than the number of points. The title shows
            both numbers.
        seed: Integer, at least 0: seed of the subset and of t-SNE. `None` for a random seed.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `latents` are no rows of numbers or fewer than 3, `labels` or `class_names`
            do not fit, a number is out of range, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Source: ReGene, figures 3, 4 and B.18; `sklearn.manifold.TSNE`.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_tsne
        >>> figure = plot_tsne(np.eye(4), [0, 1, 0, 1], ["cat", "dog"])
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['cat', 'dog']
    """
    class_names = as_class_names(class_names)
    latents = as_points("latents", latents)
    labels = as_labels("labels", labels, len(latents), len(class_names))
    check_integer("max_samples", max_samples, 3)
    check_seed(seed)
    path = picture_path(path)
    check_axes(ax)
    if len(latents) < 3:
        raise ValueError(f"t-SNE needs at least 3 samples. Received: {len(latents)}.")
    total = len(latents)
    if total > max_samples:
        subset = np.random.default_rng(seed).choice(total, int(max_samples), replace=False)
        latents, labels = latents[subset], labels[subset]
    points = _tsne(latents, seed)
    present = np.unique(labels)
    has_legend = len(present) <= _MAX_LEGEND
    legend_columns = -(-len(present) // 25)
    width = 1.7 * legend_columns if has_legend else 0
    figure, (axes,) = new_panels(1, 6.5 + width, 6.5, ax=ax)
    for label, (color, marker) in zip(present, colors_and_markers(len(present)), strict=True):
        axes.scatter(
            *points[labels == label].T,
            s=12,
            color=[color],
            marker=marker,
            alpha=0.7,
            linewidth=0,
            label=legend_text(class_names[label]),
        )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[:].set_color(EDGE)
    if total > max_samples:
        note = f"random {max_samples:,} of {total:,} samples"
        axes.set_title(note, fontsize=10, color=MUTED)
    if has_legend:
        handles, texts = axes.get_legend_handles_labels()
        texts = [plain_text(class_names[label], 20) or " " for label in present]
        texts = [f" {text}" if text.startswith("_") else text for text in texts]
        options = {"frameon": False, "fontsize": 8, "markerscale": 1.6}
        if ax is None:
            figure.legend(
                handles, texts, loc="outside right center", ncols=legend_columns, **options
            )
        else:
            ax.legend(handles, texts, loc="best", **options)
    counts = [np.sum(labels == label) for label in present]
    centers = [np.median(points[labels == label], axis=0) for label in present]
    largest_first = np.argsort(counts, kind="stable")[::-1]
    # The layout determines the positions of the names.
    figure.draw_without_rendering()
    _add_separate_names(
        axes,
        [centers[index] for index in largest_first],
        [plain_text(class_names[present[index]], 20) for index in largest_first],
        small=len(present) > 20,
    )
    return finish(figure, path)


def _tsne(latents: np.ndarray, seed: int | None) -> np.ndarray:
    from sklearn.manifold import TSNE  # takes a second

    # t-SNE does not depend on the scale, and its float32 numbers could overflow.
    latents = latents - latents.mean(axis=0)
    latents = (latents / (np.abs(latents).max() or 1.0)).astype("float32")
    # The usual perplexity is 30. It must be less than the number of samples.
    perplexity = min(30, (len(latents) - 1) / 3)
    # The default start, by principal components, needs two dimensions and different points.
    has_components = latents.shape[1] > 1 and latents.std(axis=0).max() > 0
    return TSNE(
        perplexity=perplexity,
        init="pca" if has_components else "random",
        random_state=None if seed is None else int(seed) % 2**32,
    ).fit_transform(latents)


def _add_separate_names(
    axes: Axes, centers: list[np.ndarray], names: list[str], small: bool
) -> None:
    """Adds names at positions, from the first, and leaves out any that would cover another.

    Small names lie above their positions, because they would cover small groups of points.
    """
    boxes = []
    for center, name in zip(centers, names, strict=True):
        text = axes.annotate(
            name,
            center,
            xytext=(0, 4 if small else 0),
            textcoords="offset points",
            ha="center",
            va="bottom" if small else "center",
            fontsize=7 if small else 10,
            fontweight="bold",
            color=INK,
            path_effects=[patheffects.withStroke(linewidth=2.5, foreground=PAPER)],
        )
        box = text.get_window_extent()
        if any(box.overlaps(other) for other in boxes):
            text.remove()
        else:
            boxes.append(box)
