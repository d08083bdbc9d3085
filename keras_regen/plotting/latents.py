"""Plots the latent space: class distances, mean activations, and a t-SNE of the samples."""

import os
from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib import patheffects
from matplotlib.figure import Figure

from keras_regen.checks import check_integer, check_labels
from keras_regen.metrics import latent_distances
from keras_regen.plotting.style import INK, PAPER, escape_math, save_figure


def plot_distances(
    centroids: np.ndarray,
    latent_means: np.ndarray,
    class_names: Sequence[str],
    path: str | os.PathLike,
) -> None:
    """Plots the distances between centroids and between the mean latents of the classes.

    Args:
        centroids: Array `(num_classes, latent_dim)`.
        latent_means: Array `(num_classes, latent_dim)`.
        class_names: Names of the classes.
        path: Path of the PNG file.

    Source: CSAE, second version, figure 10.
    """
    panels = (
        ("between centroids", latent_distances(centroids)),
        ("between mean latents", latent_distances(latent_means)),
        ("mean latent (row) to centroid (column)", latent_distances(latent_means, centroids)),
    )
    size = max(4.2, 0.46 * len(class_names) + 1.2)
    figure = Figure(figsize=(3 * size, size), layout="constrained", facecolor=PAPER)
    largest = max(matrix.max() for _, matrix in panels)
    for index, (title, matrix) in enumerate(panels, start=1):
        axes = figure.add_subplot(1, 3, index)
        heatmap = axes.imshow(matrix, cmap="viridis", vmin=0, vmax=largest)
        axes.set_title(title, fontsize=11, color=INK)
        if len(class_names) <= 20:
            ticks, names = range(len(class_names)), [escape_math(name) for name in class_names]
            axes.set_xticks(ticks, names, rotation=60, ha="right", fontsize=8)
            axes.set_yticks(ticks, names, fontsize=8)
        if len(class_names) <= 12:
            for row, column in np.ndindex(matrix.shape):
                value = matrix[row, column]
                axes.text(
                    column,
                    row,
                    f"{value:.1f}",
                    ha="center",
                    va="center",
                    fontsize=7,
                    color="black" if value > 0.6 * largest else "white",
                )
    figure.colorbar(heatmap, ax=figure.axes, shrink=0.8, label="Euclidean distance")
    save_figure(figure, path)


def plot_barcodes(
    latents: np.ndarray, labels: np.ndarray, class_names: Sequence[str], path: str | os.PathLike
) -> None:
    """Plots the mean latent of each class as a bar code of the active dimensions.

    The color scale ends at the 99.5 % quantile of the means, so that weak means stay visible.

    Args:
        latents: Array `(num_samples, latent_dim)`.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes. Classes without samples are left out.
        path: Path of the PNG file.

    Raises:
        ValueError: If labels are out of range, or their number differs from that of the latents.

    Source: ReGene, figures 4 and B.19.
    """
    latents, labels = _check_latents(latents, labels, class_names)
    present = np.unique(labels)
    means = np.stack([latents[labels == label].mean(axis=0) for label in present])
    largest = np.quantile(np.abs(means), 0.995, method="higher")
    signed = means.min() < 0
    figure = Figure(
        figsize=(9, 0.42 * len(present) + 1), dpi=120, layout="constrained", facecolor=PAPER
    )
    panels = figure.subplots(len(present), 1, sharex=True, squeeze=False)[:, 0]
    for axes, label, mean in zip(panels, present, means, strict=True):
        heatmap = axes.imshow(
            mean[None],
            aspect="auto",
            cmap="RdBu_r" if signed else "Greys",
            vmin=-largest if signed else 0,
            vmax=largest,
            # Bars narrower than a pixel are averaged with their neighbors instead of dropped.
            interpolation="nearest" if means.shape[1] <= 512 else "antialiased",
        )
        axes.set_yticks([0], [escape_math(class_names[label])], fontsize=9, color=INK)
        axes.tick_params(axis="both", length=0, labelsize=9, labelbottom=False)
        axes.spines[:].set_color("#c8ccd4")
    panels[-1].tick_params(axis="x", length=3, labelsize=8, labelbottom=True)
    panels[-1].set_xlabel("dimension of the latent", fontsize=9, color=INK)
    extend = "both" if signed else "max"
    color_bar = figure.colorbar(
        heatmap,
        ax=list(panels),
        pad=0.015,
        aspect=25,
        extend=extend if np.abs(means).max() > largest else "neither",
    )
    color_bar.set_label("mean activation", fontsize=9, color=INK)
    color_bar.ax.tick_params(labelsize=8)
    save_figure(figure, path)


def plot_tsne(
    latents: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str],
    path: str | os.PathLike,
    max_samples: int = 2000,
    seed: int = 0,
) -> None:
    """Plots latents in two dimensions by t-SNE, colored by class.

    Args:
        latents: Array `(num_samples, latent_dim)`, at least 3.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes.
        path: Path of the PNG file.
        max_samples: Integer, at least 3: maximum number of points. More samples are reduced to a
            random subset, because the time grows faster than the number of points.
        seed: Integer: seed of the subset and of t-SNE.

    Raises:
        ValueError: If the samples are fewer than 3, labels are out of range, or the number of
            labels differs from that of the latents.

    Source: ReGene, figures 3, 4 and B.18; `sklearn.manifold.TSNE`.
    """
    from sklearn.manifold import TSNE  # takes a second

    latents, labels = _check_latents(latents, labels, class_names)
    check_integer("max_samples", max_samples, 3)
    if len(latents) < 3:
        raise ValueError(f"t-SNE needs at least 3 samples. Received: {len(latents)}.")
    if len(latents) > max_samples:
        subset = np.random.default_rng(seed).choice(len(latents), max_samples, replace=False)
        latents, labels = latents[subset], labels[subset]
    # The usual perplexity is 30. It must be less than the number of samples.
    perplexity = min(30, (len(latents) - 1) / 3)
    points = TSNE(perplexity=perplexity, random_state=seed).fit_transform(latents)
    figure = Figure(figsize=(7, 6), dpi=120, layout="constrained", facecolor=PAPER)
    axes = figure.add_subplot()
    present = np.unique(labels)
    for label, color in zip(present, _class_colors(len(present)), strict=True):
        name, class_points = escape_math(class_names[label]), points[labels == label]
        axes.scatter(*class_points.T, s=9, color=color, alpha=0.75, linewidth=0, label=name)
        if len(present) <= 20:
            axes.text(
                *np.median(class_points, axis=0),
                name,
                ha="center",
                va="center",
                fontsize=10,
                fontweight="bold",
                color=INK,
                path_effects=[patheffects.withStroke(linewidth=3, foreground=PAPER)],
            )
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[:].set_color("#c8ccd4")
    if len(present) <= 20:
        axes.legend(
            frameon=False, fontsize=9, markerscale=2, loc="center left", bbox_to_anchor=(1, 0.5)
        )
    save_figure(figure, path)


def _check_latents(
    latents: np.ndarray, labels: np.ndarray, class_names: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    latents, labels = np.asarray(latents, "float32"), np.asarray(labels)
    if latents.ndim != 2:
        raise ValueError(
            f"`latents` must have shape (num_samples, latent_dim). Received: shape={latents.shape}."
        )
    check_labels(labels, len(latents), len(class_names))
    return latents, labels


def _class_colors(count: int) -> list[tuple[float, ...]]:
    name = "tab10" if count <= 10 else "tab20" if count <= 20 else "turbo"
    colors = matplotlib.colormaps[name]
    return [colors(index if count <= 20 else index / (count - 1)) for index in range(count)]
