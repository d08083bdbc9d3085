"""The figures of both CSAE papers."""

import functools
from collections.abc import Iterator

import numpy as np
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D

from keras_regen.centroids import least_distance, pedcc
from keras_regen.plotting.style import PAPER
from reproduction.figures.paper_figure import Panel, PaperFigure
from reproduction.figures.pictures import (
    OURS,
    accuracy_text,
    distances,
    losses,
    reconstructions,
    samples,
)
from reproduction.table import Training

_TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
_EMNIST = "The letters of EMNIST are not among the datasets of this package."
_FACESCRUB = "The images of FaceScrub may not be redistributed, and no copy was at hand."
# Accuracy of CSAE-L and CSAE-C by beta (first version, table 3).
_LINEAR = {0.02: 0.9786, 0.04: 0.9795, 0.06: 0.9797, 0.1: 0.9774}
_CONVOLUTIONAL = {"mnist": 0.9932, "fashion_mnist": 0.9184}
_SECOND_VERSION = {"mnist": 0.9950, "fashion_mnist": 0.9289}
_ROWS = "The upper rows are test images, the lower rows their reconstructions."
_SMEARS = "At the quick scale the CVAE decodes smears."


def csae_figures() -> Iterator[PaperFigure]:
    """Yields the figures of the first version, then of the second version."""
    yield from _first_version()
    yield from _second_version()


def _first_version():
    yield PaperFigure(
        "csae1-figure2",
        "predefined class centroids on a sphere",
        "Algorithm 1 for 2, 4, 10 and 20 points in three dimensions. Figure 2 of the second "
        "version is the same. The paper does not state distances.",
        tuple(
            Panel(
                f"{count} points",
                f"{count} points on a sphere, at nearly equal distances from their neighbors",
                functools.partial(_sphere, count),
            )
            for count in (2, 4, 10, 20)
        ),
    )
    linear = [
        (f"CSAE-L, β={beta}", Training("csae_linear_mnist", "mnist", {"beta": beta}), paper)
        for beta, paper in _LINEAR.items()
    ]
    baseline = [("CVAE", _cvae("mnist"), None)]
    convolutional = [("CSAE-C, β=0.04", _csae_c("mnist"), _CONVOLUTIONAL["mnist"])]
    fashion = [
        ("CVAE", _cvae("fashion_mnist"), None),
        ("CSAE-L", Training("csae_linear_fashion_mnist", "fashion_mnist"), 0.8951),
        ("CSAE-C", _csae_c("fashion_mnist"), _CONVOLUTIONAL["fashion_mnist"]),
    ]
    yield PaperFigure(
        "csae1-figure4",
        "reconstructions, MNIST",
        f"{_ROWS} The paper also shows earlier epochs. {_SMEARS}",
        _panels("Reconstructions", reconstructions, [*baseline, *linear, *convolutional]),
    )
    yield PaperFigure(
        "csae1-figure5",
        "reconstructions, Fashion-MNIST",
        f"{_ROWS} {_SMEARS}",
        _panels("Reconstructions", reconstructions, fashion),
    )
    yield PaperFigure(
        "csae1-figure6",
        "generated images of CSAE-L, MNIST",
        f"The paper also shows earlier epochs. {_SMEARS}",
        _panels("Generated digits", samples, [*baseline, *linear]),
    )
    yield PaperFigure(
        "csae1-figure7",
        "generated images of CSAE-C, MNIST",
        "The paper also shows earlier epochs.",
        _panels("Generated digits", samples, convolutional),
        "β=0.02, 0.06 and 0.1: each needs a further training run of several minutes.",
    )
    yield PaperFigure(
        "csae1-figure8",
        "generated images, Fashion-MNIST",
        _SMEARS,
        _panels("Generated clothes", samples, fashion),
    )
    yield PaperFigure(
        "csae1-figure9",
        "distances of the classes' mean latents, MNIST",
        "The left matrix has the distances of the centroids, the middle matrix those of the mean "
        "latents, and the right matrix those between both. The paper does not state the numbers.",
        (
            Panel(
                "CSAE-C, β=0.04",
                "Three matrices of distances of ten classes",
                functools.partial(_distances, _csae_c("mnist"), ""),
            ),
        ),
    )
    yield PaperFigure(
        "csae1-figure10",
        "loss by epoch, MNIST",
        "The curve of the paper has no numbers in the text.",
        (
            Panel(
                "CSAE-C, β=0.04",
                "Curves of the loss of the training images and of the test images by epoch",
                _loss,
            ),
        ),
    )
    yield PaperFigure("csae1-figure11", "reconstructions of letters, EMNIST", missing=_EMNIST)


