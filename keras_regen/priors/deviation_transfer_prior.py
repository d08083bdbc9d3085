"""DeviationTransferPrior: latents of a class, varied as the latents of other classes vary."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.checks import check_integer, check_number
from keras_regen.priors.base import check_sampling
from keras_regen.priors.class_prior import ClassPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class DeviationTransferPrior(ClassPrior):
    """Samples a training latent of a class, plus a part of the deviation of another class.

    The deviation is the difference of a training latent of another class from the mean of that
    class. Few latents of a class, such as eight photographs of a person, do not show how a class
    varies; the deviations of all other classes do. With a single class, the deviations are its own.

    Args:
        num_classes: Integer: the number of classes.
        strength: Float, at least 0: the factor of the deviation.
        bank_size: Integer, at least 2: the number of training latents to keep of each class. From a
            larger class, the prior keeps a uniform random choice.
        seed: Integer, at least 0: the seed of that choice.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: the number of latents in the bank of each class.
        bank: Weight `(num_classes, bank_size, latent_dim)`: the training latents of each class,
            filled with zeros.
        mean: Weight `(num_classes, latent_dim)`: the mean of all training latents of each class.

    Raises:
        ValueError: If an argument is not as described.

    Source: an addition of this package, after Schwartz et al., 2018, "Delta-encoder",
    https://arxiv.org/abs/1806.04734.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import DeviationTransferPrior
        >>> prior = DeviationTransferPrior(num_classes=2, strength=0.5)
        >>> prior.adapt(np.array([[0.0], [10.0], [14.0]]), np.array([0, 1, 1]))
        >>> samples = prior.sample(100, class_id=0, rng=np.random.default_rng(0))
        >>> sorted(set(samples.ravel().tolist()))
        [-1.0, 1.0]
    """

    def __init__(
        self,
        num_classes: int,
        strength: float = 0.5,
        bank_size: int = 500,
        seed: int = 0,
        **kwargs: Any,
    ):
        super().__init__(num_classes, **kwargs)
        check_number("strength", strength, 0)
        check_integer("bank_size", bank_size, 2)
        check_integer("seed", seed, 0)
        self.strength = float(strength)
        self.bank_size = int(bank_size)
        self.seed = int(seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.latent_dim = dim = input_shape[-1]
        self.count = self.add_state("count", self.num_classes)
        self.bank = self.add_state("bank", self.num_classes, self.bank_size, dim)
        self.mean = self.add_state("mean", self.num_classes, dim)

    def _learn(self, latents: np.ndarray, labels: np.ndarray) -> None:
        rng = np.random.default_rng(self.seed)
        count = np.bincount(labels, minlength=self.num_classes)
        bank = np.zeros((self.num_classes, self.bank_size, latents.shape[1]))
        mean = np.zeros((self.num_classes, latents.shape[1]))
        for label in np.flatnonzero(count):
            samples = latents[labels == label].astype("float64")
            mean[label] = samples.mean(axis=0)
            if len(samples) > self.bank_size:
                samples = rng.choice(samples, self.bank_size, replace=False)
            bank[label, : len(samples)] = samples
        count = np.minimum(count, self.bank_size)
        self._set_state(latents.shape[1], count=count, bank=bank, mean=mean)

    def sample(self, num_samples: int, class_id: int, rng: np.random.Generator) -> np.ndarray:
        """Samples latents of a class.

        Args:
            num_samples: Integer: the number of latents.
            class_id: Integer: the class.
            rng: Generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        check_sampling(num_samples, rng)
        self.check_class(class_id)
        count = ops.convert_to_numpy(self.count).astype("int64")
        bank, mean = ops.convert_to_numpy(self.bank), ops.convert_to_numpy(self.mean)
        # The latents of the other classes with a deviation, as rows of (class, index).
        members = np.argwhere(np.arange(self.bank_size) < count[:, None])
        others = members[(members[:, 0] != class_id) & (count[members[:, 0]] > 1)]
        if not len(others):
            others = members[members[:, 0] == class_id]
        # A row of two random numbers for each latent: the latents do not depend on how many are
        # sampled at once.
        chosen = rng.random((num_samples, 2))
        own = bank[class_id, (chosen[:, 0] * count[class_id]).astype("int64")]
        label, index = others[(chosen[:, 1] * len(others)).astype("int64")].T
        return own + np.float32(self.strength) * (bank[label, index] - mean[label])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "strength": self.strength,
            "bank_size": self.bank_size,
            "seed": self.seed,
        }
