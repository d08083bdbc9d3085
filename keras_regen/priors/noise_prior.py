"""NoisePrior: what the priors share that turn random noise into latents, and learn nothing."""

import numpy as np
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.priors.base import Prior

_BATCH = 256


class NoisePrior(Prior):
    """A prior that maps noise from N(0, I) to latents, whatever the training latents are.

    As a layer it maps a batch of noise, in front of any generator and inside its training;
    `sample` draws the noise by itself.

    A subclass defines `call`, and `compute_output_shape` where the shape changes.

    Args:
        noise_dim: Integer, at least 1: numbers of noise for each latent.
        **kwargs: Arguments of `keras_regen.priors.Prior`.

    Raises:
        ValueError: If `noise_dim` is below 1.

    Examples:
        >>> from keras_regen.priors import NoisePrior, StandardNormalPrior
        >>> isinstance(StandardNormalPrior(latent_dim=2), NoisePrior)
        True
    """

    learns = False

    def __init__(self, noise_dim: int, **kwargs):
        check_integer("noise_dim", noise_dim, 1)
        super().__init__(**kwargs)
        self.noise_dim = noise_dim

    @property
    def adapted(self) -> bool:
        """Whether the prior can be drawn from."""
        return True

    def sample(
        self, num_samples: int, class_id: int | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Draws noise, and maps it to latents.

        Args:
            num_samples: Integer: how many.
            class_id: Not used by a prior without classes.
            rng: The generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not ready to be drawn from.
        """
        return self.latents(rng.standard_normal((num_samples, self.noise_dim), "float32"))

    def latents(self, noise: np.ndarray) -> np.ndarray:
        """Maps noise to latents, in batches.

        Args:
            noise: Array `(num_samples, noise_dim)`.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the noise has another shape, or the prior is not trained.
        """
        self.check_ready()
        noise = np.asarray(noise, "float32")
        if noise.ndim != 2 or noise.shape[1] != self.noise_dim:
            raise ValueError(
                f"The noise must have the shape (num_samples, {self.noise_dim}). "
                f"Received an array of shape {noise.shape}."
            )
        latents = np.empty((len(noise), self.latent_dim), "float32")
        for start in range(0, len(noise), _BATCH):
            batch = ops.convert_to_tensor(noise[start : start + _BATCH])
            latents[start : start + _BATCH] = ops.convert_to_numpy(self(batch))
        return latents

    def check_ready(self) -> None:
        """Raises `ValueError` if the prior has parts to be trained first, and they are not."""

    def get_config(self):
        # What this class sets for its subclasses is no argument of theirs.
        config = super().get_config()
        del config["num_classes"]
        return config
