"""Who decides whether a drawn image is of its class, and from which confidence on."""

import keras
import numpy as np
from keras import ops

from keras_regen.generation.acceptance import CALIBRATED, Acceptance
from keras_regen.generation.protocol import GenerativeModel


class AcceptanceRule:
    """An `Acceptance` as it applies to one model.

    Args:
        model: The model that draws.
        acceptance: `Acceptance`.
        num_classes: Integer: the number of classes that can be asked for.

    Attributes:
        thresholds: Array `(num_classes,)`, float32.

    Raises:
        ValueError: If the judging classifier is of other images or classes, is not calibrated
            though the threshold asks for it, or there are not as many thresholds as classes.
    """

    def __init__(self, model: GenerativeModel, acceptance: Acceptance, num_classes: int):
        self.classifier = model if acceptance.classifier is None else acceptance.classifier
        self.num_classes = num_classes
        if hasattr(self.classifier, "confidence"):
            for what, own, other in (
                ("images of shape", model.image_shape, self.classifier.image_shape),
                ("number of classes", num_classes, self.classifier.num_classes),
            ):
                if own != other:
                    raise ValueError(
                        f"The classifier that judges must be of the model's {what}. "
                        f"Received: {other} for {own}."
                    )
            names = model.class_names, self.classifier.class_names
            if model.num_classes and list(names[0]) != list(names[1]):
                raise ValueError(
                    f"The classifier that judges must know the model's classes, {list(names[0])}, "
                    f"in their order. Received: {list(names[1])}."
                )
        self.thresholds = self._thresholds(acceptance, self.classifier is model)

    def _thresholds(self, acceptance, of_itself):
        threshold = acceptance.threshold
        if not isinstance(threshold, str):
            values = np.atleast_1d(np.asarray(threshold, "float32"))
            if len(values) not in (1, self.num_classes):
                raise ValueError(
                    f"`threshold` must be one number, or one for each of the {self.num_classes} "
                    f"classes. Received: {len(values)} numbers."
                )
            return np.broadcast_to(values, self.num_classes)
        if not hasattr(self.classifier, "confidence"):
            raise ValueError(
                "A Keras model that is not of keras_regen has no calibrated confidence: give a "
                "`threshold`, such as `Acceptance(classifier, threshold=0.9)`. "
                f"Received: threshold={CALIBRATED!r}."
            )
        values = ops.convert_to_numpy(self.classifier.confidence)
        if not values.all():
            name = "model" if of_itself else "classifier"
            raise ValueError(
                f"The {name} is not calibrated, so there is no confidence to ask of its images. "
                f"Call `{name}.calibrate(x_test, y_test)` with held-out images, or give a "
                "`threshold`, such as `Acceptance(threshold=0.9)`."
            )
        return values

    def probabilities(self, images: np.ndarray, batch_size: int) -> np.ndarray:
        """Gives the probabilities of the classes, `(num_samples, num_classes)`.

        Raises:
            ValueError: If the classifier does not give a probability of each class.
        """
        if hasattr(self.classifier, "confidence"):
            return self.classifier.classify(images, batch_size, return_probabilities=True)
        found = self.classifier.predict(images, batch_size, verbose=0)
        shapes = keras.tree.map_structure(np.shape, found)
        if not isinstance(found, np.ndarray) or shapes != (len(images), self.num_classes):
            raise ValueError(
                "The classifier that judges must give one probability for each of the "
                f"{self.num_classes} classes, ({len(images)}, {self.num_classes}) for "
                f"{len(images)} images. Received: {shapes}."
            )
        found = found.astype("float32")
        # Half precision rounds a little above 1. Written so that NaN fails.
        if not (found.min() >= 0 and found.max() <= 1.01):
            raise ValueError(
                "The classifier that judges must give probabilities, from 0 to 1. Received: "
                f"values from {found.min():g} to {found.max():g}. Put a `keras.layers.Softmax` "
                "after its scores."
            )
        return found
