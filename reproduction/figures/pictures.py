"""Pictures that the figures of several papers have in common."""

import numpy as np
from keras import ops
from matplotlib.figure import Figure

from keras_regen.callbacks import read_history
from keras_regen.datasets import ImageDataset
from keras_regen.generation import generate
from keras_regen.metrics import latent_distances
from keras_regen.plotting import (
    plot_distances,
    plot_history,
    plot_reconstructions,
    plot_samples,
)
from keras_regen.plotting.style import INK, add_legend, new_panels, style_curves
from reproduction.measures import Measured
from reproduction.table import Cell

_COLUMNS = 10
# An image with a smaller standard deviation of its pixels shows nothing.
_LEAST_CONTRAST = 0.02
# The color of our numbers.
OURS = "#3f51b5"
NO_CELEBA = "No copy of CelebA was at hand."


class BlankPictureError(Exception):
    """Raised if all images of a model are blank, which a figure would show as gray squares."""


def check_contrast(images: np.ndarray) -> np.ndarray:
    """Returns images of a model unchanged.

    Raises:
        BlankPictureError: If all images are blank.

    Examples:
        >>> import numpy as np
        >>> from reproduction.figures.pictures import check_contrast
        >>> check_contrast(np.eye(4).reshape(1, 4, 4, 1)).shape
        (1, 4, 4, 1)
    """
    if np.std(images, axis=(1, 2, 3)).max() < _LEAST_CONTRAST:
        raise BlankPictureError(
            "the decoder returns a gray image for every latent after its few training steps. A "
            "larger `--scale` trains it longer"
        )
    return images


def percent(value: float) -> str:
    """Returns a share as text in percent.

    Examples:
        >>> from reproduction.figures.pictures import percent
        >>> percent(0.9949)
        '99.49 %'
    """
    return f"{100 * value:.2f} %"


def accuracy_text(run: Measured, paper: float | None = None) -> str:
    """Returns the accuracy of a model next to the number of the paper.

    Examples:
        >>> from types import SimpleNamespace
        >>> from reproduction.figures.pictures import accuracy_text
        >>> accuracy_text(SimpleNamespace(metrics={"accuracy": 0.95}), 0.9979)
        'Test accuracy: 99.79 % in the paper, 95.00 % here.'
    """
    published = "" if paper is None else f"{percent(paper)} in the paper, "
    return f"Test accuracy: {published}{percent(run.metrics['accuracy'])} here."


def samples(run: Measured, columns: int = _COLUMNS) -> Figure:
    """Plots generated images of each class in a row.

    Args:
        run: A model that generates images of a class.
        columns: Integer: images of each class.
    """
    labels = np.repeat(np.arange(run.data.num_classes), columns)
    images = check_contrast(generate(run.model, labels, seed=run.seed))
    return plot_samples(images, labels, run.data.class_names, columns=columns)


def reconstructions(run: Measured, columns: int = _COLUMNS) -> Figure:
    """Plots two test images of each class, and their reconstructions."""
    rows = class_rows(run.data, 2).T.ravel()
    images, labels = run.data.x_test[rows], run.data.y_test[rows]
    reconstructed = check_contrast(run.model.reconstruct(images, labels))
    return plot_reconstructions(images, reconstructed, columns=columns)


def class_rows(data: ImageDataset, count: int) -> np.ndarray:
    """Returns the indices `(num_classes, count)` of the first test images of each class.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from reproduction.figures.pictures import class_rows
        >>> class_rows(load("digits"), 2).shape
        (10, 2)
    """
    classes = range(data.num_classes)
    return np.stack([np.flatnonzero(data.y_test == label)[:count] for label in classes])


def distances(run: Measured) -> tuple[Figure, np.ndarray]:
    """Plots the distances of the classes' mean latents; returns them too, without the diagonal."""
    prior, classes = run.model.prior, range(run.model.num_classes)
    means = np.stack([prior.class_mean(label) for label in classes])
    centroids = ops.convert_to_numpy(run.model.head.centroids)
    figure = plot_distances(centroids, means, run.data.class_names)
    return figure, latent_distances(means)[np.triu_indices(len(means), 1)]


def losses(run: Measured, names: list[str]) -> Figure:
    """Plots losses of a training run over the epochs."""
    rows = read_history(run.folder / "history.csv")
    history = {name: [row[name] for row in rows if name in row] for name in rows[0]}
    return plot_history(history, names=names)


def bars(pairs: list[tuple[Cell, list[float]]], columns: list[str], factor: float = 1) -> Figure:
    """Plots numbers of a table as bars: those of the paper and ours, in a panel for each column.

    Args:
        pairs: Cells and our values, as `Sources.cells` returns them.
        columns: Names of the columns.
        factor: Float: factor of all numbers, such as 100 for percent.
    """
    figure, panels = new_panels(len(columns), 4, 0.35 * len(pairs) / len(columns) + 1.6, columns=1)
    for axes, column in zip(panels, columns, strict=True):
        cells = [(cell, values) for cell, values in pairs if cell.column == column]
        places = np.arange(len(cells))
        for shift, name, color, numbers in (
            (-0.2, "paper", "#b9bfd6", [cell.paper for cell, _ in cells]),
            (0.2, "here", OURS, [np.mean(values) if values else None for _, values in cells]),
        ):
            known = [place for place in places if numbers[place] is not None]
            heights = [factor * numbers[place] for place in known]
            if known:
                drawn = axes.barh(np.array(known) + shift, heights, 0.38, color=color, label=name)
                axes.bar_label(drawn, fmt="%.4g", padding=2, fontsize=8, color=INK)
        style_curves(axes, "", title=column)
        axes.set_yticks(places, [cell.row for cell, _ in cells])
        axes.invert_yaxis()
        axes.margins(x=0.15)
    add_legend(figure, panels[0], None)
    return figure
