"""The accuracy on real images of a classifier that is trained on generated images."""

from typing import Any

import numpy as np

from keras_regen.arrays import as_array, check_images, check_labels
from keras_regen.metrics.evaluation_classifier import train_evaluation_classifier


def classification_accuracy_score(
    images: np.ndarray,
    labels: np.ndarray,
    real_images: np.ndarray,
    real_labels: np.ndarray,
    **options: Any,
) -> float:
    """Trains a classifier on generated images, and computes its accuracy on real images.

    Wrong, blurred or too similar images lower the accuracy. Compare with a classifier that is
    trained on the same number of real images.

    Args:
        images: Generated images `(num_images, height, width, channels)`; integers 0..255 or floats
            0..1.
        labels: The requested classes `(num_images,)`, integers.
        real_images: Held-out real images `(num_real, height, width, channels)` of the same shape,
            of either kind.
        real_labels: Their classes `(num_real,)`, integers.
        **options: Arguments of `train_evaluation_classifier`: `class_names`, `steps`, `seed` and
            others. `class_names` defaults to the numbers up to the largest of all labels, and
            `augment` to false, so that nothing but the images determines the score.

    Returns:
        The accuracy, in [0, 1].

    Raises:
        ValueError: If images or labels are not as described.

    Source: Ravuri and Vinyals, 2019, https://arxiv.org/abs/1905.10887, section 3.1.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import classification_accuracy_score
        >>> digits = load("digits")
        >>> real = digits.x_train, digits.y_train, digits.x_test, digits.y_test
        >>> 0 <= classification_accuracy_score(*real, steps=2, stem_filters=2) <= 1
        True
    """
    images, real_images = as_array("images", images), as_array("real_images", real_images)
    labels, real_labels = as_array("labels", labels), as_array("real_labels", real_labels)
    check_images(images, name="images")
    check_images(real_images, images.shape[1:], name="real_images")
    check_labels(labels, len(images), name="labels")
    check_labels(real_labels, len(real_images), name="real_labels")
    num_classes = int(max(labels.max(), real_labels.max())) + 1
    options.setdefault("class_names", [str(label) for label in range(num_classes)])
    options.setdefault("augment", False)
    classifier = train_evaluation_classifier(images, labels, **options)
    return float(np.mean(classifier.classify(real_images) == real_labels))
