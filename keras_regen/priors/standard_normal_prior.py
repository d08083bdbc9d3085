"""StandardNormalPrior: latents from N(0, I), as for a VAE or a plain GAN."""

from typing import Any

import keras

from keras_regen.checks import check_integer
from keras_regen.priors.noise_prior import NoisePrior


@keras.saving.register_keras_serializable(package="keras_regen")
class StandardNormalPrior(NoisePrior):
    """Samples latents from N(0, I). It has no classes and does not learn.

    Args:
        latent_dim: Integer, at least 1: the dimension of the latent.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, latent_dim)`: noise from N(0, I), returned unchanged.
    Output shape: the same as the input shape.

    Raises:
        ValueError: If `latent_dim` is below 1.

    Source: DE-GAN, section II-A, `p(z)` in equation 4.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import StandardNormalPrior
        >>> StandardNormalPrior(latent_dim=3).sample(5, None, np.random.default_rng(0)).shape
        (5, 3)
    """

    def __init__(self, latent_dim: int, **kwargs: Any):
        check_integer("latent_dim", latent_dim, 1)
        super().__init__(noise_dim=latent_dim, **kwargs)

    @property
    def latent_dim(self) -> int:
        """Dimension of the latent."""
        return self.noise_dim

    def call(self, noise: Any) -> Any:
        return noise

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent_dim": self.latent_dim}
