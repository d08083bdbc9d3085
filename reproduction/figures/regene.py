"""The figures of the ReGene paper."""

import functools
from collections.abc import Iterator

from keras_regen.datasets.catalog import KERAS_DATASETS
from reproduction.figures.paper_figure import Panel, PaperFigure
from reproduction.figures.pictures import NO_CELEBA
from reproduction.figures.regene_pictures import (
    AUTOENCODER,
    LOSSES,
    accuracy_by_sources,
    architecture,
    classifier_losses,
    closest_generated_images,
    closest_training_images,
    collage,
    compared_interpolations,
    frechet_distances,
    generations_of,
    interpolations,
    loss_barcodes,
    loss_tsne,
    mixtures,
    pairs_of_cars,
    reconstruction_ratio,
    regene_training,
    sources_of_digits,
    tsne,
)

_TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
_ANIME = "The paper's collection of Anime faces is not among the datasets of this package."
_ALL_KEPT = (
    "All generated images are shown. The paper keeps the images that its classifier accepts."
)
# Blocks, convolutions per block, and accuracy in the paper.
_ARCHITECTURES = (
    (4, 1, 0.772),
    (4, 3, 0.795),
    (5, 1, 0.776),
    (5, 3, 0.808),
    (6, 1, 0.779),
    (6, 3, 0.821),
)
_SMEARS = (
    "At the quick scale the generated images are smears of color, in which most classes cannot be "
    "recognized."
)
_CLOSEST = (
    "The image at the left is the decoded middle of the latents of two training images. At its "
    "right are its three nearest training images: by the squared error and by the structural "
    "similarity, among the original and among the reconstructed images, and by the squared error "
    "of the latents. Below each is its value; an asterisk marks the two sources. The features of "
    "VGG-16 are left out, because they need pretrained weights."
)
_MATCHES = (
    "At the right of each generated image are the five nearest of the other generated images. "
    "Below each is its value."
)


def regene_figures() -> Iterator[PaperFigure]:
    """Yields the figures of the ReGene paper."""
    figures = [*_latent_spaces(), *_generations(), *_numbers()]
    yield from sorted(figures, key=lambda figure: int(figure.number))
    yield from _appendix()


def _latent_spaces():
    yield PaperFigure(
        "regene-figure3",
        "latents of an autoencoder and of ReGene, MNIST",
        "(a): t-SNE of the latents of the test images. (b): the digit 4 on the line between the "
        "latents of two test images. At the quick scale the autoencoder decodes smears.",
        (
            Panel(
                "(a) autoencoder",
                "Points of ten digits, whose groups overlap",
                functools.partial(tsne, AUTOENCODER, None),
            ),
            Panel(
                "(a) classifier of ReGene",
                "Points of ten digits in separate groups",
                functools.partial(tsne, regene_training("mnist"), None),
            ),
            Panel(
                "(b) interpolation",
                "Two rows of fours that change step by step, of the autoencoder and of ReGene",
                compared_interpolations,
            ),
        ),
    )
    yield PaperFigure(
        "regene-figure4",
        "latents of six classifiers, CIFAR-10",
        "Above: the mean latent of each class of the test images. Below: t-SNE of the latents.",
        tuple(
            Panel(
                f"{blocks} blocks, {convolutions} per block",
                f"Barcodes of ten classes, and their points, for {blocks} blocks with "
                f"{convolutions} convolution{'s' if convolutions > 1 else ''} each",
                functools.partial(architecture, blocks, convolutions, paper),
            )
            for blocks, convolutions, paper in _ARCHITECTURES
        ),
    )
    yield PaperFigure(
        "regene-figure5",
        "DenseNet100, CIFAR-10",
        missing="DenseNet100 is not implemented.",
    )


def _generations():
    yield PaperFigure(
        "regene-figure7",
        "generated images of 2, 3 and 5 sources, and interpolations",
        "Sources: generated images with equal ratios, above the mean of the sources and the "
        "sources. Interpolations: each row is on the line between the latents of two test images.",
        (
            *(
                Panel(
                    f"digit 0, n={count}",
                    f"Eight zeros, each generated of {count} zeros below it",
                    functools.partial(sources_of_digits, count),
                )
                for count in (2, 3, 5)
            ),
            Panel(
                "digit 0, ratios 0 to 1",
                "Five rows of zeros that change step by step",
                functools.partial(interpolations, "mnist", "0"),
            ),
            Panel(
                "bag, ratios 0 to 1",
                "Five rows of bags that change step by step",
                functools.partial(interpolations, "fashion_mnist", "Bag"),
            ),
        ),
        f"Faces: {NO_CELEBA} {_ANIME}",
    )
    yield PaperFigure(
        "regene-figure8",
        "all pairs of cars, CIFAR-10",
        "Each image is the decoded middle of the latents of the car at its left and the car above. "
        f"{_SMEARS}",
        (Panel("automobile", "A matrix of generated cars between their sources", pairs_of_cars),),
    )
    for number, reason in ((9, NO_CELEBA), (10, NO_CELEBA), (11, _ANIME)):
        title = "Anime faces" if number == 11 else "CelebA"
        yield PaperFigure(f"regene-figure{number}", f"all pairs of faces, {title}", missing=reason)
    yield PaperFigure(
        "regene-figure12",
        "closest training images",
        _CLOSEST,
        (
            Panel(
                "MNIST, digit 3",
                "A generated three, and five rows of three similar training images",
                functools.partial(closest_training_images, "mnist", "3"),
            ),
        ),
    )
    yield PaperFigure(
        "regene-figure13",
        "closest generated images",
        _MATCHES,
        (
            Panel(
                "MNIST",
                "Four generated digits, each with five similar generated digits",
                functools.partial(
                    closest_generated_images, "mnist", ("mse", "mse", "ssim", "ssim")
                ),
            ),
        ),
    )
    yield PaperFigure(
        "regene-figure14",
        "generations of generations, CIFAR-10",
        "Each image of the second generation combines two of the first: their latents, or the "
        f"latents that the classifier computes from their images. {_SMEARS}",
        tuple(
            Panel(
                f"{part} {name}",
                f"Three rows of images of the class {name}: the first and two second generations",
                functools.partial(generations_of, name),
            )
            for part, name in (("(a)", "automobile"), ("(b)", "bird"), ("(b)", "horse"))
        ),
        f"(a) CelebA: {NO_CELEBA}",
    )


