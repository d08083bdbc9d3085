"""The classifier and the thresholds that an `Acceptance` stands for."""

import keras
import numpy as np
from keras import ops

from keras_regen.generation.acceptance import CALIBRATED, Acceptance
from keras_regen.generation.protocol import GenerativeModel

_QUANTILE = 0.5


class AcceptanceRule:
    """Resolves an `Acceptance` for a model: its classifier and a threshold for each class.

    Args:
        model: The model that generates the images.
        acceptance: `Acceptance`.
        num_classes: Integer: number of classes that can be requested.

    Attributes:
        by_distance: Whether images are accepted by the distance to the centroid of their class.
        thresholds: Array `(num_classes,)`, float32: the least score of each class. The score is the
            probability of the class, or the negative distance to its centroid.

    Raises:
        ValueError: If the classifier has another image shape or other classes than the model, a
            calibrated threshold needs a calibration that is missing, or the number of thresholds
            is not the number of classes.
    """

    def __init__(self, model: GenerativeModel, acceptance: Acceptance, num_classes: int):
        self.classifier = model if acceptance.classifier is None else acceptance.classifier
        self.num_classes = num_classes
        self.by_distance = _is_by_distance(model, acceptance)
        if self.by_distance:
            quantiles = ops.convert_to_numpy(model.distance_quantiles)
            shares = np.linspace(0, 1, quantiles.shape[1])
            quantile = _QUANTILE if acceptance.quantile is None else acceptance.quantile
            distances = [np.interp(quantile, shares, row) for row in quantiles]
            self.thresholds = -np.array(distances, "float32")
            return
        if hasattr(self.classifier, "confidence"):
            for quantity, expected, received in (
                ("image shape", model.image_shape, self.classifier.image_shape),
                ("number of classes", num_classes, self.classifier.num_classes),
            ):
                if expected != received:
                    raise ValueError(
                        f"The classifier of the acceptance must have the model's {quantity}, "
                        f"{expected}. Received: {received}."
                    )
            expected, received = list(model.class_names), list(self.classifier.class_names)
            if model.num_classes and expected != received:
                raise ValueError(
                    "The classifier of the acceptance must have the model's classes in the same "
                    f"order, {expected}. Received: {received}."
                )
        else:
            _check_input_shape(self.classifier, model.image_shape)
        name = "model" if self.classifier is model else "classifier"
        self.thresholds = self._thresholds(acceptance.threshold, name)

    def _thresholds(self, threshold, name):
        if not isinstance(threshold, str):
            values = np.atleast_1d(np.asarray(threshold, "float32"))
            if len(values) not in (1, self.num_classes):
                raise ValueError(
                    "`threshold` must be a number, or a sequence with a number for each of the "
                    f"{self.num_classes} classes. Received: {len(values)} numbers."
                )
            return np.broadcast_to(values, self.num_classes)
        if not hasattr(self.classifier, "confidence"):
            raise ValueError(
                "Only models of keras_regen have a calibrated confidence. For another Keras "
                "model set a `threshold`, such as `Acceptance(classifier, threshold=0.9)`. "
                f"Received: threshold={CALIBRATED!r}."
            )
        values = ops.convert_to_numpy(self.classifier.confidence)
        if not values.all():
            raise ValueError(
                f"The {name} is not calibrated, so the acceptance has no threshold. Call "
                f"`{name}.calibrate(x_test, y_test)` with held-out images, or set a `threshold`, "
                "such as `Acceptance(threshold=0.9)`."
            )
        return values

    def scores(
        self, images: np.ndarray, targets: np.ndarray, batch_size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Computes the scores of images, which are compared with the thresholds.

        Args:
            images: Images `(num_samples, height, width, channels)`.
            targets: Integer array `(num_samples,)`: the requested classes.
            batch_size: Integer: images in one step.

        Returns:
            A tuple of the scores, minus infinity for an image that is nearer to another centroid,
            and of the probabilities of the requested classes, `(num_samples,)` each.

        Raises:
            ValueError: If the output of the classifier is not a probability for each class.
        """
        rows = np.arange(len(images))
        if not self.by_distance:
            confidence = self._probabilities(images, batch_size)[rows, targets]
            return confidence, confidence
        latents = self.classifier.encode(images, batch_size=batch_size)
        distances = self.classifier._centroid_distances(latents, batch_size)
        is_nearest = np.argmin(distances, axis=1) == targets
        # The softmax of the negative squared distances, as in the model.
        shares = np.exp(distances.min(axis=1, keepdims=True) ** 2 - distances**2)
        confidence = shares[rows, targets] / shares.sum(axis=1)
        return np.where(is_nearest, -distances[rows, targets], -np.inf), confidence

    def describe(self, label: int, best: float) -> str:
        """Describes the threshold of a class and the best score of its images."""
        threshold = self.thresholds[label]
        if self.by_distance:
            return (
                f"where the distance to the centroid must be at most {-threshold:.6g} and the "
                f"smallest distance was {-best:.6g}"
            )
        return f"where the threshold is {threshold:.6g} and the highest probability was {best:.6g}"

    def _probabilities(self, images: np.ndarray, batch_size: int) -> np.ndarray:
        if hasattr(self.classifier, "confidence"):
            return self.classifier.classify(images, batch_size, return_probabilities=True)
        outputs = self.classifier.predict(images, int(batch_size), verbose=0)
        shapes = keras.tree.map_structure(np.shape, outputs)
        if not isinstance(outputs, np.ndarray) or shapes != (len(images), self.num_classes):
            raise ValueError(
                "The classifier of the acceptance must return a probability for each of the "
                f"{self.num_classes} classes, ({len(images)}, {self.num_classes}) for "
                f"{len(images)} images. Received: {shapes}."
            )
        outputs = outputs.astype("float32")
        # Half precision rounds a little above 1. Written so that NaN fails.
        if not (outputs.min() >= 0 and outputs.max() <= 1.01):
            raise ValueError(
                "The classifier of the acceptance must return probabilities, from 0 to 1. "
                f"Received: values from {outputs.min():g} to {outputs.max():g}. Put a "
                "`keras.layers.Softmax` after its logits."
            )
        return outputs


def _is_by_distance(model, acceptance):
    has_centroids = model.distance_quantiles is not None
    known = has_centroids and ops.convert_to_numpy(model.distance_quantiles).any()
    reason = (
        "its distances are measured at the end of `fit`, or by `adapt_prior`"
        if has_centroids
        else "it has no centroids"
    )
    if acceptance.by == "distance" and not known:
        raise ValueError(
            f"{type(model).__name__} {model.name!r} cannot accept by distance: {reason}. "
            "Received: by='distance'."
        )
    if acceptance.by != "auto":
        return acceptance.by == "distance"
    is_default = acceptance.classifier is None and isinstance(acceptance.threshold, str)
    if acceptance.quantile is not None and not known:
        raise ValueError(
            "`quantile` is for the acceptance by distance. "
            f"{type(model).__name__} {model.name!r} cannot accept by distance: {reason}. "
            f"Received: quantile={acceptance.quantile}."
        )
    return bool(known and is_default)


def _check_input_shape(classifier, image_shape):
    shape = getattr(classifier, "input_shape", None)  # a subclass of `keras.Model` has none
    if shape is None:
        return
    sizes = tuple(shape[1:]) if isinstance(shape, tuple) else ()
    fits = len(sizes) == len(image_shape) and all(
        size in (None, expected) for size, expected in zip(sizes, image_shape, strict=True)
    )
    if not fits:
        raise ValueError(
            f"The classifier of the acceptance must take the model's images, {image_shape}. "
            f"Received: a classifier with the input shape {shape}."
        )
