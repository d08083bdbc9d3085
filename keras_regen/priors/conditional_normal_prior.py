"""ConditionalNormalPrior: noise and a class beside it, as the decoder of a CVAE takes them."""

import keras
import numpy as np

from keras_regen.checks import check_integer
from keras_regen.priors.base import Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class ConditionalNormalPrior(Prior):
    """Draws noise from N(0, I), followed by the class as a one-hot row; it learns nothing.

    Args:
        num_classes: Integer, at least 1: the number of classes.
        noise_dim: Integer, at least 1: numbers of noise in each latent.
        **kwargs: Arguments of `keras.layers.Layer`.

    Raises:
        ValueError: If a number is below 1.

    Source: CSAE, second version, section 4.2: how its CVAE draws.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import ConditionalNormalPrior
        >>> prior = ConditionalNormalPrior(num_classes=3, noise_dim=2)
        >>> prior.sample(4, class_id=1, rng=np.random.default_rng(0))[:, 2:].tolist()[0]
        [0.0, 1.0, 0.0]
    """

    learns = False

    def __init__(self, num_classes: int, noise_dim: int, **kwargs):
        check_integer("noise_dim", noise_dim, 1)
        super().__init__(num_classes, **kwargs)
        self.noise_dim = noise_dim

    @property
    def latent_dim(self) -> int:
        """Dimensions of the latent: the noise and the classes."""
        return self.noise_dim + self.num_classes

    @property
    def adapted(self) -> bool:
        """Whether the prior can be drawn from."""
        return True

    def sample(self, num_samples: int, class_id: int, rng: np.random.Generator) -> np.ndarray:
        """Draws latents of one class.

        Args:
            num_samples: Integer: how many.
            class_id: Integer: the class.
            rng: The generator of random numbers.

        Returns:
            Array `(num_samples, noise_dim + num_classes)`, float32.

        Raises:
            ValueError: If there is no such class.
        """
        latents = np.tile(self.class_mean(class_id), (num_samples, 1)).astype("float32")
        latents[:, : self.noise_dim] = rng.standard_normal((num_samples, self.noise_dim), "float32")
        return latents

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the middle of one class, `(latent_dim,)`: zeros, followed by the class.

        Raises:
            ValueError: If there is no such class.
        """
        if not 0 <= class_id < self.num_classes:
            raise ValueError(
                f"`class_id` must lie in 0..{self.num_classes - 1}. Received: class_id={class_id}."
            )
        return np.concatenate([np.zeros(self.noise_dim), np.eye(self.num_classes)[class_id]])

    def get_config(self):
        return {**super().get_config(), "noise_dim": self.noise_dim}
