"""Does an independent classifier give generated images the class that was asked for?"""

import numpy as np

from keras_regen.checks import check_images, check_labels
from keras_regen.pixel_range import unit_range


def svm_judge(images: np.ndarray, labels: np.ndarray, max_samples: int = 5000, seed: int = 0):
    """Trains a judge that shares nothing with the model judged: a support vector machine.

    Args:
        images: Real training images `(num_samples, height, width, channels)`; integers 0..255 or
            floats 0..1.
        labels: Integer labels `(num_samples,)`.
        max_samples: Integer: images to train on, drawn at random if there are more, because the
            training time grows with their square.
        seed: Integer: of that draw.

    Returns:
        A fitted `sklearn.svm.SVC` that takes images flattened to rows in [0, 1].

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics import svm_judge
        >>> digits = load("digits")
        >>> judge = svm_judge(digits.x_train, digits.y_train)
        >>> judge.score(digits.x_test.reshape(359, -1) / 255, digits.y_test) > 0.97
        True
    """
    from sklearn.svm import SVC

    if len(images) > max_samples:
        chosen = np.random.default_rng(seed).choice(len(images), max_samples, replace=False)
        images, labels = images[chosen], labels[chosen]
    return SVC().fit(_rows(images), labels)


def generation_accuracy(judge, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Measures the share of each class's generated images that a judge gives that class.

    Args:
        judge: What classifies: a model of this package, or anything with scikit-learn's
            `predict` for images flattened to rows in [0, 1].
        images: Generated images `(num_samples, height, width, channels)`.
        labels: Integer labels `(num_samples,)`: the classes that were asked for.

    Returns:
        Array `(num_classes,)`, up to the largest label; NaN for classes that were not asked for.

    Raises:
        ValueError: If images or labels are not as described, or not as many.

    Source: DE-GAN, section IV-C, which calls it the accuracy of generation.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import generation_accuracy, svm_judge
        >>> images = np.concatenate([np.zeros((5, 8, 8, 1)), np.ones((5, 8, 8, 1))])
        >>> labels = np.arange(10) // 5
        >>> generation_accuracy(svm_judge(images, labels), images, labels)
        array([1., 1.])
    """
    labels = np.asarray(labels)
    check_images(images)
    check_labels(labels, len(images))
    found = judge.classify(images) if hasattr(judge, "classify") else judge.predict(_rows(images))
    counts = np.bincount(labels)
    hits = np.bincount(labels[np.asarray(found) == labels], minlength=len(counts))
    return np.divide(hits, counts, out=np.full(len(counts), np.nan), where=counts > 0)


def _rows(images):
    return unit_range(np.asarray(images)).reshape(len(images), -1)
