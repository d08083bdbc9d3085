"""ClassGaussianPrior: a normal distribution for each class, as in both CSAE papers."""

from typing import Any

import keras
import numpy as np

from keras_regen.checks import check_number
from keras_regen.priors.base import check_sampling
from keras_regen.priors.class_prior import ClassPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class ClassGaussianPrior(ClassPrior):
    """Samples latents from a normal distribution for each class.

    The distribution of a class has the mean and the covariance of its training latents.

    Args:
        num_classes: Integer: the number of classes.
        shrinkage: `"auto"`, or a float in [0, 1]: the weight of the average covariance of all
            classes in the covariance of each class. With `0.0`, as in the papers, each class
            keeps its covariance; that covariance is singular if the class has fewer samples than
            the latent has dimensions. `"auto"` counts the average as `latent_dim` additional
            samples, so that its weight is large for small classes and small for large classes.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: the number of training samples of each class.
        mean: Weight `(num_classes, latent_dim)`.
        scale: Weight `(num_classes, latent_dim, latent_dim)`: the symmetric square root of each
            covariance.

    Raises:
        ValueError: If `num_classes` is below 1, or `shrinkage` is neither `"auto"` nor in [0, 1].

    Source: CSAE, second version, section 4.2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import ClassGaussianPrior
        >>> prior = ClassGaussianPrior(num_classes=2)
        >>> prior.adapt(np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) % 2)
        >>> prior.sample(4, class_id=1, rng=np.random.default_rng(0)).shape
        (4, 3)
    """

    def __init__(self, num_classes: int, shrinkage: float | str = "auto", **kwargs: Any):
        super().__init__(num_classes, **kwargs)
        if isinstance(shrinkage, str):
            if shrinkage != "auto":
                raise ValueError(
                    "`shrinkage` must be 'auto' or a number from 0 (a covariance for each class) "
                    "to 1 (the same covariance for all classes). "
                    f"Received: shrinkage={shrinkage!r}."
                )
        else:
            check_number("shrinkage", shrinkage, 0, 1)
        self.shrinkage = shrinkage

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.latent_dim = dim = input_shape[-1]
        self.count = self.add_state("count", self.num_classes)
        self.mean = self.add_state("mean", self.num_classes, dim)
        self.scale = self.add_state("scale", self.num_classes, dim, dim)

    def _learn(self, latents: np.ndarray, labels: np.ndarray) -> None:
        latent_dim = latents.shape[1]
        count = np.bincount(labels, minlength=self.num_classes)
        mean = np.zeros((self.num_classes, latent_dim))
        scatter = np.zeros((self.num_classes, latent_dim, latent_dim))
        for label in np.flatnonzero(count):
            samples = latents[labels == label].astype("float64")
            mean[label] = samples.mean(axis=0)
            centered = samples - mean[label]
            scatter[label] = centered.T @ centered
        # A class of one sample has no spread: the divisor 1 leaves its covariance at zero.
        covariance = scatter / np.maximum(count - 1, 1)[:, None, None]
        average = scatter.sum(axis=0) / max(np.maximum(count - 1, 0).sum(), 1)
        if self.shrinkage == "auto":
            share = (latent_dim / (count + latent_dim))[:, None, None]
        else:
            share = float(self.shrinkage)
        covariance = (1 - share) * covariance + share * average
        scale = symmetric_square_root(covariance)
        self._set_state(latent_dim, count=count, mean=mean, scale=scale)

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
        mean, scale = self.class_state(class_id, "mean", "scale")
        noise = rng.standard_normal((num_samples, len(mean)))
        return (mean + noise @ scale).astype("float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shrinkage": self.shrinkage}


def symmetric_square_root(matrices: np.ndarray) -> np.ndarray:
    """Computes the symmetric square root of positive semidefinite matrices.

    This root is unique, so it is the same on every machine.

    Args:
        matrices: Array `(..., dim, dim)` of symmetric positive semidefinite matrices.

    Returns:
        Array `(..., dim, dim)`.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors.class_gaussian_prior import symmetric_square_root
        >>> symmetric_square_root(np.diag([4.0, 9.0])).diagonal()
        array([2., 3.])
    """
    values, vectors = np.linalg.eigh(matrices)
    # Rounding turns the zero eigenvalues of a singular covariance into small negative numbers.
    roots = np.sqrt(np.clip(values, 0, None))
    return (vectors * roots[..., None, :]) @ np.swapaxes(vectors, -1, -2)
