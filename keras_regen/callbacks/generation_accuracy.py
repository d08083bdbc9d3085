"""`GenerationAccuracy`: measures after each epoch whether generated images are recognized."""

from typing import Any

import keras
import numpy as np

from keras_regen.arrays import as_array
from keras_regen.checks import check_integer, check_number, named_errors
from keras_regen.generation import generate
from keras_regen.metrics import generation_accuracy


class GenerationAccuracy(keras.callbacks.Callback):
    """Generates images after every epoch, and classifies them by an evaluation classifier.

    It adds a value to the logs of the epoch. Put it before `HistoryFile` in the list of callbacks,
    so that the history file has the value.

    If the model generates images by class, the value is `generation_accuracy`: the share of
    generated images that the classifier assigns to their class, averaged over the classes. If not,
    as for a `keras_regen.GAN`, the value is `recognized`: the share of generated images whose
    largest class probability is at least the threshold. It does not measure diversity: `recognized`
    is 1 for a model that always generates the same good image.

    Args:
        classifier: Evaluation classifier: a classifier of this package, such as
            `keras_regen.metrics.train_evaluation_classifier` returns, or an object with
            scikit-learn's `predict_proba` (or `predict`, if the model generates by class) for
            images flattened to rows in [0, 1]. Its labels are those of the model.
        num_samples: Integer, at least 1: generated images per epoch, of all classes in turn.
        threshold: Float in (0, 1]: least probability of a recognized image.
        seed: Integer: seed of the images. Every epoch decodes the same noise.
        images: Training images. They adapt the model's prior after each epoch, if it learns from
            latents as the prior of a `keras_regen.CSAE` does.
        labels: Integer labels of these images.

    Raises:
        ValueError: If a number is out of range. When training starts: if the model does not
            generate images, if its prior learns from latents and `images` is missing, or if the
            classifier does not have the required method.

    Source: DE-GAN, section IV-A and figure 6.

    Examples:
        >>> from sklearn.linear_model import LogisticRegression
        >>> from keras_regen import GAN
        >>> from keras_regen.callbacks import GenerationAccuracy
        >>> from keras_regen.datasets import load
        >>> digits = load("digits")
        >>> pixels = digits.x_train.reshape(-1, 64) / 255
        >>> classifier = LogisticRegression(max_iter=1000).fit(pixels, digits.y_train)
        >>> model = GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
        >>> model.compile("adam")
        >>> callback = GenerationAccuracy(classifier, num_samples=20)
        >>> history = model.fit(digits.x_train, epochs=2, callbacks=[callback], verbose=0)
        >>> len(history.history["recognized"])
        2
    """

    def __init__(
        self,
        classifier: Any,
        num_samples: int = 1000,
        threshold: float = 0.9,
        seed: int = 0,
        images: np.ndarray | None = None,
        labels: np.ndarray | None = None,
    ):
        super().__init__()
        check_integer("num_samples", num_samples, 1)
        check_integer("seed", seed, 0)
        check_number("threshold", threshold, maximum=1, above=0)
        self.classifier, self.num_samples, self.threshold = classifier, num_samples, threshold
        self.seed, self.images, self.labels = seed, images, labels

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        for part in ("prior", "decoder"):
            if getattr(self.model, part, None) is None:
                raise ValueError(
                    "`GenerationAccuracy` needs a model that generates images. "
                    f"Received: {type(self.model).__name__} {self.model.name!r}, which has no "
                    f"{part}."
                )
        if self.model.prior.learns and self.images is None:
            raise ValueError(
                f"The model has a {type(self.model.prior).__name__}, which `fit` adapts only "
                "after the last epoch. Pass training images to adapt it after each epoch: "
                "`GenerationAccuracy(classifier, images=x_train, labels=y_train)`."
            )
        method = "predict" if self._generates_by_class() else "predict_proba"
        ours = hasattr(self.classifier, "classify")
        plain = isinstance(self.classifier, keras.Model)  # its `predict` takes no rows
        if not ours and (plain or not hasattr(self.classifier, method)):
            raise ValueError(
                "`classifier` must be a classifier of this package, or have the method "
                f"`{method}`. Received: classifier={self.classifier!r}."
            )
        names = list(getattr(self.classifier, "class_names", self.model.class_names))
        if self._generates_by_class() and names != list(self.model.class_names):
            raise ValueError(
                f"`classifier` must have the classes {list(self.model.class_names)} of the model, "
                f"in this order. Received: a classifier of {names}."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self.model.prior.learns:
            self.model.adapt_prior(self.images, self.labels)
        images, report = generate(
            self.model, num_samples=self.num_samples, seed=self.seed, return_report=True
        )
        if self._generates_by_class():
            accuracies = generation_accuracy(self.classifier, images, report.labels)
            logs["generation_accuracy"] = float(np.nanmean(accuracies))
        else:
            recognized = np.max(self._probabilities(images), axis=1) >= self.threshold
            logs["recognized"] = float(np.mean(recognized))

    def _generates_by_class(self) -> bool:
        return self.model.prior.num_classes is not None

    def _probabilities(self, images: np.ndarray) -> np.ndarray:
        if hasattr(self.classifier, "classify"):
            return self.classifier.classify(images, return_probabilities=True)
        rows = images.reshape(len(images), -1)
        with named_errors("classifier.predict_proba", f"rows of shape {rows.shape}"):
            probabilities = self.classifier.predict_proba(rows)
        probabilities = as_array("probabilities", probabilities)
        if probabilities.ndim != 2 or len(probabilities) != len(images):
            raise ValueError(
                "`classifier.predict_proba` must return the probabilities of the classes for each "
                f"image. Received: shape={probabilities.shape} for {len(images)} images."
            )
        return probabilities
