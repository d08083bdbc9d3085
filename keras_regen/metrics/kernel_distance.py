"""The kernel inception distance, which has no bias for few images as the Fréchet distance has."""

import numpy as np

from keras_regen.checks import check_integer, check_seed
from keras_regen.metrics.feature_checks import check_two_sets


def kernel_inception_distance(
    features: np.ndarray,
    other_features: np.ndarray,
    subset_size: int = 1000,
    subsets: int = 100,
    seed: int = 0,
) -> tuple[float, float]:
    """Computes the squared maximum mean discrepancy of two sets of features.

    The kernel is `(x @ y / num_features + 1) ** 3`. The estimate is unbiased: its mean is 0 for two
    sets from the same distribution, so single values may be below 0.

    Args:
        features: Array `(num_images, num_features)`.
        other_features: Array `(num_others, num_features)`.
        subset_size: Integer, at least 2: images of each set to compare at once, sampled without
            replacement.
        subsets: Integer, at least 1: number of random subsets.
        seed: Integer: of the subsets.

    Returns:
        The mean and standard deviation over the subsets.

    Raises:
        ValueError: If the features are not as described or not finite, or a set has fewer than
            `subset_size` images.

    Source: Bińkowski et al., 2018, https://arxiv.org/abs/1801.01401, section 4; Gretton et al.,
    2012, equation 3, for the estimate.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import kernel_inception_distance
        >>> features = np.random.default_rng(0).normal(size=(200, 3))
        >>> near, _ = kernel_inception_distance(features[:100], features[100:], 50, subsets=10)
        >>> far, _ = kernel_inception_distance(features[:100], features[100:] + 1, 50, subsets=10)
        >>> abs(near) < 0.2 < 1 < far
        True
    """
    check_integer("subset_size", subset_size, 2)
    check_integer("subsets", subsets, 1)
    check_seed(seed)
    features, other_features = check_two_sets(features, other_features)
    if min(len(features), len(other_features)) < subset_size:
        raise ValueError(
            f"Each set needs at least `subset_size` = {subset_size} images. "
            f"Received: {len(features)} and {len(other_features)} images. "
            "Use more images, or a smaller `subset_size`."
        )
    rng = np.random.default_rng(seed)
    values = [
        _discrepancy(_subset(rng, features, subset_size), _subset(rng, other_features, subset_size))
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))


def _subset(rng, features, size):
    return features[rng.choice(len(features), size, replace=False)].astype("float64")


def _discrepancy(x, y):
    pairs = len(x) * (len(x) - 1)
    within = sum(kernel.sum() - np.trace(kernel) for kernel in (_kernel(x, x), _kernel(y, y)))
    return within / pairs - 2 * _kernel(x, y).mean()


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3
