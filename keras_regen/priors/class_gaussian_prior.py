"""ClassGaussianPrior: one normal distribution for each class, as in both CSAE papers."""

import keras
import numpy as np
from keras import ops

from keras_regen.priors.class_prior import ClassPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class ClassGaussianPrior(ClassPrior):
    """Draws latents from the mean and covariance of each class's training latents.

    Args:
        num_classes: Integer: the number of classes.
        shrinkage: `"auto"`, or a float in [0, 1]: how far each class's covariance is moved to
            the average covariance of all classes. `0.0` is the papers' plain covariance, which
            spans too few dimensions where a class has fewer samples than the latent has
            dimensions. `"auto"` counts the average as `latent_dim` further samples, so that it
            helps small classes and fades in large ones.
        **kwargs: Arguments of `keras.layers.Layer`.

    Attributes:
        count: Weight `(num_classes,)`: the training samples of each class.
        mean: Weight `(num_classes, latent_dim)`.
        scale: Weight `(num_classes, latent_dim, latent_dim)`: the symmetric square root of each
            covariance.

    Raises:
        ValueError: If `shrinkage` is neither `"auto"` nor in [0, 1].

    Source: CSAE, second version, section 4.2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.priors import ClassGaussianPrior
        >>> prior = ClassGaussianPrior(num_classes=2)
        >>> prior.adapt(np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) % 2)
        >>> prior.sample(4, class_id=1, rng=np.random.default_rng(0)).shape
        (4, 3)
    """

    def __init__(self, num_classes: int, shrinkage: float | str = "auto", **kwargs):
        super().__init__(num_classes, **kwargs)
        if shrinkage != "auto" and not (not isinstance(shrinkage, str) and 0 <= shrinkage <= 1):
            raise ValueError(
                "`shrinkage` must be 'auto' or a number from 0 (each class's own covariance) to 1 "
                f"(one covariance for all). Received: shrinkage={shrinkage!r}."
            )
        self.shrinkage = shrinkage
        self._moments = None

    def build(self, input_shape):
        self.latent_dim = dim = input_shape[-1]
        self.count = self.add_state("count", self.num_classes)
        self.mean = self.add_state("mean", self.num_classes, dim)
        self.scale = self.add_state("scale", self.num_classes, dim, dim)

    def reset_state(self) -> None:
        """Begins a new pass over the training latents."""
        self._moments = None

    def update_state(self, latents, labels) -> None:
        """Adds one batch to the running moments of its classes, in float64.

        Args:
            latents: Array `(batch, latent_dim)`.
            labels: Integer array `(batch,)`.

        Raises:
            ValueError: If shapes differ from each other or from earlier batches, a latent is not
                finite, or a label is out of range.
        """
        latents, labels = self.check_batch(latents, labels)
        latent_dim = latents.shape[1]
        if self._moments is None:
            self._moments = (
                np.zeros(self.num_classes),
                np.zeros((self.num_classes, latent_dim)),
                np.zeros((self.num_classes, latent_dim, latent_dim)),
            )
        count, mean, scatter = self._moments
        for label in np.unique(labels):
            batch = latents[labels == label]
            # Chan, Golub and LeVeque's merge of two sets of moments: stable, in one pass.
            total = count[label] + len(batch)
            shift = batch.mean(axis=0) - mean[label]
            centered = batch - batch.mean(axis=0)
            scatter[label] += centered.T @ centered
            scatter[label] += np.outer(shift, shift) * count[label] * len(batch) / total
            mean[label] += shift * len(batch) / total
            count[label] = total

    def finalize_state(self) -> None:
        """Ends the pass: means and square roots of covariances go into the weights.

        Raises:
            ValueError: If no latents were seen.
        """
        if self._moments is None or not self._moments[0].any():
            raise ValueError("The prior saw no latents. Give `adapt` at least one for each class.")
        count, mean, scatter = self._moments
        latent_dim = mean.shape[-1]
        # One sample has no spread of its own: dividing by 1 leaves its covariance at zero.
        covariance = scatter / np.maximum(count - 1, 1)[:, None, None]
        pooled = scatter.sum(axis=0) / max(np.maximum(count - 1, 0).sum(), 1)
        if self.shrinkage == "auto":
            own = (count / (count + latent_dim))[:, None, None]
        else:
            own = 1 - self.shrinkage
        covariance = own * covariance + (1 - own) * pooled
        self.count.assign(count.astype("float32"))
        self.mean.assign(mean.astype("float32"))
        self.scale.assign(_symmetric_square_root(covariance).astype("float32"))
        self._moments = None

    def sample(self, num_samples: int, class_id: int, rng: np.random.Generator) -> np.ndarray:
        """Draws latents of one class.

        Args:
            num_samples: Integer: how many.
            class_id: Integer: the class.
            rng: The generator of random numbers.

        Returns:
            Array `(num_samples, latent_dim)`, float32.

        Raises:
            ValueError: If the prior is not adapted, there is no such class, or its training
                latents had none of it.
        """
        mean = self.class_mean(class_id)
        scale = ops.convert_to_numpy(self.scale)[class_id].astype("float64")
        noise = rng.standard_normal((num_samples, len(mean)))
        return (mean + noise @ scale).astype("float32")

    def class_mean(self, class_id: int) -> np.ndarray:
        """Returns the mean latent of one class, `(latent_dim,)`.

        Raises:
            ValueError: If the prior is not adapted, there is no such class, or its training
                latents had none of it.
        """
        self.check_class(class_id)
        return ops.convert_to_numpy(self.mean)[class_id].astype("float64")

    def get_config(self):
        return {**super().get_config(), "shrinkage": self.shrinkage}


def _symmetric_square_root(matrices):
    """Square roots of positive semidefinite matrices; unique, so equal on every machine."""
    values, vectors = np.linalg.eigh(matrices)
    # Where a class has fewer samples than dimensions, rounding makes zeros slightly negative.
    roots = np.sqrt(np.clip(values, 0, None))
    return (vectors * roots[..., None, :]) @ np.swapaxes(vectors, -1, -2)
