"""The figures of the ReGene paper."""

import functools
from collections.abc import Iterator

import numpy as np

from keras_regen.arrays import unit_range
from keras_regen.class_names import class_index
from keras_regen.generation import descendants, generate, interpolate, matrix
from keras_regen.metrics import closest_match, frechet_distance
from keras_regen.models import Classifier
from keras_regen.models.classifier_parts import split_classifier
from keras_regen.networks.regene import LATENT_LAYER
from keras_regen.plotting import (
    plot_barcodes,
    plot_closest,
    plot_matrix,
    plot_ratio,
    plot_sources,
    plot_traversals,
    plot_tsne,
)
from keras_regen.plotting.style import new_panels, style_curves
from reproduction.figures.paper_figure import Panel, PaperFigure
from reproduction.figures.pictures import accuracy_text, bars, percent, samples
from reproduction.table import Training

_TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST", "cifar10": "CIFAR-10"}
_AUTOENCODER = Training("ae_mnist", "mnist", {"stem_filters": 8})
_FACES = "No copy of CelebA was at hand."
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
_LOSSES = {
    "cross_entropy": ("cross-entropy", 0.7522),
    "hinge": ("multiclass hinge", 0.7303),
    "mse": ("mean squared error", 0.6499),
    "cosine": ("cosine similarity", 0.7275),
}
_CIFAR_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
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
                functools.partial(_tsne, _AUTOENCODER, None),
            ),
            Panel(
                "(a) classifier of ReGene",
                "Points of ten digits in separate groups",
                functools.partial(_tsne, _regene("mnist"), None),
            ),
            Panel(
                "(b) interpolation",
                "Two rows of fours that change step by step, of the autoencoder and of ReGene",
                _compare_interpolations,
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
                functools.partial(_architecture, blocks, convolutions, paper),
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
                    functools.partial(_sources, count),
                )
                for count in (2, 3, 5)
            ),
            Panel(
                "digit 0, ratios 0 to 1",
                "Five rows of zeros that change step by step",
                functools.partial(_interpolations, "mnist", "0"),
            ),
            Panel(
                "bag, ratios 0 to 1",
                "Five rows of bags that change step by step",
                functools.partial(_interpolations, "fashion_mnist", "Bag"),
            ),
        ),
        f"Faces: {_FACES} {_ANIME}",
    )
    yield PaperFigure(
        "regene-figure8",
        "all pairs of cars, CIFAR-10",
        "Each image is the decoded middle of the latents of the car at its left and the car above. "
        f"{_SMEARS}",
        (Panel("automobile", "A matrix of generated cars between their sources", _matrix),),
    )
    for number, reason in ((9, _FACES), (10, _FACES), (11, _ANIME)):
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
                functools.partial(_closest, "mnist", "3"),
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
                functools.partial(_closest_generated, "mnist", ("mse", "mse", "ssim", "ssim")),
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
                functools.partial(_generations_of, name),
            )
            for part, name in (("(a)", "automobile"), ("(b)", "bird"), ("(b)", "horse"))
        ),
        f"(a) CelebA: {_FACES}",
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
                _by_sources,
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
            Panel("(a)", "Bars of three Fréchet distances", _distances),
            Panel(
                "(b)",
                "Curves of the accuracy and the Fréchet distance over the share of reconstructions",
                _reconstruction_ratio,
            ),
        ),
    )
    yield PaperFigure(
        "regene-figure16",
        "losses of the classifier, CIFAR-10",
        "Accuracy of the classifier and error of the decoder. The columns of generated images are "
        "left out.",
        (Panel("", "Bars of the accuracy and the error for four losses", _losses),),
    )
    yield PaperFigure(
        "regene-figure17",
        "a classifier trained on generated images, CIFAR-10",
        "",
        (
            Panel(
                "",
                "A curve of the accuracy over the share of original and generated images",
                _mixtures,
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
                functools.partial(_loss_tsne, loss),
            )
            for loss, (title, _) in _LOSSES.items()
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
                    _LOSSES[loss][0],
                    f"Barcodes of ten classes, and bars of a class, for {_LOSSES[loss][0]}",
                    functools.partial(_loss_barcodes, loss),
                )
                for loss in losses
            ),
        )
    yield PaperFigure("regene-figureC21", "faces of other models, CelebA", missing=_FACES)
    for number, dataset in zip((22, 23, 24), _TITLES, strict=True):
        yield PaperFigure(
            f"regene-figureD{number}",
            f"generated images, {_TITLES[dataset]}",
            f"{_ALL_KEPT} {_SMEARS}" if dataset == "cifar10" else _ALL_KEPT,
            (
                Panel(
                    "",
                    f"Generated images of {_TITLES[dataset]}, a row for each class",
                    functools.partial(_collage, dataset),
                ),
            ),
        )
    for number, title, reason in (
        (25, "CelebA", _FACES),
        (26, "CelebA", _FACES),
        (27, "Anime faces", _ANIME),
    ):
        yield PaperFigure(f"regene-figureD{number}", f"generated images, {title}", missing=reason)
    for number, name in enumerate(_CIFAR_CLASSES, 28):
        yield PaperFigure(
            f"regene-figureE{number}",
            f"closest training images, CIFAR-10, {name}",
            f"{_CLOSEST} {_SMEARS}" if number == 28 else "As figure E.28.",
            (
                Panel(
                    "",
                    f"A generated image of the class {name}, and five rows of training images",
                    functools.partial(_closest, "cifar10", name),
                ),
            ),
        )
    for number, title, reason in ((38, "CelebA", _FACES), (39, "Anime faces", _ANIME)):
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
                    functools.partial(_closest_generated, "cifar10", (metric,) * 4),
                ),
            ),
        )
    for number, title, reason in (
        (42, "squared error, CelebA", _FACES),
        (43, "squared error, Anime faces", _ANIME),
        (44, "SSIM, CelebA", _FACES),
        (45, "SSIM, Anime faces", _ANIME),
    ):
        yield PaperFigure(
            f"regene-figureE{number}", f"closest generated images by {title}", missing=reason
        )


