"""Pictures: image grids, loss curves, distance matrices. Each is written whole or not at all."""

import os
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from keras_regen.metrics import latent_distances
from keras_regen.models.inputs import unit_range
from keras_regen.writing import replace_when_whole

_INK, _PAPER, _MUTED = "#1a1a2e", "white", "#8d99ae"
_COLORS = ("#3a5ba0", "#c8553d", "#588157", "#7a5195", "#e0a030")


def tile(images: np.ndarray, columns: int, gap: int = 1, scale: int = 1) -> np.ndarray:
    """Lays images out in rows as one image.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        columns: Integer: images in one row.
        gap: Integer: white pixels between images.
        scale: Integer: pixels to a side that each pixel becomes.

    Returns:
        Array `(rows, columns, channels)` of pixels, uint8.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import tile
        >>> tile(np.zeros((6, 8, 8, 1)), columns=3).shape
        (17, 26, 1)
    """
    pixels = np.round(np.clip(unit_range(np.asarray(images)), 0, 1) * 255).astype("uint8")
    pixels = pixels.repeat(scale, axis=1).repeat(scale, axis=2)
    count, height, width, channels = pixels.shape
    rows = -(-count // columns)
    canvas = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, "uint8"
    )
    for index, image in enumerate(pixels):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def save_image(image: np.ndarray, path: str | os.PathLike) -> None:
    """Writes one image as a picture file; the suffix names the kind, `.png` best.

    Args:
        image: Array `(height, width, channels)` with 1 or 3 channels; integers 0..255 or floats
            0..1.
        path: Where to write.
    """
    pixels = tile(np.asarray(image)[None], columns=1)
    with replace_when_whole(path) as partial:
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(partial)


def plot_samples(
    images: np.ndarray, labels: np.ndarray, class_names: Sequence[str], path: str | os.PathLike
) -> None:
    """Draws images in one row for each class, with the classes' names.

    Args:
        images: Array `(num_images, height, width, channels)`.
        labels: Integer labels `(num_images,)`.
        class_names: Names of the classes.
        path: Where to write the PNG.
    """
    rows = [(name, images[labels == label]) for label, name in enumerate(class_names)]
    _draw_rows([row for row in rows if len(row[1])], path)


def plot_reconstructions(
    images: np.ndarray, reconstructions: np.ndarray, path: str | os.PathLike, columns: int = 16
) -> None:
    """Draws images, and under each what the model made of it.

    Args:
        images: Array `(num_images, height, width, channels)`.
        reconstructions: Array of the same shape.
        path: Where to write the PNG.
        columns: Integer: images in one row.
    """
    rows = []
    for start in range(0, len(images), columns):
        part = slice(start, start + columns)
        rows += [("image", images[part]), ("drawn", reconstructions[part])]
    _draw_rows(rows, path, pairs=True)


def plot_history(history: Mapping[str, Sequence[float]], path: str | os.PathLike) -> None:
    """Draws each loss and metric over the epochs, training and validation in one panel.

    Args:
        history: Dict from names, as in `keras.callbacks.History.history`, to a value per epoch.
        path: Where to write the PNG.
    """
    names = [name for name in history if not name.startswith("val_") and name != "learning_rate"]
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4 * columns, 2.8 * rows), layout="constrained", facecolor=_PAPER)
    for index, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, index + 1)
        for key, label, color in (
            (name, "training", _COLORS[0]),
            (f"val_{name}", "held out", _COLORS[1]),
        ):
            if key in history:
                values = history[key]
                axes.plot(
                    np.arange(1, len(values) + 1), values, ".-", ms=4, color=color, label=label
                )
        axes.set_title(name.replace("_", " "), fontsize=11, color=_INK)
        axes.set_xlabel("epoch", fontsize=9, color=_INK)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if "loss" in name and min(history[name]) > 0:
            axes.set_yscale("log")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if index == 0:
            axes.legend(frameon=False, fontsize=9)
    _save(figure, path)


def plot_distances(
    centroids: np.ndarray,
    latent_means: np.ndarray,
    class_names: Sequence[str],
    path: str | os.PathLike,
) -> None:
    """Draws the distances between centroids and between the classes' mean latents.

    Args:
        centroids: Array `(num_classes, latent_dim)`.
        latent_means: Array `(num_classes, latent_dim)`.
        class_names: Names of the classes.
        path: Where to write the PNG.

    Source: CSAE, second version, figure 10.
    """
    panels = (
        ("between centroids", latent_distances(centroids)),
        ("between mean latents", latent_distances(latent_means)),
        ("mean latent (row) to centroid (column)", latent_distances(latent_means, centroids)),
    )
    size = max(4.2, 0.46 * len(class_names) + 1.2)
    figure = Figure(figsize=(3 * size, size), layout="constrained", facecolor=_PAPER)
    largest = max(matrix.max() for _, matrix in panels)
    for index, (title, matrix) in enumerate(panels, start=1):
        axes = figure.add_subplot(1, 3, index)
        picture = axes.imshow(matrix, cmap="viridis", vmin=0, vmax=largest)
        axes.set_title(title, fontsize=11, color=_INK)
        if len(class_names) <= 20:
            ticks = range(len(class_names))
            axes.set_xticks(ticks, class_names, rotation=60, ha="right", fontsize=8)
            axes.set_yticks(ticks, class_names, fontsize=8)
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
    figure.colorbar(picture, ax=figure.axes, shrink=0.8, label="Euclidean distance")
    _save(figure, path)


def _draw_rows(rows, path, pairs=False):
    """Rows of images with a name on the left; whole pixels, so that nothing is smoothed."""
    height, width = rows[0][1].shape[1:3]
    scale = max(1, 48 // height)
    inch = 1 / 100
    columns = max(len(images) for _, images in rows)
    row_height = height * scale + 4
    gaps = [6 if pairs and index % 2 == 0 and index else 0 for index in range(len(rows))]
    margin = 14 + 8 * max(len(name) for name, _ in rows)
    total = (
        margin + columns * (width * scale + 4),
        len(rows) * row_height + sum(gaps) + 4,
    )
    figure = Figure(figsize=(total[0] * inch, total[1] * inch), dpi=100, facecolor=_PAPER)
    top = 4
    for (name, images), gap in zip(rows, gaps, strict=True):
        top += gap
        strip = tile(images, columns=len(images), gap=4, scale=scale)
        strip = strip.repeat(3, axis=2) if strip.shape[-1] == 1 else strip
        figure.figimage(strip, margin, total[1] - top - strip.shape[0], origin="upper")
        figure.text(
            (margin - 8) / total[0],
            1 - (top + strip.shape[0] / 2) / total[1],
            name,
            ha="right",
            va="center",
            fontsize=9,
            color=_INK,
        )
        top += row_height
    _save(figure, path)


def _save(figure, path):
    with replace_when_whole(path) as partial, matplotlib.rc_context({"font.family": "sans-serif"}):
        figure.savefig(partial, dpi=figure.dpi)
