"""The figures of a trained model on held-out images."""

from typing import Any

import keras
import numpy as np

from keras_regen.atomic_files import json_number
from keras_regen.datasets import ImageDataset
from keras_regen.generation import Acceptance, AcceptanceError, generate
from keras_regen.metrics import (
    generation_accuracy,
    reconstruction_error,
    svm_judge,
    train_evaluation_classifier,
)
from keras_regen.metrics.class_order import OrderedJudge
from keras_regen.metrics.diversity import diversity_beside, mean_diversity
from keras_regen.metrics.evaluation_classifier import RECOGNIZED
from keras_regen.models import Classifier
from keras_regen.models.image_model import ImageModel

# A class that takes more tries than this is measured by what there is of it.
_ACCEPTANCE = Acceptance(max_tries=20)


def evaluate_model(
    model: ImageModel,
    data: ImageDataset,
    samples_per_class: int = 200,
    seed: int = 0,
    batch_size: int = 256,
    judge: Classifier | None = None,
) -> dict[str, Any]:
    """Measures what a model can do: classify, reconstruct, draw.

    Args:
        model: A trained model.
        data: The dataset; its test images are measured on, and its training images train the
            judge of the drawn ones. Its classes go by their names, all of which must be among the
            model's, if it has any; they may be fewer, or in another order.
        samples_per_class: Integer, at least 1: images to draw of each class; of a model without
            classes, that times the number of classes in all.
        seed: Integer: of the drawn images.
        batch_size: Integer: images in one step.
        judge: A classifier of the dataset's classes, which judges the drawn images. By default one
            is trained: a support vector machine, or `keras_regen.metrics.train_evaluation_classifier` for a model
            without classes.

    Returns:
        A dict of `test_images`, and as far as the model can do them: `accuracy`,
        `reconstruction_mae`, `_mse`, `_ssim` and `_psnr`, `generation_accuracy` (a dict by the
        names of the dataset's classes, and their mean), `evaluation_classifier_accuracy` (the judge, on
        the real test images). A calibrated model also has
        `accepted_generation_accuracy`, of as many images that passed `Acceptance(max_tries=20)`,
        and by class the `tries` and `latent_tries` that it took; what it could not draw within
        the tries counts as wrong.

        Of a model without classes there are instead `samples`, the images drawn; `recognized`,
        the share of them to which the judge gives some class with a
        probability of at least 0.9, and `real_recognized`, the same of the real test images;
        `drawn_by_class`, how many it gives each class; and `relative_diversity`, by class and
        their mean.

    Raises:
        ValueError: If the dataset has a class that the model or the judge does not know, or images
            of another shape.

    Examples:
        >>> from keras_regen import Classifier
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.evaluation import evaluate_model
        >>> model = Classifier.for_images((8, 8, 1), [str(digit) for digit in range(10)])
        >>> sorted(evaluate_model(model, load("digits")))
        ['accuracy', 'test_images']
    """
    if model.num_classes:
        data = data.with_classes(model.class_names)
    if judge is not None:
        judge = OrderedJudge(judge, data)
    images, labels = data.x_test, data.y_test
    found: dict[str, Any] = {"test_images": len(images)}
    if model.classifies:
        found["accuracy"] = float(np.mean(model.classify(images, batch_size) == labels))
    if model.decoder is None:
        return found
    if model.encoder is not None:
        error = reconstruction_error(images, model.reconstruct(images, labels, batch_size))
        found |= {f"reconstruction_{name}": json_number(value) for name, value in error.items()}
    options = {"seed": seed, "batch_size": batch_size, "return_report": True}
    if model.num_classes:
        return found | _drawn_of_classes(model, data, samples_per_class, judge, options)
    return found | _drawn_at_large(model, data, samples_per_class, judge, options)


def _drawn_at_large(model, data, samples_per_class, judge, options):
    if judge is None:
        judge = train_evaluation_classifier(
            data.x_train, data.y_train, data.class_names, seed=options["seed"]
        )
    images, _ = generate(model, num_samples=samples_per_class * len(data.class_names), **options)
    found = judge.classify(images, return_probabilities=True)
    real = judge.classify(data.x_test, return_probabilities=True)
    labels = np.argmax(found, axis=1)
    diversity = diversity_beside(data, images, labels)
    counts = np.bincount(labels, minlength=len(data.class_names))

    def by_class(values):
        return dict(zip(data.class_names, map(json_number, values.tolist()), strict=True))

    return {
        "samples": len(images),
        "recognized": float(np.mean(found.max(axis=1) >= RECOGNIZED)),
        "real_recognized": float(np.mean(real.max(axis=1) >= RECOGNIZED)),
        "evaluation_classifier_accuracy": float(np.mean(np.argmax(real, axis=1) == data.y_test)),
        "drawn_by_class": by_class(counts),
        "relative_diversity": json_number(mean_diversity(diversity)),
        "relative_diversity_by_class": by_class(diversity),
    }


def _drawn_of_classes(model, data, samples_per_class, judge, options):
    found = {}
    if judge is None:
        judge = svm_judge(data.x_train, data.y_train, seed=options["seed"])
    found["evaluation_classifier_accuracy"] = float(
        # By class, as for drawn images.
        np.nanmean(generation_accuracy(judge, data.x_test, data.y_test))
    )
    classes = np.unique(data.y_train)  # no other is known to the judge
    names = [model.class_names[label] for label in classes]
    wanted = np.repeat(classes, samples_per_class)

    def measure(name, drawn, drawn_labels):
        shares = _shares(judge, drawn, drawn_labels, classes, samples_per_class)
        found[name] = float(shares.mean())
        found[f"{name}_by_class"] = dict(zip(names, shares.tolist(), strict=True))

    drawn, _ = generate(model, wanted, **options)
    measure("generation_accuracy", drawn, wanted)
    found["samples_per_class"] = samples_per_class
    if model.classifies and np.all(keras.ops.convert_to_numpy(model.confidence)):
        try:
            drawn, report = generate(model, wanted, accept=_ACCEPTANCE, **options)
        except AcceptanceError as error:
            drawn, report = error.images, error.report
        measure("accepted_generation_accuracy", drawn, report.labels)
        for name in ("tries", "latent_tries"):
            found[name] = dict(zip(names, getattr(report, name)[classes].tolist(), strict=True))
    return found


def _shares(judge, drawn, labels, classes, samples_per_class):
    """The share of the images asked for of each class that are there and given it by the judge."""
    right = np.zeros(classes.max() + 1)
    if len(drawn):
        counts = np.bincount(labels)
        accuracy = np.nan_to_num(generation_accuracy(judge, drawn, labels))
        right[: len(counts)] = np.rint(accuracy * counts)
    return right[classes] / samples_per_class
