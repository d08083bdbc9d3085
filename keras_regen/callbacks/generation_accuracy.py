"""GenerationAccuracy: how soon a model draws what a judge can tell."""

import keras
import numpy as np

from keras_regen.checks import check_integer
from keras_regen.generation.protocol import require_part


class GenerationAccuracy(keras.callbacks.Callback):
    """Draws images after every epoch, and has a judge look at them.

    Put before `HistoryFile` in the list of callbacks, it has its figure in that file.

    Of a model that draws by class, the figure is `generation_accuracy` in the logs: the share of
    images to which the judge gives the class that was asked for, by class and their mean. Of one
    that does not, such as a `keras_regen.GAN`, it is `recognized`: the share to which the judge
    gives any class with at least the threshold's probability. It is 1 too for a model that draws
    one good image only.

    Args:
        judge: A classifier of this package, such as `keras_regen.metrics.train_evaluation_classifier` gives; or
            anything with scikit-learn's `predict_proba` (where classes are asked for, `predict`)
            for images flattened to rows in [0, 1]. Its labels are those of the model.
        num_samples: Integer, at least 1: images in each epoch, of the classes in turn.
        threshold: Float in (0, 1]: the least probability of an image that is recognized.
        seed: Integer: of the images, which come of the same noise in each epoch.
        images: Training images to adapt the model's prior to after each epoch, if it learns from
            latents as that of a `keras_regen.CSAE` does.
        labels: Integer labels of these images.

    Raises:
        ValueError: If a number is out of range; when training begins, if the model does not draw,
            its prior is to be adapted and there are no images, or the judge does not tell
            probabilities.

    Source: DE-GAN, section IV-A and figure 6.

    Examples:
        >>> from sklearn.linear_model import LogisticRegression
        >>> from keras_regen import GAN
        >>> from keras_regen.callbacks import GenerationAccuracy
        >>> from keras_regen.datasets import load
        >>> digits = load("digits")
        >>> pixels = digits.x_train.reshape(-1, 64) / 255
        >>> judge = LogisticRegression(max_iter=1000).fit(pixels, digits.y_train)
        >>> model = GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
        >>> model.compile("adam")
        >>> check = GenerationAccuracy(judge, num_samples=20)
        >>> history = model.fit(digits.x_train, epochs=2, callbacks=[check], verbose=0)
        >>> len(history.history["recognized"])
        2
    """

    def __init__(
        self,
        judge,
        num_samples: int = 1000,
        threshold: float = 0.9,
        seed: int = 0,
        images: np.ndarray | None = None,
        labels: np.ndarray | None = None,
    ):
        super().__init__()
        check_integer("num_samples", num_samples, 1)
        check_integer("seed", seed, 0)
        if not 0 < threshold <= 1:
            raise ValueError(
                "`threshold` must be a probability, more than 0 and at most 1. "
                f"Received: threshold={threshold!r}."
            )
        self.judge, self.num_samples, self.threshold = judge, num_samples, threshold
        self.seed, self.images, self.labels = seed, images, labels

    def on_train_begin(self, logs=None):
        prior = require_part(self.model, "prior", "draw new latents")
        require_part(self.model, "decoder", "draw images")
        if prior.learns and self.images is None:
            raise ValueError(
                f"The model draws from a {type(prior).__name__}, which is adapted only when "
                "training ends. Give images to adapt it to after each epoch: "
                "`GenerationAccuracy(judge, images=x_train, labels=y_train)`."
            )
        asked = ("classify", "predict") if self._by_class() else ("classify", "predict_proba")
        if not any(hasattr(self.judge, name) for name in asked):
            raise ValueError(
                f"The judge of this model must have `{asked[0]}`, as a classifier of this package "
                f"has, or `{asked[1]}`. Received: judge={self.judge!r}."
            )

    def on_epoch_end(self, epoch, logs=None):
        # The models use callbacks, so no callback can import what needs the models before them.
        from keras_regen.generation import generate
        from keras_regen.metrics import generation_accuracy

        if self.model.prior.learns:
            self.model.adapt_prior(self.images, self.labels)
        images, report = generate(
            self.model, num_samples=self.num_samples, seed=self.seed, return_report=True
        )
        if self._by_class():
            shares = generation_accuracy(self.judge, images, report.labels)
            logs["generation_accuracy"] = float(np.nanmean(shares))
        else:
            sure = np.max(self._probabilities(images), axis=1) >= self.threshold
            logs["recognized"] = float(np.mean(sure))

    def _by_class(self):
        return self.model.prior.num_classes is not None

    def _probabilities(self, images):
        if hasattr(self.judge, "image_shape"):
            return self.judge.classify(images, return_probabilities=True)
        return self.judge.predict_proba(images.reshape(len(images), -1))
