"""The distances of classes in the latent space."""

import numpy as np
from scipy.spatial.distance import cdist

from keras_regen.arrays import as_numbers


def latent_distances(points: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """Computes the matrix of Euclidean distances between class centers.

    Args:
        points: Array `(num_points, latent_dim)`, such as a head's centroids or a prior's class
            means.
        others: Array `(num_others, latent_dim)`. Defaults to `points`.

    Returns:
        Array `(num_points, num_others)`, float64.

    Raises:
        ValueError: If an array is not as described or not finite, or both have different
            dimensions.

    Source: CSAE, second version, figure 10.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import latent_distances
        >>> latent_distances(np.array([[0.0, 0.0], [3.0, 4.0]]))
        array([[0., 5.],
               [5., 0.]])
    """
    points = as_numbers("points", points, 2).astype("float64")
    others = points if others is None else as_numbers("others", others, 2).astype("float64")
    if points.shape[1] != others.shape[1]:
        raise ValueError(
            "`points` and `others` must have the same number of dimensions. "
            f"Received: {points.shape[1]} and {others.shape[1]}."
        )
    return cdist(points, others)
