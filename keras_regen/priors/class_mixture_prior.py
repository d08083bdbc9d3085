"""ClassMixturePrior: a mixture of normal distributions for each class."""

from typing import Any

import keras
import numpy as np

from keras_regen.checks import check_integer
from keras_regen.priors.base import check_sampling
from keras_regen.priors.class_gaussian_prior import symmetric_square_root
from keras_regen.priors.class_prior import ClassPrior

# A component needs this number of latents, or its mean is that of a few images.
_LEAST_OF_COMPONENT = 10
_HELD_OUT = 0.2
# A checkpoint fits the mixtures again: more samples would take longer than an epoch.
_MOST_SAMPLES = 2_000


@keras.saving.register_keras_serializable(package="keras_regen")
class ClassMixturePrior(ClassPrior):
    """Samples latents from a mixture of normal distributions for each class.

    The latents of a class often lie in several clusters, such as boots with and without heels. A
    single normal distribution samples between the clusters, where no training image is.

    The components of a class share a covariance, which shrinks towards the average of all classes
    if the class is small, as in `ClassGaussianPrior`. The number of components is the number with
    the highest likelihood of held-out latents of the class, so that a small class gets a single
    component.

    Args:
        num_classes: Integer: the number of classes.
        num_components: Integer, at least 1: the largest number of components of a class.
        seed: Integer, at least 0: the seed of the clustering.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: the number of training samples of each class.
        share: Weight `(num_classes, num_components)`: the probability of each component, 0 for
            components that a class does not have.
        mean: Weight `(num_classes, num_components, latent_dim)`.
        scale: Weight `(num_classes, latent_dim, latent_dim)`: the symmetric square root of the
            covariance of the components of each class.

    Raises:
        ValueError: If an argument is not as described.

    Source: an addition of this package. `sklearn.mixture.GaussianMixture` fits the mixtures.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import ClassMixturePrior
        >>> rng = np.random.default_rng(0)
        >>> clusters = np.repeat([[-9.0, 0.0], [9.0, 0.0]], 100, axis=0)
        >>> prior = ClassMixturePrior(num_classes=1, num_components=4)
        >>> prior.adapt(clusters + rng.normal(size=(200, 2)), np.zeros(200, int))
        >>> samples = prior.sample(1000, class_id=0, rng=rng)
        >>> bool(np.all(np.abs(samples[:, 0]) > 4))
        True
    """

    def __init__(self, num_classes: int, num_components: int = 20, seed: int = 0, **kwargs: Any):
        super().__init__(num_classes, **kwargs)
        check_integer("num_components", num_components, 1)
        check_integer("seed", seed, 0)
        self.num_components = int(num_components)
        self.seed = int(seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.latent_dim = dim = input_shape[-1]
        self.count = self.add_state("count", self.num_classes)
        self.share = self.add_state("share", self.num_classes, self.num_components)
        self.mean = self.add_state("mean", self.num_classes, self.num_components, dim)
        self.scale = self.add_state("scale", self.num_classes, dim, dim)

    def _learn(self, latents: np.ndarray, labels: np.ndarray) -> None:
        dim = latents.shape[1]
        count = np.bincount(labels, minlength=self.num_classes)
        share = np.zeros((self.num_classes, self.num_components))
        mean = np.zeros((self.num_classes, self.num_components, dim))
        scatter = np.zeros((self.num_classes, dim, dim))
        freedom = np.zeros(self.num_classes)
        for label in np.flatnonzero(count):
            samples = latents[labels == label].astype("float64")
            shares, means, nearest = self._clusters(samples)
            share[label, : len(shares)], mean[label, : len(means)] = shares, means
            centered = samples - means[nearest]
            scatter[label] = centered.T @ centered
            freedom[label] = len(samples) - len(means)
        # As in ClassGaussianPrior: each mean takes a degree of freedom, and the average of all
        # classes counts as `dim` further samples.
        average = scatter.sum(axis=0) / max(freedom.sum(), 1)
        weight = (dim / (count + dim))[:, None, None]
        own = scatter / np.maximum(freedom, 1)[:, None, None]
        covariance = (1 - weight) * own + weight * average
        scale = symmetric_square_root(covariance)
        self._set_state(dim, count=count, share=share, mean=mean, scale=scale)

    def _clusters(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns the shares and means of the components, and the component of each sample."""
        most = min(self.num_components, len(samples) // _LEAST_OF_COMPONENT)
        numbers = sorted({number for number in (1, 2, 5, 10, 20, most) if number <= most})
        if len(numbers) < 2:
            return np.ones(1), samples.mean(axis=0)[None], np.zeros(len(samples), int)
        order = np.random.default_rng(self.seed).permutation(len(samples))[:_MOST_SAMPLES]
        held_out, rest = np.split(order, [int(_HELD_OUT * len(order))])
        scores = [
            self._mixture(number, samples[rest]).score(samples[held_out]) for number in numbers
        ]
        mixture = self._mixture(numbers[int(np.argmax(scores))], samples[order])
        nearest = mixture.predict(samples)
        # The means and shares of all samples, and not only of those behind the mixture.
        used, nearest, sizes = np.unique(nearest, return_inverse=True, return_counts=True)
        means = np.stack([samples[nearest == index].mean(axis=0) for index in range(len(used))])
        return sizes / len(samples), means, nearest

    def _mixture(self, number: int, samples: np.ndarray) -> Any:
        from sklearn.mixture import GaussianMixture  # takes a second to import

        variance = samples.var(axis=0).mean()
        return GaussianMixture(
            number,
            covariance_type="tied",
            # Relative to the latents, whatever their scale. At least their rounding.
            reg_covar=max(1e-3 * variance, 1e-12),
            random_state=self.seed,
        ).fit(samples)

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
        from scipy.special import ndtr

        check_sampling(num_samples, rng)
        share, mean, scale = self.class_state(class_id, "share", "mean", "scale")
        # A row of normal numbers for each latent: the latents do not depend on how many are sampled
        # at once. The first number chooses the component.
        noise = rng.standard_normal((num_samples, 1 + mean.shape[1]))
        ends = np.cumsum(share) / share.sum()
        component = np.searchsorted(ends, ndtr(noise[:, 0]))
        component = np.minimum(component, np.count_nonzero(share) - 1)
        return (mean[component] + noise[:, 1:] @ scale).astype("float32")

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean latent of a class.

        Args:
            class_id: Integer: the class.

        Returns:
            Array `(latent_dim,)`, float64.

        Raises:
            ValueError: If the prior is not adapted, `class_id` is out of range, or no latent of the
                class was learned.
        """
        share, mean = self.class_state(class_id, "share", "mean")
        return share @ mean / share.sum()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_components": self.num_components,
            "seed": self.seed,
        }
