"""Can a classifier learn from generated images what it needs for real ones?"""

import numpy as np

from keras_regen.checks import check_images, check_labels
from keras_regen.metrics.evaluation_classifier import train_evaluation_classifier


def classification_accuracy_score(
    images: np.ndarray,
    labels: np.ndarray,
    real_images: np.ndarray,
    real_labels: np.ndarray,
    **options,
) -> float:
    """Trains a classifier on generated images, and measures its accuracy on real ones.

    Images that are wrong, blurred or all alike teach less than real ones. Compare with a
    classifier that is trained on as many real images.

    Args:
        images: Generated images `(num_images, height, width, channels)`; integers 0..255 or floats
            0..1.
        labels: The classes `(num_images,)` that were asked for, integers.
        real_images: Held-out real images `(num_real, height, width, channels)` of the same shape,
            of either kind.
        real_labels: Their classes `(num_real,)`, integers.
        **options: Arguments of `train_evaluation_classifier`: `class_names`, `steps`, `seed` and so on. As many
            classes as there are in both labels are taken unless it says otherwise.

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
    images, real_images = np.asarray(images), np.asarray(real_images)
    labels, real_labels = np.asarray(labels), np.asarray(real_labels)
    check_images(images, name="images")
    check_images(real_images, images.shape[1:], name="real_images")
    check_labels(labels, len(images), name="labels")
    check_labels(real_labels, len(real_images), name="real_labels")
    num_classes = int(max(labels.max(), real_labels.max())) + 1
    options.setdefault("class_names", [str(label) for label in range(num_classes)])
    classifier = train_evaluation_classifier(images, labels, **options)
    return float(np.mean(classifier.classify(real_images) == real_labels))
