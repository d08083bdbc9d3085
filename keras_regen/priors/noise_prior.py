"""NoisePrior: the base class of the priors that map random noise to latents."""

from typing import Any

import numpy as np
import numpy.typing as npt
from keras import ops

from keras_regen.arrays import as_array
from keras_regen.checks import check_integer
from keras_regen.priors.base import Prior, check_sampling

_BATCH = 256


class NoisePrior(Prior):
    """Maps noise from N(0, I) to latents. It does not learn from training latents.

    As a layer, it maps a batch of noise, so it can precede a generator during its training.
    `sample` samples the noise and maps it.

    A subclass defines `call`, and `compute_output_shape` if the shape changes.

    Args:
        noise_dim: Integer, at least 1: the number of noise values for each latent.
        **kwargs: Arguments of `keras_regen.priors.Prior`.

    Raises:
        ValueError: If `noise_dim` is below 1.

    Examples:
        >>> from keras_regen.priors import NoisePrior, StandardNormalPrior
        >>> isinstance(StandardNormalPrior(latent_dim=2), NoisePrior)
        True
    """

    learns = False

    def __init__(self, noise_dim: int, **kwargs: Any):
        check_integer("noise_dim", noise_dim, 1)
        super().__init__(**kwargs)
        self.noise_dim = int(noise_dim)

    @property
    def adapted(self) -> bool:
        """Whether the prior can sample latents."""
        return True

    def sample(
        self, num_samples: int, class_id: int | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Samples noise and maps it to latents.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Ignored by a prior without classes.
            rng: Generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If a network of the prior is not trained.
        """
        check_sampling(num_samples, rng)
        return self.latents(rng.standard_normal((num_samples, self.noise_dim), "float32"))

    def latents(self, noise: npt.ArrayLike) -> np.ndarray:
        """Maps noise to latents, in batches.

        Args:
            noise: Array `(num_samples, noise_dim)`.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the noise has another shape, or a network of the prior is not trained.
        """
        self.check_ready()
        noise = as_array("noise", noise)
        if noise.dtype.kind not in "iuf" or noise.ndim != 2 or noise.shape[1] != self.noise_dim:
            raise ValueError(
                f"The noise must have the shape (num_samples, {self.noise_dim}). "
                f"Received an array of shape {noise.shape} and type {noise.dtype}."
            )
        noise = noise.astype("float32", copy=False)
        latents = np.empty((len(noise), self.latent_dim), "float32")
        for start in range(0, len(noise), _BATCH):
            batch = ops.convert_to_tensor(noise[start : start + _BATCH])
            latents[start : start + _BATCH] = ops.convert_to_numpy(self(batch))
        return latents

    def check_ready(self) -> None:
        """Raises an error if a network of the prior is not trained.

        Raises:
            ValueError: If a network of the prior is not trained.
        """

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["num_classes"]  # the constructors of the subclasses have no such argument
        return config
