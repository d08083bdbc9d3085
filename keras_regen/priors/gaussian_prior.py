"""GaussianPrior: one normal distribution for all latents."""

import keras
import numpy as np

from keras_regen.priors.base import Prior
from keras_regen.priors.class_gaussian_prior import ClassGaussianPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class GaussianPrior(Prior):
    """Draws latents from the mean and covariance of all training latents; it knows no classes.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import GaussianPrior
        >>> prior = GaussianPrior()
        >>> prior.adapt(np.random.default_rng(0).normal(size=(50, 3)))
        >>> prior.sample(4, None, rng=np.random.default_rng(0)).shape
        (4, 3)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        # All latents are of one class to it.
        self.gaussian = ClassGaussianPrior(num_classes=1, shrinkage=0.0)

    def build(self, input_shape):
        self.gaussian.build(input_shape)

    @property
    def latent_dim(self) -> int | None:
        """Dimensions of the latents; `None` before the first."""
        return self.gaussian.latent_dim

    @property
    def adapted(self) -> bool:
        """Whether the prior has seen training latents."""
        return self.gaussian.adapted

    def reset_state(self) -> None:
        """Begins a new pass over the training latents."""
        self.gaussian.reset_state()

    def update_state(self, latents, labels=None) -> None:
        """Adds one batch to the running moments, in float64.

        Args:
            latents: Array `(batch, latent_dim)`.
            labels: Not used.

        Raises:
            ValueError: If the shape differs from that of earlier batches, or a latent is not
                finite.
        """
        if not self.built:
            self.build(np.shape(latents))
        self.gaussian.update_state(latents, np.zeros(len(latents), int))

    def finalize_state(self) -> None:
        """Ends the pass: the mean and the square root of the covariance go into the weights.

        Raises:
            ValueError: If no latents were seen.
        """
        self.gaussian.finalize_state()

    def sample(
        self, num_samples: int, class_id: int | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Draws latents.

        Args:
            num_samples: Integer: how many.
            class_id: Not used.
            rng: The generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted.
        """
        return self.gaussian.sample(num_samples, 0, rng)

    def get_config(self):
        # What this class sets is no argument of it.
        config = super().get_config()
        del config["num_classes"]
        return config