def _regene(dataset):
    return Training(
        f"regene_{dataset}", dataset, {"features": "self"} if "cifar" in dataset else {}
    )


def _classifier(sources, **options):
    """Returns the training of a classifier alone, which takes less time than a ReGene."""
    if options in ({"loss": "cross_entropy"}, {"blocks": 4, "convs_per_block": 1}):
        return _regene("cifar10")
    width = sources.scale.options.get("ReGene", {}).get("width")
    small = {} if width is None else {"width": width}
    return Training("regene_classifier_cifar10", "cifar10", {**options, **small})


def _test_latents(run):
    """Returns the latents of the test images, also of a classifier alone."""
    if not isinstance(run.model, Classifier):
        return run.model.encode(run.data.x_test)
    encoder, _ = split_classifier(run.model.network, LATENT_LAYER)
    return encoder.predict(unit_range(run.data.x_test), verbose=0)


def _plot_tsne(run, figure, axes):
    """Plots the latents of the test images into an axes, and the legend below it."""
    plot_tsne(_test_latents(run), run.data.y_test, run.data.class_names, ax=axes)
    axes.get_legend().remove()
    options = {"ncols": 5, "frameon": False, "fontsize": 8, "markerscale": 1.6}
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", **options)


def _tsne(training, paper, sources):
    run = sources.run(training)
    figure, (axes,) = new_panels(1, 4.6, 4.2)
    _plot_tsne(run, figure, axes)
    return figure, accuracy_text(run, paper) if "accuracy" in run.metrics else ""


def _loss_tsne(loss, sources):
    return _tsne(_classifier(sources, loss=loss), _LOSSES[loss][1], sources)


def _barcodes(run, axes):
    plot_barcodes(_test_latents(run), run.data.y_test, run.data.class_names, ax=axes)


def _architecture(blocks, convolutions, paper, sources):
    run = sources.run(_classifier(sources, blocks=blocks, convs_per_block=convolutions))
    figure, (above, below) = new_panels(2, 5, 3.2, columns=1)
    _barcodes(run, above)
    _plot_tsne(run, figure, below)
    return figure, accuracy_text(run, paper)


