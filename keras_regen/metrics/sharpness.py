"""Sharpness: the strength of the edges of images."""

import numpy as np

from keras_regen.arrays import as_array, check_images, unit_range


def sharpness(images: np.ndarray) -> float:
    """Computes the mean absolute difference of neighboring pixels.

    Blurred images have weak edges: compare with the value of real images of the same kind. Noise
    has strong edges, too, so a value above that of real images is no gain.

    Args:
        images: Images `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
            Height and width are at least 2.

    Returns:
        Float in [0, 1]: the mean over vertical and horizontal neighbors.

    Raises:
        ValueError: If the array is not a batch of images of at least 2x2 pixels.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import sharpness
        >>> stripes = np.tile([0.0, 1.0], (1, 4, 2))[..., None]
        >>> sharpness(stripes), sharpness(np.full((1, 4, 4, 1), 0.5))
        (0.5, 0.0)
    """
    images = as_array("images", images)
    check_images(images)
    if images.ndim != 4 or min(images.shape[1:3]) < 2 or not images.size:
        raise ValueError(
            "`images` must have the shape (num_images, height, width, channels), with at least "
            f"2x2 pixels. Received: an array of shape {images.shape}."
        )
    pixels = unit_range(images)
    means = [np.abs(np.diff(pixels, axis=axis)).mean(dtype="float64") for axis in (1, 2)]
    return float(np.mean(means))
