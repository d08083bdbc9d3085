"""A judge of drawn images: a network that has seen real ones, and nothing of the model."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_regen.checks import check_images, check_integer, check_labels
from keras_regen.datasets import ImageDataset, ShuffledArrays
from keras_regen.metrics.class_order import OrderedJudge
from keras_regen.metrics.weight_hashing import weights_hash
from keras_regen.models import Classifier

# From this probability on, a judge is said to recognize an image.
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
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **options,
) -> Classifier:
    """Trains a convolutional classifier to judge drawn images.

    It shares no weights, no training and no random numbers with any other model: one seed gives
    one judge on one machine and backend, whatever was trained before.

    Args:
        images: Real training images `(num_samples, height, width, channels)`; integers 0..255 or
            floats 0..1.
        labels: Integer labels `(num_samples,)`.
        class_names: Names of the classes, at least two. Defaults to `"0"`, `"1"`, ... for those
            that the labels have.
        network: `"basenet"`, which a CPU trains in a minute, or `"resnet56v1"`, the neutral
            classifier of ReGene; see `Classifier.for_images`.
        steps: Integer, at least 1: about so many steps of 64 images each, in whole epochs.
        seed: Integer: of the initial weights and the order of images.
        callbacks: Callbacks for `fit`.
        **options: Further arguments of the network. `basenet` has `stem_filters=16` unless told
            otherwise.

    Returns:
        A trained `keras_regen.Classifier`.

    Raises:
        ValueError: If the images, labels or options cannot be taken.

    Source: DE-GAN, section IV-A1, which judges by a CNN of real images; ReGene, section 6.1.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import train_evaluation_classifier
        >>> digits = load("digits")
        >>> judge = train_evaluation_classifier(digits.x_train, digits.y_train, steps=2, stem_filters=2)
        >>> judge.num_classes
        10
    """
    images, labels = np.asarray(images), np.asarray(labels)
    check_images(images)
    if class_names is None:
        check_labels(labels, len(images))
        class_names = [str(label) for label in range(int(np.max(labels)) + 1)]
    check_labels(labels, len(images), len(class_names))
    check_integer("steps", steps, 1)
    if network == "basenet":
        options = {"stem_filters": 16} | options
    rng = np.random.default_rng(seed)
    if len(images) > steps * _BATCH:
        chosen = rng.choice(len(images), steps * _BATCH, replace=False)
        images, labels = images[chosen], labels[chosen]
    batches = -(-len(images) // _BATCH)
    epochs = max(1, round(steps / batches))
    judge = Classifier.for_images(images.shape[1:], class_names, network=network, **options)
    _initialize(judge.network, rng)
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, epochs * batches)
    judge.compile(keras.optimizers.Adam(schedule))
    judge.fit(
        ShuffledArrays(images, labels, _BATCH, seed),
        epochs=epochs,
        shuffle=False,
        callbacks=list(callbacks),
        verbose=0,
    )
    return judge


def describe_evaluation_classifier(judge: Classifier, data: ImageDataset) -> dict[str, Any]:
    """Tells which judge this is, and how well it knows a dataset's test images.

    Args:
        judge: The classifier.
        data: A dataset of its classes.

    Returns:
        A dict of `name` (of its network), `hash` (of its weights), `accuracy`, and `recognized`:
        the share of the test images to which it gives a class with a probability of at least 0.9.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import describe_evaluation_classifier, train_evaluation_classifier
        >>> digits = load("digits")
        >>> judge = train_evaluation_classifier(digits.x_train, digits.y_train, steps=2, stem_filters=2)
        >>> sorted(describe_evaluation_classifier(judge, digits))
        ['accuracy', 'hash', 'name', 'recognized']
    """
    found = OrderedJudge(judge, data).probabilities(data.x_test)
    return {
        "name": judge.network.name,
        "hash": weights_hash(judge.network.weights),
        "accuracy": float(np.mean(np.argmax(found, axis=1) == data.y_test)),
        "recognized": float(np.mean(found.max(axis=1) >= RECOGNIZED)),
    }


def judge_path(dataset_name: str) -> Path:
    """Gives the place where a dataset's judge is stored, in the current folder.

    Examples:
        >>> from keras_regen.metrics.evaluation_classifier import judge_path
        >>> judge_path("mnist").as_posix()
        'judges/mnist.keras'
    """
    return Path("judges") / f"{dataset_name.replace('/', '_').replace(':', '_')}.keras"


def held_out_hash(data: ImageDataset) -> str:
    """Gives a short name for a dataset's test images: a judge of others may have seen them.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.evaluation_classifier import held_out_hash
        >>> held_out_hash(load("digits", seed=0)) == held_out_hash(load("digits", seed=1))
        False
    """
    return hashlib.sha256(np.ascontiguousarray(data.x_test).tobytes()).hexdigest()[:12]


def _initialize(network, rng):
    """Sets new kernels: those that Keras made depend on what was made before."""
    for weight in network.trainable_weights:
        if weight.path.endswith("kernel"):
            fan_in = np.prod(weight.shape[:-1])
            weight.assign(rng.normal(0, np.sqrt(2 / fan_in), weight.shape))
