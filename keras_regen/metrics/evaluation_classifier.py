"""The evaluation classifier: a network that is trained on real images only."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_regen.arrays import as_array, check_images, check_labels
from keras_regen.checks import check_flag, check_integer, elements_of
from keras_regen.class_names import as_class_names
from keras_regen.datasets import ImageDataset, ShuffledArrays
from keras_regen.layers import DifferentiableAugmentation
from keras_regen.metrics.aligned_classifier import AlignedClassifier
from keras_regen.metrics.feature_checks import check_dataset
from keras_regen.metrics.weight_hashing import weights_hash
from keras_regen.models import Classifier
from keras_regen.models.classifier import classifier_network

# An image counts as recognized if a class has at least this probability.
RECOGNIZED = 0.9
_BATCH = 64


def train_evaluation_classifier(
    images: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str] | None = None,
    *,
    network: str = "basenet",
    steps: int = 2000,
    seed: int = 0,
    augment: bool = True,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **options: Any,
) -> Classifier:
    """Trains a convolutional classifier on real images, to evaluate generated images.

    It shares no weights, no training and no random numbers with any other model: the same seed
    trains the same classifier on one machine and backend, whatever was trained before.

    Args:
        images: Real training images `(num_samples, height, width, channels)`; integers 0..255 or
            floats 0..1.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes, at least two. Defaults to `"0"`, `"1"`, ... up to the
            largest label.
        network: `"basenet"`, which a CPU trains in a minute, or `"resnet56v1"`, the neutral
            classifier of ReGene; see `Classifier.for_images`.
        steps: Integer, at least 1: approximate number of steps of 64 images, in whole epochs.
        seed: Integer, at least 0: of the initial weights and the order of images.
        augment: Boolean: whether training changes the images at random, so that the classifier
            depends neither on a single detail of an image nor on its exact position. Each image is
            shifted by up to 6 % of each side, which is 2 pixels of 28 and none of 8, and a
            rectangle of a quarter of each side is removed.
        callbacks: Callbacks for `fit`.
        **options: Further arguments of the network. `basenet` has `stem_filters=16` by default.

    Returns:
        A trained `keras_regen.Classifier`.

    Raises:
        ValueError: If the images, labels or options are not as described.

    Source: DE-GAN, section IV-A1, where a CNN of real images evaluates; ReGene, section 6.1.
    DeVries and Taylor, 2017, "Improved regularization of convolutional neural networks with
    cutout", https://arxiv.org/abs/1708.04552.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import train_evaluation_classifier
        >>> digits = load("digits")
        >>> classifier = train_evaluation_classifier(
        ...     digits.x_train, digits.y_train, steps=2, stem_filters=2
        ... )
        >>> classifier.num_classes
        10
    """
    images, labels = as_array("images", images), as_array("labels", labels)
    check_images(images)
    if class_names is None:
        check_labels(labels, len(images))
        class_names = range(int(np.max(labels)) + 1)
    class_names = as_class_names(class_names)
    check_labels(labels, len(images), len(class_names))
    check_integer("steps", steps, 1)
    check_integer("seed", seed, 0)
    check_flag("augment", augment)
    callbacks = elements_of(callbacks)
    if callbacks is None or not all(isinstance(x, keras.callbacks.Callback) for x in callbacks):
        raise ValueError(
            "`callbacks` must be a list of `keras.callbacks.Callback`. "
            f"Received: callbacks={callbacks!r}."
        )
    if isinstance(network, str) and network == "basenet":
        options = {"stem_filters": 16} | options
    rng = np.random.default_rng(seed)
    if len(images) > steps * _BATCH:
        chosen = rng.choice(len(images), steps * _BATCH, replace=False)
        images, labels = images[chosen], labels[chosen]
    batches = -(-len(images) // _BATCH)
    epochs = max(1, round(steps / batches))
    model = classifier_network(network, images.shape[1:], len(class_names), **options)
    _initialize(model, rng)
    augmentation = None
    if augment:
        augmentation = DifferentiableAugmentation(0.06, cutout=0.25, color=False, seed=seed)
    classifier = Classifier(model, class_names, augmentation=augmentation)
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, epochs * batches)
    classifier.compile(keras.optimizers.Adam(schedule))
    classifier.fit(
        ShuffledArrays(images, labels, _BATCH, seed),
        epochs=epochs,
        shuffle=False,
        callbacks=callbacks,
        verbose=0,
    )
    return classifier


def describe_evaluation_classifier(classifier: Classifier, data: ImageDataset) -> dict[str, Any]:
    """Identifies an evaluation classifier, and measures it on the test images of a dataset.

    Args:
        classifier: The classifier.
        data: A dataset with the classes of the classifier.

    Returns:
        A dict of `name` (of the network), `hash` (of the weights), `accuracy`, and `recognized`:
        the share of the test images for which a class has a probability of at least 0.9.

    Raises:
        ValueError: If the arguments are no classifier and no dataset, or do not fit together.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import (
        ...     describe_evaluation_classifier, train_evaluation_classifier
        ... )
        >>> digits = load("digits")
        >>> classifier = train_evaluation_classifier(
        ...     digits.x_train, digits.y_train, steps=2, stem_filters=2
        ... )
        >>> sorted(describe_evaluation_classifier(classifier, digits))
        ['accuracy', 'hash', 'name', 'recognized']
    """
    aligned = AlignedClassifier(classifier, data)
    probabilities = aligned.classify(data.x_test, return_probabilities=True)
    return {
        "name": classifier.network.name,
        "hash": weights_hash(classifier.network.weights),
        "accuracy": float(np.mean(np.argmax(probabilities, axis=1) == data.y_test)),
        "recognized": recognized_share(probabilities),
    }


def recognized_share(probabilities: np.ndarray) -> float:
    """Computes the share of images for which a class has a probability of at least 0.9.

    Args:
        probabilities: Array `(num_images, num_classes)`.

    Returns:
        The share, in [0, 1].

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.evaluation_classifier import recognized_share
        >>> recognized_share(np.array([[0.95, 0.05], [0.6, 0.4]]))
        0.5
    """
    return float(np.mean(probabilities.max(axis=1) >= RECOGNIZED))


def evaluation_classifier_path(dataset_name: str) -> Path:
    """Returns the default path of the evaluation classifier of a dataset, in the current folder.

    Args:
        dataset_name: Name of the dataset.

    Returns:
        The path of a `.keras` file.

    Raises:
        ValueError: If `dataset_name` is no string.

    Examples:
        >>> from keras_regen.metrics.evaluation_classifier import evaluation_classifier_path
        >>> evaluation_classifier_path("mnist").as_posix()
        'evaluation_classifiers/mnist.keras'
    """
    if not isinstance(dataset_name, str):
        raise ValueError(
            f"`dataset_name` must be a string. Received: dataset_name={dataset_name!r}."
        )
    name = dataset_name.replace("/", "_").replace(":", "_")
    return Path("evaluation_classifiers") / f"{name}.keras"


def held_out_hash(data: ImageDataset) -> str:
    """Hashes the test images of a dataset: they identify its split.

    A classifier that was trained with another split may have seen the test images.

    Args:
        data: The dataset.

    Returns:
        The first 12 hexadecimal digits of the SHA-256 hash.

    Raises:
        ValueError: If `data` is no dataset.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.evaluation_classifier import held_out_hash
        >>> held_out_hash(load("digits", seed=0)) == held_out_hash(load("digits", seed=1))
        False
    """
    check_dataset(data)
    return hashlib.sha256(np.ascontiguousarray(data.x_test).tobytes()).hexdigest()[:12]


def _initialize(network, rng):
    """Sets new kernels: the random numbers of Keras depend on the models that were built before."""
    for weight in network.trainable_weights:
        if weight.path.endswith("kernel"):
            fan_in = np.prod(weight.shape[:-1])
            weight.assign(rng.normal(0, np.sqrt(2 / fan_in), weight.shape))
