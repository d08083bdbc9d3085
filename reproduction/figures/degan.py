"""The figures of the DE-GAN paper."""

import functools
from collections.abc import Iterator

import numpy as np

from keras_regen.arrays import unit_range
from keras_regen.callbacks import read_history
from keras_regen.generation import generate
from keras_regen.metrics import closest_match, intrinsic_dimension_curve, without_duplicates
from keras_regen.plotting import (
    plot_images,
    plot_intrinsic_dimension,
    plot_noise,
    plot_runs,
    plot_traversals,
)
from keras_regen.plotting.style import add_legend, new_panels, style_curves
from reproduction.figures.paper_figure import Panel, PaperFigure
from reproduction.figures.pictures import NO_CELEBA, OURS, percent
from reproduction.table import Training

_MNIST = Training("degan_mnist", "mnist")
_CIFAR = Training("degan_cifar10", "cifar10")
_NEIGHBORS = (5, 10, 20, 40, 60, 80, 100, 150, 200)
_POINTS = 4_000


def degan_figures() -> Iterator[PaperFigure]:
    """Yields the figures of the DE-GAN paper."""
    yield PaperFigure(
        "degan-figure4",
        "intrinsic dimension",
        f"Estimates by the number of neighbors, of {_POINTS:,} random training images. The paper "
        "does not state its number of images.",
        tuple(
            Panel(
                f"({letter}) {title}",
                f"A curve of the intrinsic dimension of {title} by the number of neighbors",
                functools.partial(_dimension, dataset, title),
            )
            for letter, dataset, title in (("a", "mnist", "MNIST"), ("c", "cifar10", "CIFAR-10"))
        ),
        f"(b) CelebA: {NO_CELEBA}",
    )
    yield PaperFigure(
        "degan-figure5",
        "generated digits, MNIST",
        "The last column has the nearest training images of the column before it.",
        (Panel("", "Generated digits in rows of ten, and a column of training images", _digits),),
    )
    yield PaperFigure(
        "degan-figure6",
        "recognized digits by epoch, MNIST",
        "The share of generated digits that a classifier recognizes, after 1, 2 and all epochs. "
        "The paper states the values of DE-GAN after 1 and 2 epochs.",
        (Panel("", "Curves of the recognized digits of DE-GAN and DCGAN by epoch", _by_epoch),),
    )
    yield PaperFigure("degan-figure7", "walks between faces, CelebA", missing=NO_CELEBA)
    yield PaperFigure("degan-figure8", "losses by step, CelebA", missing=NO_CELEBA)
    yield PaperFigure(
        "degan-figure9",
        "generated images, CIFAR-10",
        "Images of a single model of all classes. The paper trains a model for each class.",
        (Panel("", "Generated images of CIFAR-10 in rows", _colors),),
    )
    yield PaperFigure(
        "degan-figure10",
        "losses by epoch, CIFAR-10",
        "Losses of the discriminator and of the generator. The paper does not state numbers.",
        (Panel("DE-GAN", "Curves of the two losses by epoch", _curves),),
    )
    yield PaperFigure(
        "degan-figure11",
        "noise before and after the decoder and the encoder, MNIST",
        "Principal components of normal noise (left, in the paper above), and of the same noise "
        "after the decoder and the encoder (right). The paper does not state numbers.",
        (Panel("", "Two scatter plots of points", _noise),),
    )


def _dimension(dataset, title, sources):
    images = sources.data(dataset).x_train
    chosen = np.random.default_rng(sources.seed).permutation(len(images))[:_POINTS]
    points = without_duplicates(unit_range(images[np.sort(chosen)]).reshape(len(chosen), -1))
    values = intrinsic_dimension_curve(points, _NEIGHBORS)
    at_100 = values[_NEIGHBORS.index(100)]
    figure, (axes,) = new_panels(1, 4.6, 3.2)
    plot_intrinsic_dimension(_NEIGHBORS, {title: values}, ax=axes)
    return figure, (
        "Dimension: about 13 in the paper, in the limit of many neighbors; "
        f"{at_100:.1f} here for 100 neighbors."
    )


def _digits(sources):
    run = sources.run(_MNIST)
    images = generate(run.model, num_samples=80, seed=run.seed)
    rows = images.reshape(8, 10, *images.shape[1:])
    nearest = closest_match(rows[:, -1], run.data.x_train, 1).indices[:, 0]
    last = unit_range(run.data.x_train[nearest])[:, None]
    (values,) = [v for cell, v in sources.cells("degan-table5") if cell.row == "DE-GANs"]
    ours = percent(np.mean(values)) if values else "no result"
    text = f"Recognized by a classifier (table V): 99.1 % in the paper, {ours} here."
    return plot_traversals(np.concatenate([rows, last], axis=1)), text


def _by_epoch(sources):
    figure, (axes,) = new_panels(1, 5, 3.2)
    for row, color in (("DE-GANs", OURS), ("DCGANs", "#e4572e")):
        pairs = [pair for pair in sources.cells("degan-figure6") if pair[0].row == row]
        epochs = [1, 2, sources.used[f"degan-figure6: {pairs[0][0].training.name}"]["epochs"]]
        ours = [100 * np.mean(values) for _, values in pairs]
        axes.plot(epochs, ours, marker="o", linestyle=":", color=color, label=f"{row}, here")
        paper = [100 * cell.paper for cell, _ in pairs if cell.paper is not None]
        if paper:
            axes.plot(epochs[: len(paper)], paper, "x", color=color, label=f"{row}, paper")
    axes.set_xscale("log")
    axes.set_xticks(epochs, map(str, epochs))
    axes.minorticks_off()
    style_curves(axes, "epoch", "recognized, in percent")
    add_legend(figure, axes, None)
    first = [percent(np.mean(values)) for _, values in sources.cells("degan-figure6")[:2]]
    return figure, (
        f"DE-GAN: 95 % after 1 epoch and 98 % after 2 in the paper, {' and '.join(first)} here."
    )


def _colors(sources):
    run = sources.run(_CIFAR)
    return plot_images(generate(run.model, num_samples=60, seed=run.seed), columns=10), ""


def _curves(sources):
    rows = read_history(sources.run(_CIFAR).folder / "history.csv")
    names = ["discriminator_loss", "generator_loss"]
    return plot_runs({"DE-GAN": {name: [row[name] for row in rows] for name in names}}), ""


def _noise(sources):
    run = sources.run(_MNIST)
    return plot_noise(run.model.prior, seed=run.seed), ""
