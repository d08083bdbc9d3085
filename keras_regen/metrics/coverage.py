"""Precision and recall of generated images: how real they are, and how much they cover."""

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.metrics.feature_checks import check_two_sets
from keras_regen.metrics.neighbors import nearest_neighbors


def precision_recall(
    real_features: np.ndarray,
    generated_features: np.ndarray,
    k: int = 3,
    block_size: int = 2048,
) -> tuple[float, float]:
    """Computes how many generated images lie near real images, and the reverse.

    A set of images covers a ball around the features of each image; the radius of the ball is the
    distance to the k-th nearest neighbor in the same set. Precision is the share of generated
    images that the real images cover; recall is the share of real images that the generated images
    cover. Use the same number of real and generated images.

    An image that occurs more than `k` times in its set has a ball of radius 0, as in the paper. In
    a generated set this lowers the recall of a generator that repeats itself. Real images should
    be without duplicates (`without_duplicates`), which would make their balls smaller and lower
    the precision.

    Args:
        real_features: Array `(num_real, num_features)`, of at least `k + 1` images.
        generated_features: Array `(num_generated, num_features)`, of at least `k + 1` images.
        k: Integer, at least 1: the neighbor that determines the radius of a ball.
        block_size: Integer, at least 1: images to compare at once. Memory grows with the square.

    Returns:
        Precision and recall, in [0, 1].

    Raises:
        ValueError: If the features are not as described or not finite, or a set is too small.

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
    names = ("real_features", "generated_features")
    real, generated = check_two_sets(real_features, generated_features, names, least=k + 1)
    # A common offset would use up the digits in which the points differ.
    center = real.mean(axis=0, dtype="float64")
    real, generated = real - center, generated - center
    return _covered(generated, real, k, block_size), _covered(real, generated, k, block_size)


def _covered(points, centers, k, block_size):
    """The share of points that lie in the ball of a center."""
    from sklearn.utils import gen_batches

    _, errors = nearest_neighbors(centers, centers, k, exclude_self=True, block_size=block_size)
    squared_radii = errors[:, -1] * centers.shape[1]
    inside = np.zeros(len(points), bool)
    for rows in gen_batches(len(points), block_size):
        for columns in gen_batches(len(centers), block_size):
            inside[rows] |= _inside(points[rows], centers[columns], squared_radii[columns])
    return float(inside.mean())


def _inside(points, centers, squared_radii):
    """Whether each point lies in a ball, or on its surface."""
    squares = np.einsum("ij,ij->i", points, points)[:, None]
    others = np.einsum("ij,ij->i", centers, centers)
    # |p - c|² = |p|² - 2 pc + |c|²: fast, but with the rounding errors of the squares.
    depth = squared_radii - (squares - 2 * points @ centers.T + others)
    doubt = 4 * np.finfo("float64").eps * points.shape[1] * (squares + others)
    inside = (depth > doubt).any(axis=1)
    for row in np.flatnonzero(~inside & (depth >= -doubt).any(axis=1)):
        near = depth[row] >= -doubt[row]
        distances = np.sum((centers[near] - points[row]) ** 2, axis=1)
        # Sums of the same numbers in a different order differ in the last digits.
        inside[row] = (distances <= squared_radii[near] * (1 + 1e-12)).any()
    return inside
