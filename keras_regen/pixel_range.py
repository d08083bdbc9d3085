"""The conversion of images to floats in [0, 1]."""

from typing import Any

import numpy as np
from keras import ops

from keras_regen.checks import as_real


def unit_range(images: Any) -> Any:
    """Converts images to float32 in [0, 1].

    Args:
        images: Array or tensor: integers in 0..255, which are divided by 255, or floats in 0..1,
            which keep their values.

    Returns:
        A tensor if `images` is a tensor, and a NumPy array otherwise.

    Raises:
        ValueError: If `images` cannot be converted, or is not of booleans, integers or floats.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.pixel_range import unit_range
        >>> unit_range(np.array([0, 255], "uint8"))
        array([0., 1.], dtype=float32)
    """
    images = as_real("images", images)
    is_array = isinstance(images, np.ndarray)
    scaled = images.astype("float32") if is_array else ops.cast(images, "float32")
    return scaled / 255.0 if "int" in str(images.dtype) else scaled


def image_floats(images: Any, name: str = "images", dtype: str = "float32") -> Any:
    """Converts a batch of images to a tensor of floats.

    Args:
        images: Array or tensor `(batch, height, width, channels)`: integers in 0..255, or floats.
        name: Name of the argument in the error message.
        dtype: Type of converted integers.

    Returns:
        Tensor of the same shape. Integers are divided by 255. Floats keep their values and their
        type.

    Raises:
        ValueError: If `images` does not have four axes, is empty, or is not of booleans, integers
            or floats.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.pixel_range import image_floats
        >>> float(image_floats(np.full((1, 1, 1, 1), 255, "uint8"))[0, 0, 0, 0])
        1.0
    """
    images = as_real(name, images)
    if len(images.shape) != 4 or 0 in tuple(images.shape):
        raise ValueError(
            f"`{name}` must have shape (batch, height, width, channels), with at least one image "
            f"and pixel. Received: shape {tuple(images.shape)}."
        )
    if "float" not in str(images.dtype):
        images = ops.cast(unit_range(images), dtype)
    return ops.convert_to_tensor(images) if isinstance(images, np.ndarray) else images