def _loss_barcodes(loss, sources):
    run = sources.run(_classifier(sources, loss=loss))
    figure, (above, below) = new_panels(2, 5, 2.6, columns=1)
    _barcodes(run, above)
    mean = _test_latents(run)[run.data.y_test == 0].mean(axis=0)
    below.bar(np.arange(len(mean)), mean, width=1, color="#3f51b5")
    style_curves(below, "dimension of the latent", "mean activation")
    below.margins(x=0)
    return figure, accuracy_text(run, _LOSSES[loss][1])


def _compare_interpolations(sources):
    runs = {"autoencoder": sources.run(_AUTOENCODER), "ReGene": sources.run(_regene("mnist"))}
    first, second = _images_of(runs["ReGene"], "4")[[0, 3]]
    rows = [interpolate(run.model, first, second, 10) for run in runs.values()]
    return plot_traversals(np.stack(rows), row_names=list(runs)), ""


def _images_of(run, class_name, part="test"):
    """Returns the images of a class."""
    images, labels = getattr(run.data, f"x_{part}"), getattr(run.data, f"y_{part}")
    return images[labels == class_index(run.data.class_names, class_name)]


def _middle(run, sources):
    """Decodes the mean of the latents of sources `(num_samples, num_sources, ...)`."""
    latents = run.model.encode(sources.reshape(-1, *sources.shape[2:]))
    return run.model.decode(latents.reshape(*sources.shape[:2], -1).mean(axis=1))


def _sources(count, sources):
    run = sources.run(_regene("mnist"))
    images = _images_of(run, "0")[: 8 * count]
    groups = images.reshape(8, count, *images.shape[1:])
    paper = {2: 0.9961, 3: 0.9984, 5: 0.9996}[count]
    ours = dict(_by_row(sources, "regene-figure6a", "MNIST"))[f"{count} sources"]
    text = "" if ours is None else f", {percent(ours)} here"
    return (
        plot_sources(_middle(run, groups), groups),
        "Accuracy of a neutral classifier on accepted digits: "
        f"{percent(paper)} in the paper{text}.",
    )


def _by_row(sources, table, column):
    """Yields the rows of a column of a table with our values, or `None`."""
    for cell, values in sources.cells(table):
        if cell.column == column:
            yield cell.row, float(np.mean(values)) if values else None


def _interpolations(dataset, class_name, sources):
    run = sources.run(_regene(dataset))
    images = _images_of(run, class_name)[:10]
    pairs = zip(images[:5], images[5:], strict=True)
    return plot_traversals(np.stack([interpolate(run.model, *pair, 11) for pair in pairs])), ""


def _matrix(sources):
    run = sources.run(_regene("cifar10"))
    images = _images_of(run, "automobile")[:11]
    rows, columns = images[:4], images[4:11]
    return plot_matrix(matrix(run.model, rows, columns), rows, columns), ""


def _closest(dataset, class_name, sources):
    training = _regene(dataset)
    run = sources.run(training)
    latents, reconstructed = sources.training_images(training)
    originals = run.data.x_train
    label = class_index(run.data.class_names, class_name)
    pair = np.flatnonzero(run.data.y_train == label)[:2]
    middle = latents[pair].mean(axis=0, keepdims=True)
    generated = run.model.decode(middle)
    ssim = {"metric": "ssim", "candidates": 200}
    rows, captions, names = [], [], []
    for name, images, options in (
        ("original", originals, {}),
        ("original", originals, ssim),
        ("reconstr.", reconstructed, {}),
        ("reconstr.", reconstructed, ssim),
    ):
        matches = closest_match(generated, images, 3, **options)
        indices, values = matches.indices[0], matches.values[0]
        rows.append(unit_range(images[indices]))
        captions.append(_with_asterisks(indices, values, pair))
        names.append(f"{name}, {'SSIM' if options else 'error'}")
    errors = ((latents - middle) ** 2).mean(axis=1)
    indices = np.argsort(errors)[:3]
    rows.append(unit_range(originals[indices]))
    captions.append(_with_asterisks(indices, errors[indices], pair))
    figure = plot_closest(
        np.repeat(generated, len(rows), axis=0),
        np.stack(rows),
        captions=captions,
        row_names=[*names, "latent, error"],
    )
    return figure, ""


