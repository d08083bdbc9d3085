"""ConditionalNormalPrior: noise followed by a class, the input of a CVAE's decoder."""

from typing import Any

import keras
import numpy as np

from keras_regen.checks import check_integer
from keras_regen.priors.base import Prior, check_class_id, check_sampling


@keras.saving.register_keras_serializable(package="keras_regen")
class ConditionalNormalPrior(Prior):
    """Samples noise from N(0, I) and appends the class as a one-hot row.

    It does not learn from training latents.

    Args:
        num_classes: Integer, at least 1: the number of classes.
        noise_dim: Integer, at least 1: the number of noise values in each latent.
        **kwargs: Arguments of `keras.layers.Layer`.

    Raises:
        ValueError: If a number is below 1.

    Source: CSAE, second version, section 4.2: the sampling of its CVAE.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import ConditionalNormalPrior
        >>> prior = ConditionalNormalPrior(num_classes=3, noise_dim=2)
        >>> prior.sample(4, class_id=1, rng=np.random.default_rng(0))[:, 2:].tolist()[0]
        [0.0, 1.0, 0.0]
    """

    learns = False

    def __init__(self, num_classes: int, noise_dim: int, **kwargs: Any):
        check_integer("num_classes", num_classes, 1)
        check_integer("noise_dim", noise_dim, 1)
        super().__init__(num_classes, **kwargs)
        self.noise_dim = int(noise_dim)

    @property
    def latent_dim(self) -> int:
        """Dimension of the latent: `noise_dim + num_classes`."""
        return self.noise_dim + self.num_classes

    @property
    def adapted(self) -> bool:
        """Always `True`: the prior does not learn."""
        return True

    def sample(self, num_samples: int, class_id: int, rng: np.random.Generator) -> np.ndarray:
        """Samples latents of a class.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Integer: the class.
            rng: Generator of random numbers.

        Returns:
            Array `(num_samples, noise_dim + num_classes)`, float32.

        Raises:
            ValueError: If `class_id` is out of range.
        """
        check_sampling(num_samples, rng)
        latents = np.tile(self.class_mean(class_id), (num_samples, 1)).astype("float32")
        latents[:, : self.noise_dim] = rng.standard_normal((num_samples, self.noise_dim), "float32")
        return latents

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean latent of a class: zeros, followed by the one-hot class.

        Args:
            class_id: Integer: the class.

        Returns:
            Array `(latent_dim,)`, float64.

        Raises:
            ValueError: If `class_id` is out of range.
        """
        check_class_id(class_id, self.num_classes)
        return np.concatenate([np.zeros(self.noise_dim), np.eye(self.num_classes)[class_id]])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "noise_dim": self.noise_dim}
