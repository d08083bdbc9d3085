"""ClassPrior: what the priors share that learn each class from its own training latents."""

import numpy as np
from keras import ops

from keras_regen.checks import check_labels
from keras_regen.priors.base import Prior


class ClassPrior(Prior):
    """A prior with a state for each class, that knows of how many latents it was learned.

    A subclass creates its weights in `build`, the weight `count` `(num_classes,)` among them, and
    sets `latent_dim` there.

    Args:
        num_classes: Integer: the number of classes of the latents.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: latents that were learned of each class.
        latent_dim: Integer: dimensions of the latents; `None` before the first.

    Examples:
        >>> from keras_regen.priors import ClassGaussianPrior, ClassPrior
        >>> isinstance(ClassGaussianPrior(num_classes=10), ClassPrior)
        True
    """

    def __init__(self, num_classes: int, **kwargs):
        super().__init__(num_classes, **kwargs)
        self.latent_dim = None

    @property
    def adapted(self) -> bool:
        """Whether the prior has seen training latents."""
        return self.built and bool(np.any(ops.convert_to_numpy(self.count)))

    def check_batch(self, latents, labels) -> tuple[np.ndarray, np.ndarray]:
        """Checks one batch of training latents, and builds the prior for the first.

        Args:
            latents: Array `(batch, latent_dim)`.
            labels: Integer array `(batch,)`.

        Returns:
            Both as NumPy arrays, the latents in float64.

        Raises:
            ValueError: If shapes differ from each other or from earlier batches, a latent is not
                finite, or a label is out of range.
        """
        latents, labels = np.asarray(latents, "float64"), np.asarray(labels)
        check_labels(labels, num_samples=len(latents), num_classes=self.num_classes)
        if latents.ndim != 2 or self.latent_dim not in (None, latents.shape[1]):
            raise ValueError(
                f"The latents must have the shape (batch, {self.latent_dim or 'latent_dim'}). "
                f"Received an array of shape {latents.shape}."
            )
        if not np.isfinite(latents).all():
            raise ValueError(
                "The latents must be finite. Received: NaN or infinite values, as an encoder "
                "gives after a training that diverged."
            )
        if not self.built:
            self.build(latents.shape)
        return latents, labels

    def check_class(self, class_id: int) -> None:
        """Raises `ValueError` unless latents of this class were learned."""
        if not self.adapted:
            raise ValueError(
                "The prior is not adapted: it has seen no training latents. `fit` adapts it when "
                "training ends; for data that can be read only once, call "
                "`model.adapt_prior(images, labels)`."
            )
        if not 0 <= class_id < self.num_classes:
            raise ValueError(
                f"`class_id` must lie in 0..{self.num_classes - 1}. Received: class_id={class_id}."
            )
        if not ops.convert_to_numpy(self.count)[class_id]:
            raise ValueError(
                f"The prior was adapted to latents without class {class_id}, so it cannot draw "
                "one. Adapt it to data that has every class."
            )

    def add_state(self, name: str, *shape: int):
        """Adds a weight that is learned from latents and never trained."""
        return self.add_weight(
            shape=shape, initializer="zeros", trainable=False, dtype="float32", name=name
        )
