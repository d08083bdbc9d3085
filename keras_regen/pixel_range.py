"""unit_range: the conversion of images to floats in [0, 1]."""

from typing import Any

import keras
import numpy as np
from keras import ops


def unit_range(images: Any) -> Any:
    """Converts images to float32 in [0, 1].

    Args:
        images: Array or tensor: integers in 0..255, which are divided by 255, or floats in 0..1,
            which keep their values.

    Returns:
        A NumPy array if `images` is a NumPy array, and a tensor otherwise.

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
