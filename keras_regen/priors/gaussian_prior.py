"""GaussianPrior: a single normal distribution for all latents."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.priors.base import Prior, check_sampling
from keras_regen.priors.class_gaussian_prior import symmetric_square_root


@keras.saving.register_keras_serializable(package="keras_regen")
class GaussianPrior(Prior):
    """Samples latents from a normal distribution with the moments of all training latents.

    It has no classes: it samples the same latents for every `class_id`.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `()`: the number of training latents.
        mean: Weight `(latent_dim,)`.
        scale: Weight `(latent_dim, latent_dim)`: the symmetric square root of the covariance.
        latent_dim: Integer: the dimension of the latents; `None` until the prior is built.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import GaussianPrior
        >>> prior = GaussianPrior()
        >>> prior.adapt(np.random.default_rng(0).normal(size=(50, 3)))
        >>> prior.sample(4, None, rng=np.random.default_rng(0)).shape
        (4, 3)
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.latent_dim: int | None = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.latent_dim = dim = input_shape[-1]
        options = {"initializer": "zeros", "trainable": False, "dtype": "float32"}
        self.count = self.add_weight(shape=(), name="count", **options)
        self.mean = self.add_weight(shape=(dim,), name="mean", **options)
        self.scale = self.add_weight(shape=(dim, dim), name="scale", **options)

    @property
    def adapted(self) -> bool:
        """Whether the prior can sample latents."""
        return self.built and bool(ops.convert_to_numpy(self.count))

    def _learn(self, latents: np.ndarray, labels: np.ndarray | None) -> None:
        mean = latents.mean(axis=0, dtype="float64")
        centered = latents - mean
        covariance = centered.T @ centered / max(len(latents) - 1, 1)
        scale = symmetric_square_root(covariance)
        self._set_state(latents.shape[1], count=len(latents), mean=mean, scale=scale)

    def sample(
        self, num_samples: int, class_id: int | None, rng: np.random.Generator
    ) -> np.ndarray:
        """Samples latents.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Ignored.
            rng: Generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted.
        """
        check_sampling(num_samples, rng)
        if not self.adapted:
            raise ValueError(
                "The prior is not adapted to training latents. `fit` adapts it at the end of the "
                "training. For data that can be read only once, call `model.adapt_prior(images)`."
            )
        mean, scale = (
            ops.convert_to_numpy(weight).astype("float64") for weight in (self.mean, self.scale)
        )
        noise = rng.standard_normal((num_samples, len(mean)))
        return (mean + noise @ scale).astype("float32")

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["num_classes"]  # the constructor has no such argument
        return config
