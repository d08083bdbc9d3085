"""The Fréchet distance of two sets of images, by the features of a network."""

from typing import Any

import numpy as np

from keras_regen.arrays import as_array, as_numbers
from keras_regen.checks import check_flag
from keras_regen.metrics.feature_checks import check_two_sets
from keras_regen.metrics.feature_extractor import FeatureExtractor
from keras_regen.metrics.feature_moments import FeatureMoments

_LARGEST = 1e100


def frechet_distance(features: np.ndarray, other_features: np.ndarray) -> float:
    """Computes the distance of two sets of features, as the distance of two Gaussians.

    The Gaussians have the means and covariances of the sets. All is computed in float64, also for
    singular covariances, as from fewer images than features. Distances with different extractors
    or different numbers of images cannot be compared: fewer images make the distance larger.

    Args:
        features: Array `(num_images, num_features)`, of at least 2 images.
        other_features: Array `(num_others, num_features)`, of at least 2 images.

    Returns:
        The squared distance, at least 0; 0 for equal moments.

    Raises:
        ValueError: If the features are not as described, or not finite.

    Source: Heusel et al., 2017, https://arxiv.org/abs/1706.08500, equation 6; ReGene, table 3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import frechet_distance
        >>> features = np.random.default_rng(0).normal(size=(100, 3))
        >>> round(frechet_distance(features, features + [0.0, 3.0, 4.0]), 6)
        25.0
    """
    features, other_features = check_two_sets(features, other_features, least=2)
    moments, others = FeatureMoments(), FeatureMoments()
    moments.update(features)
    others.update(other_features)
    return _distance(moments.mean, moments.factor, others.mean, others.factor)


def frechet_distance_of_moments(
    mean: np.ndarray,
    covariance: np.ndarray,
    other_mean: np.ndarray,
    other_covariance: np.ndarray,
) -> float:
    """Computes the distance of two Gaussians, such as the Gaussians of published statistics.

    Args:
        mean: Array `(num_features,)`.
        covariance: Array `(num_features, num_features)`, symmetric, with no negative eigenvalue.
        other_mean: Array `(num_features,)`.
        other_covariance: Array `(num_features, num_features)`.

    Returns:
        The squared distance, at least 0.

    Raises:
        ValueError: If shapes differ, a number is not finite, or a matrix is not a covariance.

    Source: Dowson and Landau, 1982, https://doi.org/10.1016/0047-259X(82)90077-X.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import frechet_distance_of_moments
        >>> frechet_distance_of_moments(np.zeros(2), np.eye(2), np.ones(2), 4 * np.eye(2))
        4.0
    """
    mean, other_mean = (
        as_numbers(name, value, 1).astype("float64")
        for name, value in (("mean", mean), ("other_mean", other_mean))
    )
    factors = [
        _factor(as_numbers(name, matrix, 2).astype("float64"), name, mean, other_mean)
        for matrix, name in ((covariance, "covariance"), (other_covariance, "other_covariance"))
    ]
    return _distance(mean, factors[0], other_mean, factors[1])


