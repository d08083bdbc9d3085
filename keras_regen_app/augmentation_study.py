"""The augmentation study: the value of generated images for a classifier of few images."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from joblib import Parallel, delayed

from keras_regen import CSAE, Classifier, augment
from keras_regen.checks import check_choice, check_integer
from keras_regen.datasets import ImageDataset, ShuffledArrays
from keras_regen.optimizers import build_optimizer
from keras_regen.presets import get_preset
from keras_regen_app.run_planning import latent_size, views_of

# None; mirrored and shifted images; generated images; both.
METHODS = ("none", "classical", "generated", "both")
_BATCH = 64


@dataclasses.dataclass(frozen=True)
class StudySettings:
    """The settings that all training runs of a study share.

    Args:
        steps: Integer: training steps of each classifier, whatever its number of images.
        generator_steps: Integer: training steps of the CSAE that generates.
        factor: Float: generated images per real image.
        stem_filters: Integer: filters of the first convolution of all networks.
        shift: Integer: pixels by which the classical augmentation shifts images at most.
        mirror: Boolean: whether the classical augmentation mirrors images.
    """

    steps: int = 500
    generator_steps: int = 1500
    factor: float = 4.0
    stem_filters: int = 16
    shift: int = 2
    mirror: bool = False

    @classmethod
    def for_data(cls, data: ImageDataset, **changes: Any) -> "StudySettings":
        """Returns the settings for a dataset: small images shift less, color images are mirrored.

        Args:
            data: The dataset.
            **changes: Fields with other values.
        """
        return cls(**views_of(data.image_shape) | changes)


def few_images(data: ImageDataset, per_class: int, draw: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns a random choice of training images.

    Args:
        data: The dataset.
        per_class: Integer: images of each class. A class with fewer images contributes all.
        draw: Integer: seed of the choice.

    Returns:
        Images and labels.
    """
    rng = np.random.default_rng(draw)
    groups = [np.flatnonzero(data.y_train == label) for label in range(data.num_classes)]
    indices = np.concatenate([rng.permutation(group)[:per_class] for group in groups])
    return data.x_train[indices], data.y_train[indices]


def compare_methods(
    data: ImageDataset,
    per_class: int,
    draw: int,
    settings: StudySettings,
    methods: Sequence[str] = METHODS,
) -> dict[str, float]:
    """Trains a classifier for each method on the same few images, and tests it.

    All classifiers have the same network, number of steps and initial weights.

    Args:
        data: The dataset. The test images measure the accuracy.
        per_class: Integer, at least 2: training images of each class.
        draw: Integer, at least 0: seed of the choice of images and of all training.
        settings: The settings of the study.
        methods: Names among `METHODS`.

    Returns:
        A dict from the methods to the test accuracy; and `csae`, the accuracy of the generating
        model itself, if a method needs it.

    Raises:
        ValueError: If a method is unknown or a number out of range.
    """
    for method in methods:
        check_choice("method", method, METHODS)
    check_integer("per_class", per_class, 2)
    check_integer("draw", draw, 0)
    x, y = few_images(data, per_class, draw)
    accuracy, generated = {}, None
    if {"generated", "both"} & set(methods):
        model = _train_generator(data, x, y, draw, settings)
        accuracy["csae"] = _accuracy(model, data)
        # Without acceptance: few images do not train every class well enough for it.
        generated = augment(model, x, y, settings.factor, accept=None, seed=draw, shuffle=False)
    for method in methods:
        images, labels = generated if method in ("generated", "both") else (x, y)
        weights = np.ones(len(images), "float32")
        # All generated images together weigh as much as the real images.
        weights[len(x) :] = 1 / settings.factor if settings.factor else 0
        classical = method in ("classical", "both")
        classifier = _train_classifier(data, images, labels, weights, classical, draw, settings)
        accuracy[method] = _accuracy(classifier, data)
    return accuracy


def run_study(
    data: ImageDataset,
    sizes: Sequence[int],
    draws: int,
    settings: StudySettings,
    processes: int = 1,
) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Compares all methods for each number of images per class and each draw.

    Args:
        data: The dataset.
        sizes: Numbers of training images of each class.
        draws: Integer: random choices of the images for each number.
        settings: The settings of the study.
        processes: Integer: draws in parallel, each in a separate process.

    Yields:
        Tuples of the number of images per class, the draw, and the accuracies.
    """
    cells = [(per_class, draw) for per_class in sizes for draw in range(draws)]
    accuracies = Parallel(processes, return_as="generator")(
        delayed(compare_methods)(data, per_class, draw, settings) for per_class, draw in cells
    )
    for (per_class, draw), accuracy in zip(cells, accuracies, strict=True):
        yield per_class, draw, accuracy


def gain(results: Sequence[dict[str, float]], method: str, baseline: str) -> tuple[float, float]:
    """Computes the gain of a method over another on the same draws.

    Args:
        results: The accuracies of each draw.
        method: Name of the method.
        baseline: Name of the method that it is compared with.

    Returns:
        The mean of the differences and their standard deviation.

    Examples:
        >>> from keras_regen_app.augmentation_study import gain
        >>> results = [{"none": 0.5, "both": 0.75}, {"none": 0.5, "both": 0.5}]
        >>> gain(results, "both", "none")
        (0.125, 0.125)
    """
    differences = [accuracy[method] - accuracy[baseline] for accuracy in results]
    return float(np.mean(differences)), float(np.std(differences))


def _train_generator(data, x, y, draw, settings):
    recipe = get_preset("csae")
    keras.utils.set_random_seed(draw)
    model = CSAE.from_preset(
        dataclasses.replace(recipe, steps=settings.generator_steps),
        image_shape=data.image_shape,
        class_names=data.class_names,
        seed=draw,
        latent_dim=latent_size(data.image_shape),
        stem_filters=settings.stem_filters,
        prior="deviation",
        shift=settings.shift,
        mirror=settings.mirror,
    )
    _fit(model, x, y, None, settings.generator_steps, draw)
    return model


def _train_classifier(data, x, y, weights, classical, draw, settings):
    keras.utils.set_random_seed(draw)
    model = Classifier.for_images(
        data.image_shape,
        data.class_names,
        stem_filters=settings.stem_filters,
        shift=settings.shift if classical else 0,
        mirror=settings.mirror and classical,
        seed=draw,
    )
    model.compile(build_optimizer("adam", 2e-3, settings.steps, "one_cycle"))
    _fit(model, x, y, weights, settings.steps, draw)
    return model


def _fit(model, x, y, weights, steps, seed):
    """Trains for a number of steps of equal batches, whatever the number of images."""
    order = np.random.default_rng(seed).permutation(len(x))
    indices = np.resize(order, steps * _BATCH)
    if weights is None:
        data = ShuffledArrays(x[indices], y[indices], _BATCH, seed)
        model.fit(data, epochs=1, shuffle=False, verbose=0, adapt_prior=False)
        model.adapt_prior(x, y)
    else:
        weights = weights[indices]
        model.fit(x[indices], y[indices], _BATCH, 1, verbose=0, sample_weight=weights, shuffle=True)


def _accuracy(model, data):
    return float(np.mean(model.classify(data.x_test) == data.y_test))
