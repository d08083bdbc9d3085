"""The rule by which generated images are kept, and the error if too few are."""

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np

from keras_regen.arrays import as_array
from keras_regen.checks import check_choice, check_flag, check_integer, check_number
from keras_regen.generation.generation_report import GenerationReport

CALIBRATED = "calibrated"


@dataclasses.dataclass(frozen=True)
class Acceptance:
    """Tells `keras_regen.generate` which images to keep, in two steps.

    First, the model's head must assign the latent to the requested class. Second, the decoded image
    must be of this class, by one of two rules:

    - by confidence, as in ReGene: a classifier must assign the image to the class, with at least
      the threshold's probability;
    - by distance, for a model whose head is a `PEDCCHead`: the model encodes the image again. The
      nearest centroid must be the centroid of the class, and the distance to it at most that of
      the given quantile of the training images. A softmax is near 1 for most images that are
      nearest to their centroid, so that the distance selects more than the confidence does.

    Args:
        classifier: The classifier of the second step: `None` for the model itself; a
            `keras_regen.ImageModel`; or any Keras model from images
            `(batch, height, width, channels)` in [0, 1] to probabilities `(batch, num_classes)`.
        threshold: `"calibrated"` for the classifier's confidence in each class, which its
            `calibrate` measured; a float in (0, 1]; or a sequence with such a float for each class.
        max_tries: Integer, at least 1: limit of sampled latents for each requested image. For 10
            images of a class, `generate` samples at most `10 * max_tries` latents.
        check_latent: Whether to apply the first step. A model without a head skips it.
        by: `"confidence"`, `"distance"`, or `"auto"`: by distance if the model has centroids, and
            neither `classifier` nor `threshold` is given.
        quantile: Float in (0, 1], for the acceptance by distance: the distance of an accepted image
            is at most the distance that this share of the training images of its class does not
            exceed (of the reconstructions of training images, if these are farther away). Defaults
            to 0.5.

    Raises:
        ValueError: If an argument is not as described.

    Source: ReGene, section 6.2. The acceptance by distance is an addition of this package.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, Acceptance, generate
        >>> from keras_regen.networks import basenet
        >>> model = CSAE.from_preset("csae_digits")
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> classifier = basenet((8, 8, 1), num_classes=10)
        >>> accept = Acceptance(classifier, threshold=1e-6, check_latent=False)
        >>> generate(model, class_id=3, num_samples=5, seed=0, accept=accept).shape
        (5, 8, 8, 1)
    """

    classifier: keras.Model | None = None
    threshold: str | float | Sequence[float] = CALIBRATED
    max_tries: int = 100
    check_latent: bool = True
    by: str = "auto"
    quantile: float | None = None

    def __post_init__(self):
        check_choice("by", self.by, ("auto", "confidence", "distance"))
        if self.quantile is not None:
            check_number("quantile", self.quantile, above=0, maximum=1)
        is_calibrated = isinstance(self.threshold, str) and self.threshold == CALIBRATED
        by_distance = self.by == "distance" or self.quantile is not None
        by_confidence = self.by == "confidence" or self.classifier is not None or not is_calibrated
        if by_distance and by_confidence:
            raise ValueError(
                "The acceptance by distance compares with the centroids of the model itself, and "
                "`quantile` sets its threshold; `classifier` and `threshold` are for the "
                f"acceptance by confidence. Received: by={self.by!r}, quantile={self.quantile}, "
                f"classifier={self.classifier!r}, threshold={self.threshold!r}."
            )
        check_integer("max_tries", self.max_tries, 1)
        check_flag("check_latent", self.check_latent)
        if not (self.classifier is None or isinstance(self.classifier, keras.Model)):
            raise ValueError(
                "`classifier` must be a Keras model, or None for the model itself. "
                f"Received: classifier={self.classifier!r}."
            )
        if is_calibrated:
            return
        values = as_array("threshold", self.threshold)
        is_list = values.ndim <= 1 and values.size and values.dtype.kind in "iuf"
        # Written so that NaN fails.
        if not (is_list and ((values > 0) & (values <= 1)).all()):
            raise ValueError(
                f"`threshold` must be {CALIBRATED!r}, or a probability (more than 0 and at most "
                "1) for all classes, or a probability for each class. "
                f"Received: threshold={self.threshold!r}."
            )
        if values.ndim:
            # A copy: the caller may change the sequence later.
            object.__setattr__(self, "threshold", tuple(values.tolist()))


class AcceptanceError(ValueError):
    """Raised when too few images are accepted within the limit of tries.

    Args:
        message: The numbers of accepted images and of tries, for each class that lacks images.
        images: Array `(num_accepted, height, width, channels)`: the accepted images of all
            classes.
        labels: Integer array `(num_accepted,)`: the labels of the accepted images.
        report: `GenerationReport` of the accepted images, with the tries of each class and step.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, Acceptance, AcceptanceError, generate
        >>> model = CSAE.from_preset("csae_digits")
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> accept = Acceptance(threshold=1.0, max_tries=2, check_latent=False)
        >>> try:
        ...     images = generate(model, class_id=3, num_samples=5, seed=0, accept=accept)
        ... except AcceptanceError as error:
        ...     images, tries = error.images, error.report.tries
        >>> int(tries[3])
        10
    """

    def __init__(
        self, message: str, images: np.ndarray, labels: np.ndarray, report: GenerationReport
    ):
        super().__init__(message)
        self.images, self.labels, self.report = images, labels, report

    def __reduce__(self):
        # For exceptions from another process: pickle keeps only the message by default.
        return type(self), (str(self), self.images, self.labels, self.report)
