"""StandardNormalPrior: latents from N(0, I), as of a VAE or a plain GAN."""

import keras

from keras_regen.checks import check_integer
from keras_regen.priors.noise_prior import NoisePrior


@keras.saving.register_keras_serializable(package="keras_regen")
class StandardNormalPrior(NoisePrior):
    """Draws latents from N(0, I); it knows no classes and learns nothing.

    Args:
        latent_dim: Integer, at least 1: dimensions of the latent.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, latent_dim)`: noise from N(0, I), passed on as it is.
    Output shape: the input's.

    Raises:
        ValueError: If `latent_dim` is below 1.

    Source: DE-GAN, section II-A, `p(z)` in equation 4.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import StandardNormalPrior
        >>> StandardNormalPrior(latent_dim=3).sample(5, None, np.random.default_rng(0)).shape
        (5, 3)
    """

    def __init__(self, latent_dim: int, **kwargs):
        check_integer("latent_dim", latent_dim, 1)
        super().__init__(noise_dim=latent_dim, **kwargs)

    @property
    def latent_dim(self) -> int:
        """Dimensions of the latent."""
        return self.noise_dim

    def call(self, noise):
        return noise

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}
