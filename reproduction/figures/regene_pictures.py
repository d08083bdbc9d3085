"""The pictures of the figures of the ReGene paper."""

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
from reproduction.figures.pictures import OURS, accuracy_text, bars, percent, samples
from reproduction.table import Training

AUTOENCODER = Training("ae_mnist", "mnist", {"stem_filters": 8})
# The name and the accuracy in the paper of each loss of the classifier.
LOSSES = {
    "cross_entropy": ("cross-entropy", 0.7522),
    "hinge": ("multiclass hinge", 0.7303),
    "mse": ("mean squared error", 0.6499),
    "cosine": ("cosine similarity", 0.7275),
}


def regene_training(dataset):
    """Returns the `Training` of a ReGene on a dataset."""
    return Training(
        f"regene_{dataset}", dataset, {"features": "self"} if "cifar" in dataset else {}
    )


def _classifier(sources, **options):
    """Returns the training of a classifier alone, which takes less time than a ReGene."""
    if options in ({"loss": "cross_entropy"}, {"blocks": 4, "convs_per_block": 1}):
        return regene_training("cifar10")
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


def tsne(training, paper, sources):
    """Plots t-SNE of the latents of the test images."""
    run = sources.run(training)
    figure, (axes,) = new_panels(1, 4.6, 4.2)
    _plot_tsne(run, figure, axes)
    return figure, accuracy_text(run, paper) if "accuracy" in run.metrics else ""


def loss_tsne(loss, sources):
    """Plots t-SNE of the latents of a classifier with a loss."""
    return tsne(_classifier(sources, loss=loss), LOSSES[loss][1], sources)


def _barcodes(run, axes):
    plot_barcodes(_test_latents(run), run.data.y_test, run.data.class_names, ax=axes)


def architecture(blocks, convolutions, paper, sources):
    """Plots barcodes and t-SNE of the latents of an architecture."""
    run = sources.run(_classifier(sources, blocks=blocks, convs_per_block=convolutions))
    figure, (above, below) = new_panels(2, 5, 3.2, columns=1)
    _barcodes(run, above)
    _plot_tsne(run, figure, below)
    return figure, accuracy_text(run, paper)


def loss_barcodes(loss, sources):
    """Plots barcodes of the latents of a classifier with a loss, and the bars of a class."""
    run = sources.run(_classifier(sources, loss=loss))
    figure, (above, below) = new_panels(2, 5, 2.6, columns=1)
    _barcodes(run, above)
    mean = _test_latents(run)[run.data.y_test == 0].mean(axis=0)
    below.bar(np.arange(len(mean)), mean, width=1, color=OURS)
    style_curves(below, "dimension of the latent", "mean activation")
    below.margins(x=0)
    return figure, accuracy_text(run, LOSSES[loss][1])


def compared_interpolations(sources):
    """Plots the interpolations of an autoencoder and of ReGene."""
    runs = {
        "autoencoder": sources.run(AUTOENCODER),
        "ReGene": sources.run(regene_training("mnist")),
    }
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


def sources_of_digits(count, sources):
    """Plots generated zeros above their sources."""
    run = sources.run(regene_training("mnist"))
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


def interpolations(dataset, class_name, sources):
    """Plots interpolations between five pairs of test images of a class."""
    run = sources.run(regene_training(dataset))
    images = _images_of(run, class_name)[:10]
    pairs = zip(images[:5], images[5:], strict=True)
    return plot_traversals(np.stack([interpolate(run.model, *pair, 11) for pair in pairs])), ""


def pairs_of_cars(sources):
    """Plots the decoded middles of all pairs of some cars."""
    run = sources.run(regene_training("cifar10"))
    images = _images_of(run, "automobile")[:11]
    rows, columns = images[:4], images[4:11]
    return plot_matrix(matrix(run.model, rows, columns), rows, columns), ""


def closest_training_images(dataset, class_name, sources):
    """Plots the training images that are closest to a generated image of a class."""
    training = regene_training(dataset)
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


def closest_generated_images(dataset, metrics, sources):
    """Plots the generated images that are closest to each of four."""
    run = sources.run(regene_training(dataset))
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


def generations_of(class_name, sources):
    """Plots two generations of generated images of a class."""
    run = sources.run(regene_training("cifar10"))
    siblings, children = (
        descendants(run.model, class_name, 8, kind=kind, seed=run.seed)
        for kind in ("siblings", "children")
    )
    rows = np.stack([siblings[0][0], siblings[1][0], children[1][0]])
    return plot_traversals(rows, row_names=["first", "second, latents", "second, images"]), ""


def accuracy_by_sources(sources):
    """Plots the accuracy on generated images, by their number of sources."""
    pairs = sources.cells("regene-figure6a")
    return bars(pairs, list(dict.fromkeys(cell.column for cell, _ in pairs)), 100), (
        "Accuracy in percent."
    )


def frechet_distances(sources):
    """Plots the Fréchet distances of table 3."""
    column = "CIFAR-10, Fréchet distance"
    pairs = [pair for pair in sources.cells("regene-table3") if pair[0].column == column][:3]
    ours = ", ".join(f"{np.mean(values):.2f}" if values else "-" for _, values in pairs)
    return bars(pairs, [column]), f"40.06, 29.93 and 17.45 in the paper; {ours} here."


def reconstruction_ratio(sources):
    """Plots the accuracy and the distance of mixed originals and reconstructions."""
    run = sources.run(regene_training("cifar10"))
    originals = unit_range(run.data.x_train)
    features, reconstructed = sources.training_images(regene_training("cifar10"))
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


def classifier_losses(sources):
    """Plots the results of four losses of the classifier."""
    pairs = sources.cells("regene-figure16")
    return bars(pairs, ["Classifier accuracy", "Decoder MAE"]), ""


def mixtures(sources):
    """Plots the accuracy of classifiers of original and generated images."""
    values = [value for _, value in _by_row(sources, "regene-figure17", "Accuracy")]
    figure, (axes,) = new_panels(1, 5, 3.4)
    plot_ratio([0, 0.5, 1, 2], {"accuracy": values}, ax=axes)
    original, both = values[2:]
    return figure, (
        f"Accuracy with the original images: 77 % in the paper, {percent(original)} here; with "
        f"generated images added: about 80 % in the paper, {percent(both)} here."
    )


def collage(dataset, sources):
    """Plots generated images of each class of a dataset."""
    run = sources.run(regene_training(dataset))
    return samples(run), accuracy_text(run)
