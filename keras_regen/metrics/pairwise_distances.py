"""The distances of classes in the latent space."""

import numpy as np


def latent_distances(points: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """Computes the matrix of Euclidean distances between class centers.

    Args:
        points: Array `(num_points, latent_dim)`, such as a head's centroids or a prior's class
            means.
        others: Array `(num_others, latent_dim)`. Defaults to `points`.

    Returns:
        Array `(num_points, num_others)`, float64.

    Source: CSAE, second version, figure 10.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import latent_distances
        >>> latent_distances(np.array([[0.0, 0.0], [3.0, 4.0]]))
        array([[0., 5.],
               [5., 0.]])
    """
    points = np.asarray(points, "float64")
    others = points if others is None else np.asarray(others, "float64")
    return np.linalg.norm(points[:, None] - others[None], axis=-1)