def _with_asterisks(indices, values, pair):
    """Returns the values as texts, with an asterisk for the images of a pair."""
    return [
        f"{value:.3g}{' *' if index in pair else ''}"
        for index, value in zip(indices, values, strict=True)
    ]


def _closest_generated(dataset, metrics, sources):
    run = sources.run(_regene(dataset))
    labels = np.repeat(np.arange(run.data.num_classes), 30)
    images = generate(run.model, labels, seed=run.seed)
    chosen = [30 * label for label in (1, 7, 3, 8)]
    indices, values = [], []
    for metric, row in zip(metrics, chosen, strict=True):
        # The first match of an image among all images is the image itself.
        matches = closest_match(images[row : row + 1], images, 6, metric=metric)
        indices.append(matches.indices[0, 1:])
        values.append([f"{value:.3g}" for value in matches.values[0, 1:]])
    names = [{"mse": "error", "ssim": "SSIM"}[metric] for metric in metrics]
    return plot_closest(
        images[chosen], images[np.stack(indices)], captions=values, row_names=names
    ), ""


def _generations_of(class_name, sources):
    run = sources.run(_regene("cifar10"))
    siblings, children = (
        descendants(run.model, class_name, 8, kind=kind, seed=run.seed)
        for kind in ("siblings", "children")
    )
    rows = np.stack([siblings[0][0], siblings[1][0], children[1][0]])
    return plot_traversals(rows, row_names=["first", "second, latents", "second, images"]), ""


def _by_sources(sources):
    pairs = sources.cells("regene-figure6a")
    return bars(pairs, list(dict.fromkeys(cell.column for cell, _ in pairs)), 100), (
        "Accuracy in percent."
    )


def _distances(sources):
    column = "CIFAR-10, Fréchet distance"
    pairs = [pair for pair in sources.cells("regene-table3") if pair[0].column == column][:3]
    ours = ", ".join(f"{np.mean(values):.2f}" if values else "-" for _, values in pairs)
    return bars(pairs, [column]), f"40.06, 29.93 and 17.45 in the paper; {ours} here."


def _reconstruction_ratio(sources):
    run = sources.run(_regene("cifar10"))
    originals = unit_range(run.data.x_train)
    features, reconstructed = sources.training_images(_regene("cifar10"))
    ratios = np.linspace(0, 1, 6)
    accuracies, distances = [], []
    for ratio in ratios:
        images = ((1 - ratio) * originals + ratio * reconstructed).astype("float32")
        accuracies.append(np.mean(run.model.classify(images) == run.data.y_train))
        distances.append(frechet_distance(features, run.model.encode(images)))
    figure, panels = new_panels(2, 5, 2.7, columns=1)
    for axes, (name, values) in zip(
        panels, {"accuracy": accuracies, "Fréchet distance": distances}.items(), strict=True
    ):
        x_label = "share of the reconstruction"
        plot_ratio(ratios, {name: np.array(values)}, x_label=x_label, marks={}, ax=axes)
    return figure, (
        "Accuracy of the original images: 1 in the paper, "
        f"{accuracies[0]:.3f} here; of the reconstructions: {accuracies[-1]:.3f} here."
    )


def _losses(sources):
    pairs = sources.cells("regene-figure16")
    return bars(pairs, ["Classifier accuracy", "Decoder MAE"]), ""


def _mixtures(sources):
    values = [value for _, value in _by_row(sources, "regene-figure17", "Accuracy")]
    figure, (axes,) = new_panels(1, 5, 3.4)
    plot_ratio([0, 0.5, 1, 2], {"accuracy": values}, ax=axes)
    original, both = values[2:]
    return figure, (
        f"Accuracy with the original images: 77 % in the paper, {percent(original)} here; with "
        f"generated images added: about 80 % in the paper, {percent(both)} here."
    )


def _collage(dataset, sources):
    run = sources.run(_regene(dataset))
    return samples(run), accuracy_text(run)
