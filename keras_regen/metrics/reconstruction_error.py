"""How far reconstructions are from their images."""

import numpy as np

from keras_regen.models.inputs import unit_range


def reconstruction_error(images: np.ndarray, reconstructions: np.ndarray) -> dict[str, float]:
    """Computes the mean absolute and mean squared error over all pixels, in the range [0, 1].

    Args:
        images: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        reconstructions: Array of the same shape and either kind.

    Returns:
        A dict of `mae` and `mse`.

    Raises:
        ValueError: If the shapes differ.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import reconstruction_error
        >>> reconstruction_error(np.zeros((2, 8, 8, 1)), np.full((2, 8, 8, 1), 0.5))
        {'mae': 0.5, 'mse': 0.25}
    """
    if np.shape(images) != np.shape(reconstructions):
        raise ValueError(
            "Images and reconstructions must have one shape. "
            f"Received: {np.shape(images)} and {np.shape(reconstructions)}."
        )
    error = unit_range(np.asarray(images)) - unit_range(np.asarray(reconstructions))
    return {
        "mae": float(np.mean(np.abs(error), dtype="float64")),
        "mse": float(np.mean(error**2, dtype="float64")),
    }
