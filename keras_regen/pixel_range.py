"""The one conversion of images to floats in [0, 1]."""

import keras
import numpy as np
from keras import ops


def unit_range(images):
    """Converts images to float32 in [0, 1]; integers are taken as 0..255.

    Args:
        images: Array or tensor; integers 0..255, or floats 0..1, which stay as they are.

    Returns:
        A NumPy array for a NumPy array, and a tensor for a tensor.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.pixel_range import unit_range
        >>> unit_range(np.array([0, 255], "uint8"))
        array([0., 1.], dtype=float32)
    """
    if isinstance(images, np.ndarray):
        scaled = images.astype("float32")
        return scaled / 255 if images.dtype.kind in "iu" else scaled
    scaled = ops.cast(images, "float32")
    return scaled / 255.0 if "int" in keras.backend.standardize_dtype(images.dtype) else scaled