def _numbers():
    yield PaperFigure(
        "regene-figure6",
        "accuracy of a neutral classifier on generated images",
        "(a): the paper prints these numbers as a table. A class with too few accepted images has "
        "no bar of ours.",
        (
            Panel(
                "(a)",
                "Bars of the accuracy on original and generated images, for three datasets",
                accuracy_by_sources,
            ),
        ),
        "(b) quotes numbers of other models from another paper.",
    )
    yield PaperFigure(
        "regene-figure15",
        "Fréchet distances, CIFAR-10",
        "The paper uses features of Inception, and we use features of the evaluation classifier "
        "(a) or of ReGene's classifier (b), so the distances are not comparable. (b): original and "
        "reconstructed training images, mixed pixel by pixel; the accuracy is that of ReGene's "
        "classifier.",
        (
            Panel("(a)", "Bars of three Fréchet distances", frechet_distances),
            Panel(
                "(b)",
                "Curves of the accuracy and the Fréchet distance over the share of reconstructions",
                reconstruction_ratio,
            ),
        ),
    )
    yield PaperFigure(
        "regene-figure16",
        "losses of the classifier, CIFAR-10",
        "Accuracy of the classifier and error of the decoder. The columns of generated images are "
        "left out.",
        (Panel("", "Bars of the accuracy and the error for four losses", classifier_losses),),
    )
    yield PaperFigure(
        "regene-figure17",
        "a classifier trained on generated images, CIFAR-10",
        "",
        (
            Panel(
                "",
                "A curve of the accuracy over the share of original and generated images",
                mixtures,
            ),
        ),
    )


def _appendix():
    yield PaperFigure(
        "regene-figureB18",
        "t-SNE for four losses of the classifier, CIFAR-10",
        "At the quick scale the groups overlap, and the classifier with the hinge loss has learned "
        "nothing.",
        tuple(
            Panel(
                title,
                f"Points of ten classes for the loss {title}",
                functools.partial(loss_tsne, loss),
            )
            for loss, (title, _) in LOSSES.items()
        ),
    )
    for number, losses in ((19, ("cross_entropy", "hinge")), (20, ("cosine", "mse"))):
        yield PaperFigure(
            f"regene-figureB{number}",
            "barcodes and bars of the latents, CIFAR-10",
            "Above: the mean latent of each class. Below: the mean latent of the class airplane. "
            "The paper does not state numbers.",
            tuple(
                Panel(
                    LOSSES[loss][0],
                    f"Barcodes of ten classes, and bars of a class, for {LOSSES[loss][0]}",
                    functools.partial(loss_barcodes, loss),
                )
                for loss in losses
            ),
        )
    yield PaperFigure("regene-figureC21", "faces of other models, CelebA", missing=NO_CELEBA)
    for number, dataset in zip((22, 23, 24), _TITLES, strict=True):
        yield PaperFigure(
            f"regene-figureD{number}",
            f"generated images, {_TITLES[dataset]}",
            f"{_ALL_KEPT} {_SMEARS}" if dataset == "cifar10" else _ALL_KEPT,
            (
                Panel(
                    "",
                    f"Generated images of {_TITLES[dataset]}, a row for each class",
                    functools.partial(collage, dataset),
                ),
            ),
        )
    for number, title, reason in (
        (25, "CelebA", NO_CELEBA),
        (26, "CelebA", NO_CELEBA),
        (27, "Anime faces", _ANIME),
    ):
        yield PaperFigure(f"regene-figureD{number}", f"generated images, {title}", missing=reason)
    for number, name in enumerate(KERAS_DATASETS["cifar10"][0], 28):
        yield PaperFigure(
            f"regene-figureE{number}",
            f"closest training images, CIFAR-10, {name}",
            f"{_CLOSEST} {_SMEARS}" if number == 28 else "As figure E.28.",
            (
                Panel(
                    "",
                    f"A generated image of the class {name}, and five rows of training images",
                    functools.partial(closest_training_images, "cifar10", name),
                ),
            ),
        )
    for number, title, reason in ((38, "CelebA", NO_CELEBA), (39, "Anime faces", _ANIME)):
        yield PaperFigure(
            f"regene-figureE{number}", f"closest training images, {title}", missing=reason
        )
    for number, metric, title in ((40, "mse", "squared error"), (41, "ssim", "SSIM")):
        yield PaperFigure(
            f"regene-figureE{number}",
            f"closest generated images by {title}, CIFAR-10",
            f"{_MATCHES} {_SMEARS}",
            (
                Panel(
                    "",
                    f"Four generated images, each with its five nearest by {title}",
                    functools.partial(closest_generated_images, "cifar10", (metric,) * 4),
                ),
            ),
        )
    for number, title, reason in (
        (42, "squared error, CelebA", NO_CELEBA),
        (43, "squared error, Anime faces", _ANIME),
        (44, "SSIM, CelebA", NO_CELEBA),
        (45, "SSIM, Anime faces", _ANIME),
    ):
        yield PaperFigure(
            f"regene-figureE{number}", f"closest generated images by {title}", missing=reason
        )
