"""The share of generated images that a classifier assigns to the requested class."""

from typing import Any

import keras
import numpy as np

from keras_regen.arrays import as_array, check_images, check_labels, unit_range
from keras_regen.checks import named_errors


def generation_accuracy(classifier: Any, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Computes the share of the generated images of each class that a classifier assigns to it.

    Args:
        classifier: A model of this package that classifies, or an object with the method `predict`
            of scikit-learn, for images flattened to rows in [0, 1].
        images: Generated images `(num_samples, height, width, channels)`.
        labels: Integer labels `(num_samples,)`: the requested classes.

    Returns:
        Array `(num_classes,)`, up to the largest label; NaN for classes that were not requested.

    Raises:
        ValueError: If images or labels are not as described or differ in number, or the classifier
            does not return a label for each image.

    Source: DE-GAN, section IV-C, which calls it the accuracy of generation.

    Examples:
        >>> import numpy as np
        >>> from sklearn.svm import SVC
        >>> from keras_regen.metrics import generation_accuracy
        >>> images = np.concatenate([np.zeros((5, 8, 8, 1)), np.ones((5, 8, 8, 1))])
        >>> labels = np.arange(10) // 5
        >>> classifier = SVC().fit(images.reshape(10, -1), labels)
        >>> generation_accuracy(classifier, images, labels)
        array([1., 1.])
    """
    images, labels = as_array("images", images), as_array("labels", labels)
    check_images(images)
    check_labels(labels, len(images))
    predicted = _predicted(classifier, images)
    counts = np.bincount(labels)
    hits = np.bincount(labels[predicted == labels], minlength=len(counts))
    return np.divide(hits, counts, out=np.full(len(counts), np.nan), where=counts > 0)


def _predicted(classifier, images):
    """The labels that a classifier assigns to images."""
    if hasattr(classifier, "classify"):
        return classifier.classify(images)
    if isinstance(classifier, (keras.Model, type)) or not hasattr(classifier, "predict"):
        hint = (
            " Wrap a Keras model: `keras_regen.Classifier(model)`."
            if isinstance(classifier, keras.Model)
            else ""
        )
        raise ValueError(
            "`classifier` must be a model of this package that classifies, or have the method "
            f"`predict` of scikit-learn. Received: classifier={classifier!r}.{hint}"
        )
    rows = unit_range(images).reshape(len(images), -1)
    with named_errors("classifier.predict", f"rows of shape {rows.shape}"):
        predicted = np.asarray(classifier.predict(rows))
    if predicted.shape != (len(images),):
        raise ValueError(
            "`classifier.predict` must return a label for each image. "
            f"Received: an array of shape {predicted.shape} for {len(images)} images."
        )
    return predicted
