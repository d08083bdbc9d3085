"""The figures of a trained model that fill the cells of the tables."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.callbacks import read_history
from keras_regen.datasets import ImageDataset
from keras_regen.generation import Acceptance, AcceptanceError, generate
from keras_regen.losses import centroid_loss, laplacian_loss
from keras_regen.metrics import (
    ALL_METRICS,
    classification_accuracy_score,
    evaluate_generation,
    intrinsic_dimension,
    latent_distances,
    without_duplicates,
)
from keras_regen.models import Classifier, ImageModel
from reproduction.scale import Scale

# Metrics of generated images; the run has measured accuracy and reconstruction.
_SCORES = tuple(
    name for name in ALL_METRICS if name not in ("accuracy", "accepted_generation_accuracy")
)
_NEIGHBORS = 100
_MAX_TRIES = 40
_BLOCK = 1000
_LOSS_UNITS = np.array([1.0, 4.0, 4.0 * 0.2])


@dataclasses.dataclass
class Measured:
    """A trained model, and the circumstances of a measure.

    Args:
        model: The trained model, or `None` if the measure needs no model.
        data: The dataset of the training run.
        folder: The folder of the run.
        metrics: The contents of the run's `metrics.json`.
        evaluation_classifier: Function without arguments that returns the evaluation classifier of
            the dataset, which is trained when it is first called.
        scale: The scale of the reproduction.
        seed: Integer: of all random numbers.
        class_name: Name of the only class of the training images, or `None`.

    Examples:
        >>> from reproduction.measures import MEASURES
        >>> "scores" in MEASURES
        True
    """

    model: ImageModel | None
    data: ImageDataset
    folder: Path
    metrics: dict
    evaluation_classifier: Callable[[], Classifier]
    scale: Scale
    seed: int
    class_name: str | None = None


def _metrics(run):
    names = ("accuracy", "reconstruction_mae", "reconstruction_mse")
    return {name: run.metrics[name] for name in names if name in run.metrics}


def _evaluate(run, metrics):
    return evaluate_generation(
        run.model,
        run.data,
        evaluation_classifier=run.evaluation_classifier(),
        samples_per_class=run.scale.samples_per_class,
        seeds=[run.seed],
        student_steps=run.scale.student_steps,
        metrics=metrics,
    )


def _scores(run):
    results = _evaluate(run, _SCORES)
    figures = {
        "evaluation_classifier_accuracy": results["evaluation_classifier"]["accuracy"],
        "samples": results["samples"],
    }
    prefixes = ("reconstruction_", "frechet_original_reconstructed")
    for name, value in results.items():
        if name in results["values"] or name.startswith(prefixes):
            figures[name] = value
            if results["real"].get(name) is not None:
                figures[f"{name}.real"] = results["real"][name]
    return figures


def _diversity(run):
    by_class = _evaluate(run, ("relative_diversity",))["relative_diversity_by_class"]
    return {
        f"relative_diversity_by_class.{label}": by_class[name]
        for label, name in enumerate(run.data.class_names)
        if by_class.get(name) is not None
    }


def _sources(run):
    """The accuracy of accepted images of 2, 3 and 5 sources, and the tries for 2 sources."""
    count, classes = run.scale.samples_per_class, run.data.num_classes
    labels = np.repeat(np.arange(classes), count)
    figures = {}
    for sources in (2, 3, 5):
        try:
            images, report = generate(
                run.model,
                labels,
                seed=run.seed,
                prior=run.model.prior.combining(num_sources=sources),
                accept=Acceptance(max_tries=_MAX_TRIES),
                return_report=True,
            )
        except AcceptanceError as error:
            images, report = error.images, error.report
        accepted = np.bincount(report.labels, minlength=classes)
        # A mean without the classes that reached the limit would be a different figure.
        if (accepted == count).all():
            correct = run.evaluation_classifier().classify(images) == report.labels
            figures[f"accepted_of_{sources}_sources"] = float(np.mean(correct))
        if sources == 2:
            for name in ("tries", "latent_tries"):
                tries = getattr(report, name)
                figures |= {
                    f"{name}_for_500.{label}": round(500 * float(tries[label]) / count, 1)
                    for label in range(classes)
                    # The tries of a class that reached the limit are not known.
                    if accepted[label] == count
                }
    return figures


def _distances(run):
    prior = run.model.prior
    means = np.stack([prior.class_mean(label) for label in range(run.model.num_classes)])
    distances = latent_distances(means)[np.triu_indices(len(means), 1)]
    return {"least_distance": float(distances.min()), "most_distance": float(distances.max())}


def _losses(run):
    """The three losses of the first CSAE paper, equations 6, 7 and 9, of both parts of the data.

    Losses 2 and 3 are in the unit of the authors' code: squared errors of images in [-1, 1], and
    the weight 0.2 for loss 3.
    """
    figures = {}
    for part, images, labels in (
        ("train", run.data.x_train, run.data.y_train),
        ("test", run.data.x_test, run.data.y_test),
    ):
        sums = np.zeros(3)
        # In blocks, because `laplacian_loss` needs several copies of its images.
        for start in range(0, len(images), _BLOCK):
            block = slice(start, start + _BLOCK)
            original, decoded = images[block], run.model.reconstruct(images[block])
            latents = run.model.encode(images[block])
            squares = (unit_range(original) - decoded) ** 2
            losses = (
                centroid_loss(labels[block], latents, run.model.head.centroids),
                ops.mean(squares, axis=(1, 2, 3)),
                laplacian_loss(original, decoded),
            )
            sums += [float(ops.sum(loss)) for loss in losses]
        means = _LOSS_UNITS * sums / len(images)
        figures |= {f"{part}_loss_{index}": float(mean) for index, mean in enumerate(means, 1)}
    return figures


def _mixtures(run):
    """Accuracy of classifiers that learn from original and generated images in several parts."""
    x, y = run.data.x_train, run.data.y_train
    generated = np.round(generate(run.model, y, seed=run.seed) * 255).astype("uint8")
    half = np.random.default_rng(run.seed).permutation(len(x)) < len(x) // 2
    sets = {
        0: (generated, y),
        50: (np.where(half[:, None, None, None], x, generated), y),
        100: (x, y),
        200: (np.concatenate([x, generated]), np.concatenate([y, y])),
    }
    return {
        f"mixture_{share}": classification_accuracy_score(
            images,
            labels,
            run.data.x_test,
            run.data.y_test,
            class_names=run.data.class_names,
            steps=run.scale.student_steps,
            seed=run.seed,
        )
        for share, (images, labels) in sets.items()
    }


def _history(run):
    recognized = [row["recognized"] for row in read_history(run.folder / "history.csv")]
    places = {"first": 0, "second": 1, "last": -1}
    return {f"recognized_{name}": recognized[place] for name, place in places.items()}


def _one_class(run):
    """The share of the images of a model of one class that are classified as this class."""
    classifier = run.evaluation_classifier()
    generated = generate(run.model, num_samples=10 * run.scale.samples_per_class, seed=run.seed)
    label = list(classifier.class_names).index(run.class_name)
    return {
        name: float(np.mean(classifier.classify(images) == label))
        for name, images in (
            ("share_of_the_class", generated),
            ("share_of_the_class.real", run.data.x_test),
        )
    }


def _dimension(run):
    points = without_duplicates(run.data.x_train)
    return {"intrinsic_dimension": float(intrinsic_dimension(points, _NEIGHBORS))}


MEASURES: dict[str, Callable[[Measured], dict[str, float]]] = {
    "metrics": _metrics,
    "scores": _scores,
    "diversity": _diversity,
    "sources": _sources,
    "distances": _distances,
    "losses": _losses,
    "mixtures": _mixtures,
    "history": _history,
    "one_class": _one_class,
    "dimension": _dimension,
}

# Measures that need the evaluation classifier of the dataset.
CLASSIFIER_MEASURES = frozenset({"scores", "diversity", "sources", "history", "one_class"})