def _second_version():
    for numbers, title, make, kind in (
        ((4, 5, 6), "reconstructions", reconstructions, "Reconstructions"),
        ((7, 8, 9), "generated images", samples, "Generated images"),
    ):
        caption = _ROWS if make is reconstructions else ""
        for number, dataset in zip(numbers, _SECOND_VERSION, strict=False):
            yield PaperFigure(
                f"csae2-figure{number}",
                f"{title}, {_TITLES[dataset]}",
                caption,
                _panels(kind, make, [("CSAE, β=0.06", _csae(dataset), _SECOND_VERSION[dataset])]),
                "Other values of β and the convolutional CVAE: each needs a further training run "
                "of several minutes.",
            )
        yield PaperFigure(f"csae2-figure{numbers[2]}", f"{title}, FaceScrub", missing=_FACESCRUB)
    yield PaperFigure(
        "csae2-figure10",
        "distances of the classes' mean latents, MNIST",
        "The left matrix has the distances of the centroids, the middle matrix those of the mean "
        "latents, and the right matrix those between both.",
        (
            Panel(
                "CSAE, β=0.06",
                "Three matrices of distances of ten classes",
                functools.partial(
                    _distances,
                    _csae("mnist"),
                    "9.53 to 9.60 in the paper, ",
                ),
            ),
        ),
    )
    yield PaperFigure("csae2-figure11", "reconstructions of letters, EMNIST", missing=_EMNIST)


def _csae(dataset):
    return Training(f"csae_{dataset}", dataset, {"beta": 0.06})


def _csae_c(dataset):
    options = {"beta": 0.04} if dataset == "mnist" else {}
    return Training(f"csae_laplacian_{dataset}", dataset, options)


def _cvae(dataset):
    return Training(f"cvae_{dataset}", dataset, {"network": "linear"})


def _panels(kind, make, models):
    """Returns a panel for each model. Models are tuples of label, training and accuracy."""
    return tuple(
        Panel(
            label,
            f"{kind} of {label}, {_TITLES[training.dataset]}",
            functools.partial(_picture, make, training, paper),
        )
        for label, training, paper in models
    )


def _picture(make, training, paper, sources):
    run = sources.run(training)
    text = accuracy_text(run, paper) if "accuracy" in run.metrics else ""
    return make(run), text


def _sphere(count, sources):
    points = pedcc(count, 3, method="paper", seed=sources.seed)
    figure = Figure(figsize=(3.2, 3.2), dpi=100, facecolor=PAPER)
    axes = figure.add_axes((0, 0, 1, 1), axes_class=Axes3D)
    axes.plot_wireframe(*_globe(), color="#b9bfd6", linewidth=0.5)
    axes.scatter(*points.T, s=60, color=OURS, depthshade=False)
    axes.set_axis_off()
    axes.set_box_aspect((1, 1, 1), zoom=1.5)
    return figure, f"Smallest distance: {least_distance(points):.3f} here."


def _globe():
    """Returns the coordinates of a grid on the sphere."""
    angle, height = np.meshgrid(np.linspace(0, 2 * np.pi, 25), np.linspace(0, np.pi, 13))
    return np.cos(angle) * np.sin(height), np.sin(angle) * np.sin(height), np.cos(height)


def _distances(training, paper, sources):
    figure, values = distances(sources.run(training))
    return (
        figure,
        f"Distances of two classes: {paper}{values.min():.2f} to {values.max():.2f} here.",
    )


def _loss(sources):
    run = sources.run(_csae_c("mnist"))
    return losses(run, ["loss"]), accuracy_text(run, _CONVOLUTIONAL["mnist"])
