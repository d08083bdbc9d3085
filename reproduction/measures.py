"""The figures of a trained model that the tables' cells are filled with."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keras_regen.callbacks import read_history
from keras_regen.datasets import ImageDataset
from keras_regen.generation import Acceptance, AcceptanceError, generate
from keras_regen.metrics import (
    classification_accuracy_score,
    intrinsic_dimension,
    latent_distances,
    without_duplicates,
)
from keras_regen.metrics.diversity import diversity_beside
from keras_regen.metrics.scores import score_model
from keras_regen.models import Classifier, ImageModel
from reproduction.scale import Scale

_NEIGHBORS = 100
_MAX_TRIES = 40


@dataclasses.dataclass
class Measured:
    """What a measure is given.

    Args:
        model: The trained model, or `None` where none is trained.
        data: The dataset that it was trained on.
        folder: The folder of its run.
        metrics: What is in the run's `metrics.json`.
        judge: Function without arguments that gives the dataset's judge, trained on first use.
        scale: At what expense.
        seed: Integer: of all that is random.
        class_name: Name of the one class that it was trained on, or `None`.

    Examples:
        >>> from reproduction.measures import MEASURES
        >>> "scores" in MEASURES
        True
    """

    model: ImageModel | None
    data: ImageDataset
    folder: Path
    metrics: dict
    judge: Callable[[], Classifier]
    scale: Scale
    seed: int
    class_name: str | None = None


def _metrics(given):
    names = ("accuracy", "reconstruction_mae", "reconstruction_mse")
    return {name: given.metrics[name] for name in names if name in given.metrics}


def _scores(given):
    found = score_model(
        given.model,
        given.data,
        given.judge(),
        samples_per_class=given.scale.samples_per_class,
        seeds=[given.seed],
        student_steps=given.scale.student_steps,
    )
    figures = {
        "evaluation_classifier_accuracy": found["judge"]["accuracy"],
        "samples": found["samples"],
    }
    for name, score in found["scores"].items():
        figures[name] = score["mean"]
        if score["real"] is not None:
            figures[f"{name}.real"] = score["real"]
    return figures


def _diversity(given):
    count = given.scale.samples_per_class * given.data.num_classes
    drawn = generate(given.model, num_samples=count, seed=given.seed)
    labels = given.judge().classify(drawn)
    found = diversity_beside(given.data, drawn, labels)
    return {
        f"relative_diversity_by_class.{label}": float(value)
        for label, value in enumerate(found)
        if np.isfinite(value)
    }


def _sources(given):
    """What the judge says of accepted images of 2, 3 and 5 sources, and the tries of the first."""
    count, classes = given.scale.samples_per_class, given.data.num_classes
    wanted = np.repeat(np.arange(classes), count)
    figures = {}
    for sources in (2, 3, 5):
        try:
            drawn, report = generate(
                given.model,
                wanted,
                seed=given.seed,
                prior=given.model.prior.combining(num_sources=sources),
                accept=Acceptance(max_tries=_MAX_TRIES),
                return_report=True,
            )
        except AcceptanceError as error:
            drawn, report = error.images, error.report
        accepted = np.bincount(report.labels, minlength=classes)
        # Without the classes that reached the limit it would be another figure.
        if (accepted == count).all():
            right = given.judge().classify(drawn) == report.labels
            figures[f"accepted_of_{sources}_sources"] = float(np.mean(right))
        if sources == 2:
            for name in ("tries", "latent_tries"):
                tries = getattr(report, name)
                figures |= {
                    f"{name}_for_500.{label}": round(500 * float(tries[label]) / count, 1)
                    for label in range(classes)
                    # Of a class that reached the limit there is no such number.
                    if accepted[label] == count
                }
    return figures


def _distances(given):
    prior = given.model.prior
    means = np.stack([prior.class_mean(label) for label in range(given.model.num_classes)])
    found = latent_distances(means)[np.triu_indices(len(means), 1)]
    return {"least_distance": float(found.min()), "most_distance": float(found.max())}


def _mixtures(given):
    """Accuracy of classifiers that see original and generated images in several parts."""
    x, y = given.data.x_train, given.data.y_train
    drawn = generate(given.model, y, seed=given.seed)
    drawn = np.round(drawn * 255).astype("uint8")
    half = np.random.default_rng(given.seed).permutation(len(x)) < len(x) // 2
    sets = {
        0: (drawn, y),
        50: (np.where(half[:, None, None, None], x, drawn), y),
        100: (x, y),
        200: (np.concatenate([x, drawn]), np.concatenate([y, y])),
    }
    return {
        f"mixture_{share}": classification_accuracy_score(
            images,
            labels,
            given.data.x_test,
            given.data.y_test,
            class_names=given.data.class_names,
            steps=given.scale.student_steps,
            seed=given.seed,
        )
        for share, (images, labels) in sets.items()
    }


def _history(given):
    found = [row["recognized"] for row in read_history(given.folder / "history.csv")]
    places = {"first": 0, "second": 1, "last": -1}
    return {f"recognized_{name}": found[place] for name, place in places.items()}


def _one_class(given):
    """The share of images of a model of one class that the judge of all gives that class."""
    judge = given.judge()
    drawn = generate(given.model, num_samples=10 * given.scale.samples_per_class, seed=given.seed)
    label = list(judge.class_names).index(given.class_name)
    return {
        name: float(np.mean(judge.classify(images) == label))
        for name, images in (
            ("share_of_the_class", drawn),
            ("share_of_the_class.real", given.data.x_test),
        )
    }


def _dimension(given):
    points = without_duplicates(given.data.x_train)
    return {"intrinsic_dimension": float(intrinsic_dimension(points, _NEIGHBORS))}


MEASURES: dict[str, Callable[[Measured], dict[str, float]]] = {
    "metrics": _metrics,
    "scores": _scores,
    "diversity": _diversity,
    "sources": _sources,
    "distances": _distances,
    "mixtures": _mixtures,
    "history": _history,
    "one_class": _one_class,
    "dimension": _dimension,
}

# Those that the dataset's judge takes part in.
JUDGED = frozenset({"scores", "diversity", "sources", "history", "one_class"})
