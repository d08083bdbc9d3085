"""Precision and recall of a generative model: are its images like real ones, and are all there?"""

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.metrics.feature_checks import check_two_sets
from keras_regen.metrics.nearest import SquaredErrors, blocks, nearest


def precision_recall(
    real_features: np.ndarray,
    generated_features: np.ndarray,
    k: int = 3,
    block_size: int = 2048,
) -> tuple[float, float]:
    """Measures the share of generated images that lie among the real ones, and the other way round.

    A set of images covers the balls around each of its features that reach to the k-th nearest
    other. Precision is the share of generated images that the real ones cover; recall, the share
    of real images that the generated ones cover. Take equally many of both.

    Args:
        real_features: Array `(num_real, num_features)`, of at least `k + 1` images.
        generated_features: Array `(num_generated, num_features)`, of at least `k + 1` images.
        k: Integer, at least 1: which neighbor the balls reach to.
        block_size: Integer, at least 1: images to compare at once. Memory grows with its square.

    Returns:
        Precision and recall, in [0, 1].

    Raises:
        ValueError: If the features are not as described or not finite, or too few.

    Source: Kynkäänniemi et al., 2019, https://arxiv.org/abs/1904.06991, equations 1 and 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import precision_recall
        >>> real, generated = np.arange(10.0)[:, None], np.arange(5.0)[:, None]
        >>> precision_recall(real, generated, k=1)
        (1.0, 0.6)
    """
    check_integer("k", k, 1)
    check_integer("block_size", block_size, 1)
    real, generated = (np.asarray(features) for features in (real_features, generated_features))
    check_two_sets(real, generated, ("real_features", "generated_features"), least=k + 1)
    # One precision for radii and distances, so that a point on the rim is found inside.
    real, generated = real.astype("float32"), generated.astype("float32")
    return _covered(generated, real, k, block_size), _covered(real, generated, k, block_size)


def _covered(points, centers, k, block_size):
    """The share of points that lie in the ball of a center."""
    _, errors = nearest(SquaredErrors(centers, centers), k, block_size, exclude_self=True)
    squared_radii = errors[:, -1] * centers.shape[1]
    inside = np.zeros(len(points), bool)
    for rows in blocks(len(points), block_size):
        for columns in blocks(len(centers), block_size):
            balls = centers[columns].astype("float64"), squared_radii[columns]
            inside[rows] |= _inside(points[rows].astype("float64"), *balls)
    return float(inside.mean())


def _inside(points, centers, squared_radii):
    """Whether each of the points lies in one of the balls, or on its rim."""
    squares = np.einsum("ij,ij->i", points, points)[:, None]
    others = np.einsum("ij,ij->i", centers, centers)
    # |p - c|² = |p|² - 2 pc + |c|²: fast, but rounded by digits of the squares themselves.
    depth = squared_radii - (squares - 2 * points @ centers.T + others)
    doubt = 4 * np.finfo("float64").eps * points.shape[1] * (squares + others)
    inside = (depth > doubt).any(axis=1)
    for row in np.flatnonzero(~inside & (depth >= -doubt).any(axis=1)):
        near = depth[row] >= -doubt[row]
        distances = np.sum((centers[near] - points[row]) ** 2, axis=1)
        # Sums of the same numbers in another order differ in the last digits.
        inside[row] = (distances <= squared_radii[near] * (1 + 1e-12)).any()
    return inside