class FrechetDistance:
    """The Fréchet distance of real and generated images that arrive in batches.

    It has the three methods of a `keras.metrics.Metric` but is not a subclass: the metrics of Keras
    keep their state in tensors of the backend, which have no float64 on JAX, and the distance would
    lose significant digits. The result does not depend on the sizes of the batches.

    Args:
        feature_extractor: `FeatureExtractor`, such as `FeatureExtractor(classifier)` of an
            evaluation classifier, or `keras_inception_v3()`; or `None`, to update with features
            in place of images.

    Raises:
        ValueError: If `feature_extractor` has another type.

    Source: Heusel et al., 2017, https://arxiv.org/abs/1706.08500, equation 6; ReGene, table 3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import Classifier
        >>> from keras_regen.metrics import FeatureExtractor, FrechetDistance
        >>> rng = np.random.default_rng(0)
        >>> images = rng.random((64, 8, 8, 1))
        >>> classifier = Classifier.for_images((8, 8, 1), ["a", "b"], stem_filters=2)
        >>> distance = FrechetDistance(FeatureExtractor(classifier, name="small"))
        >>> distance.update_state(images, generated=False)
        >>> distance.update_state(images[:40], generated=True)
        >>> result = distance.result()
        >>> result["extractor"], result["num_real"], result["num_generated"]
        ('small', 64, 40)
        >>> result["frechet_distance"] > 0
        True
    """

    def __init__(self, feature_extractor: FeatureExtractor | None = None):
        if feature_extractor is not None and not isinstance(feature_extractor, FeatureExtractor):
            raise ValueError(
                "`feature_extractor` must be a `FeatureExtractor` or None; wrap a Keras model: "
                "`FeatureExtractor(model)`. "
                f"Received: feature_extractor={feature_extractor!r}."
            )
        self.feature_extractor = feature_extractor
        self.reset_state()

    def reset_state(self, generated_only: bool = False) -> None:
        """Removes the state of all images, or only of the generated images.

        Args:
            generated_only: Boolean: whether to keep the state of the real images, to compare other
                generated images with them.

        Raises:
            ValueError: If `generated_only` is no boolean.
        """
        check_flag("generated_only", generated_only)
        self._generated = FeatureMoments()
        if not generated_only:
            self._real = FeatureMoments()

    def update_state(self, images: np.ndarray, generated: bool) -> None:
        """Adds a batch of images.

        Args:
            images: Images `(batch, height, width, channels)`, integers 0..255 or floats 0..1; or
                features `(batch, num_features)`, without an extractor.
            generated: Boolean: whether the images are generated.

        Raises:
            ValueError: If images or features are not as described, or features not finite.
        """
        check_flag("generated", generated)
        images = as_array("images", images)
        features = images if self.feature_extractor is None else self.feature_extractor(images)
        moments = self._generated if generated else self._real
        moments.update(features, "generated features" if generated else "real features")

    def result(self) -> dict[str, Any]:
        """Computes the distance of all images since the last reset.

        Returns:
            A dict for JSON: `frechet_distance`, the squared distance; `extractor`,
            `extractor_hash` and `num_features`, as in `FeatureExtractor.describe` (name and hash
            are `None` without an extractor); and the numbers of images, `num_real` and
            `num_generated`.

        Raises:
            ValueError: If the real or generated images are fewer than 2, or their features differ
                in number.
        """
        real, generated = self._real, self._generated
        if min(real.count, generated.count) < 2:
            raise ValueError(
                "The distance needs at least 2 real and 2 generated images. "
                f"Received: {real.count} real and {generated.count} generated."
            )
        if len(real.mean) != len(generated.mean):
            raise ValueError(
                "Real and generated features must come from one extractor. "
                f"Received: rows of {len(real.mean)} and {len(generated.mean)} numbers."
            )
        description = self.feature_extractor.describe() if self.feature_extractor else {}
        return {
            "frechet_distance": _distance(real.mean, real.factor, generated.mean, generated.factor),
            "extractor": description.get("name"),
            "extractor_hash": description.get("hash"),
            "num_features": len(real.mean),
            "num_real": real.count,
            "num_generated": generated.count,
        }


def _distance(mean, factor, other_mean, other_factor):
    """The distance of two Gaussians with the covariances `factor.T @ factor`."""
    # The trace of the square root of a product of covariances is the sum of the singular values
    # of the product of their factors. So no square root amplifies the rounding error of a zero.
    roots = np.linalg.svd(factor @ other_factor.T, compute_uv=False).sum()
    spread = np.sum(factor**2) + np.sum(other_factor**2) - 2 * roots
    return max(0.0, float(np.sum((mean - other_mean) ** 2) + spread))


def _factor(covariance, name, mean, other_mean):
    expected = (mean.size, mean.size)
    if mean.shape != other_mean.shape or covariance.shape != expected:
        raise ValueError(
            "Means must have one shape (num_features,), and covariances (num_features, "
            f"num_features). Received: means of shapes {mean.shape} and {other_mean.shape}, "
            f"{name} of shape {covariance.shape}."
        )
    scale = np.abs(covariance).max()
    if max(scale, np.abs(mean).max(), np.abs(other_mean).max()) > _LARGEST:
        raise ValueError(
            f"Means and `{name}` must be at most {_LARGEST:g} in magnitude, so that their squares "
            "are in the range of float64. Received: larger values."
        )
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    # Covariances are often stored in float32: allow its rounding errors.
    if np.abs(covariance - covariance.T).max() > 1e-5 * scale or values[0] < -1e-5 * values[-1]:
        raise ValueError(
            f"`{name}` must be symmetric, with no negative eigenvalue. Received: a matrix that "
            f"differs from its transpose by up to {np.abs(covariance - covariance.T).max():g}, "
            f"with eigenvalues from {values[0]:g} to {values[-1]:g}."
        )
    # Smaller eigenvalues are rounding errors of zeros.
    values[values < values[-1] * len(values) * np.finfo("float64").eps] = 0
    return (vectors * np.sqrt(values)).T
