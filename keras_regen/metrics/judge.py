"""A judge of drawn images: a small network that has seen real ones, and nothing of the model."""

import keras
import numpy as np

from keras_regen.checks import check_images, check_integer, check_labels
from keras_regen.datasets import ShuffledArrays
from keras_regen.models import Classifier

_BATCH = 64


def train_judge(
    images: np.ndarray,
    labels: np.ndarray,
    num_classes: int | None = None,
    *,
    steps: int = 2000,
    stem_filters: int = 16,
    seed: int = 0,
) -> Classifier:
    """Trains a small convolutional classifier to judge drawn images.

    It shares no weights, no training and no random numbers with any other model: one seed gives
    one judge on one machine and backend, whatever was trained before.

    Args:
        images: Real training images `(num_samples, height, width, channels)`; integers 0..255 or
            floats 0..1.
        labels: Integer labels `(num_samples,)`.
        num_classes: Integer, at least 2. Defaults to what the labels have.
        steps: Integer, at least 1: about so many steps of 64 images each, in whole epochs.
        stem_filters: Integer: size of the network, as in `keras_regen.networks.basenet`.
        seed: Integer: of the initial weights and the order of images.

    Returns:
        A trained `keras_regen.Classifier`.

    Raises:
        ValueError: If the images or labels cannot be taken.

    Source: DE-GAN, section IV-A1, which judges by a CNN of real images.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import train_judge
        >>> digits = load("digits")
        >>> judge = train_judge(digits.x_train, digits.y_train, steps=2, stem_filters=2)
        >>> judge.num_classes
        10
    """
    check_images(images)
    check_labels(labels, len(images))
    check_integer("steps", steps, 1)
    num_classes = int(labels.max()) + 1 if num_classes is None else num_classes
    names = [str(label) for label in range(num_classes)]
    rng = np.random.default_rng(seed)
    if len(images) > steps * _BATCH:
        chosen = rng.choice(len(images), steps * _BATCH, replace=False)
        images, labels = images[chosen], labels[chosen]
    batches = -(-len(images) // _BATCH)
    epochs = max(1, round(steps / batches))
    judge = Classifier.for_images(images.shape[1:], names, stem_filters=stem_filters)
    _initialize(judge.network, rng)
    schedule = keras.optimizers.schedules.CosineDecay(3e-3, epochs * batches)
    judge.compile(keras.optimizers.Adam(schedule))
    judge.fit(ShuffledArrays(images, labels, _BATCH, seed), epochs=epochs, shuffle=False, verbose=0)
    return judge


def _initialize(network, rng):
    """Sets new kernels: those that Keras made depend on what was made before."""
    for weight in network.trainable_weights:
        if weight.path.endswith("kernel"):
            fan_in = np.prod(weight.shape[:-1])
            weight.assign(rng.normal(0, np.sqrt(2 / fan_in), weight.shape))
