"""Which of the drawn images are kept, and the error when too few are."""

import dataclasses
from collections.abc import Sequence

import keras
import numpy as np

from keras_regen.checks import check_integer
from keras_regen.generation.generation_report import GenerationReport

CALIBRATED = "calibrated"


@dataclasses.dataclass(frozen=True)
class Acceptance:
    """Which of the drawn images `keras_regen.generate` keeps, by ReGene's two steps.

    A latent must be given its class by the model's own head; the image decoded from it must be
    given its class by a classifier, the judge, with at least the threshold's confidence.

    Args:
        classifier: The judge: `None` for the model itself; a `keras_regen.ImageModel`; or any
            Keras model from images `(batch, height, width, channels)` in [0, 1] to probabilities
            `(batch, num_classes)`.
        threshold: `"calibrated"`, for the mean confidence that the judge had in each class in its
            `calibrate`; a float in (0, 1]; or one such float for each class.
        max_tries: Integer, at least 1: latents to draw for each image asked for, at most. Of a
            class of which 10 images are asked for, no more than `10 * max_tries` are drawn.
        check_latent: Boolean: whether to take the first step. It is left out too for a model
            without a head.

    Raises:
        ValueError: If an argument is not as described.

    Source: ReGene, section 6.2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, Acceptance, generate
        >>> from keras_regen.networks import basenet
        >>> model = CSAE.from_preset("csae_digits")
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> judge = basenet((8, 8, 1), num_classes=10)
        >>> accept = Acceptance(judge, threshold=1e-6, check_latent=False)
        >>> generate(model, class_id=3, num_samples=5, seed=0, accept=accept).shape
        (5, 8, 8, 1)
    """

    classifier: keras.Model | None = None
    threshold: str | float | Sequence[float] = CALIBRATED
    max_tries: int = 100
    check_latent: bool = True

    def __post_init__(self):
        check_integer("max_tries", self.max_tries, 1)
        if not (self.classifier is None or isinstance(self.classifier, keras.Model)):
            raise ValueError(
                "`classifier` must be a Keras model, or None for the model that draws. "
                f"Received: classifier={self.classifier!r}."
            )
        if isinstance(self.threshold, str) and self.threshold == CALIBRATED:
            return
        try:
            values = np.asarray(self.threshold, "float64")
        except (TypeError, ValueError):
            values = np.array(np.nan)
        # Written so that NaN fails.
        if values.ndim > 1 or values.size == 0 or not ((values > 0) & (values <= 1)).all():
            raise ValueError(
                f"`threshold` must be {CALIBRATED!r}, or one probability for all classes or for "
                "each: more than 0, and at most 1. "
                f"Received: threshold={self.threshold!r}."
            )
        if values.ndim:
            # So that what is frozen does not change with the caller's list.
            object.__setattr__(self, "threshold", tuple(values.tolist()))


class AcceptanceError(ValueError):
    """Too few of the drawn images were accepted within the limit of tries.

    Args:
        message: What was accepted of what was tried, for each class that lacks images.
        images: Array `(num_accepted, height, width, channels)`: the images accepted, of all
            classes.
        labels: Integer array `(num_accepted,)`: their classes.
        report: Their `GenerationReport`, with the tries of each class and step.

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
