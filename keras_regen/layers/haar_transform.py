"""HaarTransform2D: the two-dimensional Haar wavelet transform of images."""

from typing import Any

import keras
from keras import ops

from keras_regen.arrays import image_floats
from keras_regen.checks import check_choice, check_integer

NORMALIZATIONS = {"average": 0.25, "orthonormal": 0.5}


def haar_transform_2d(images: Any, levels: int = 1, normalization: str = "average") -> list:
    """Computes the two-dimensional Haar wavelet transform of a batch of images.

    Args:
        images: Array or tensor `(batch, height, width, channels)` with a known height and width:
            floats, or integers in 0..255, which are divided by 255. If the height or the width is
            odd, the last row or column is repeated.
        levels: Integer, at least 1: the number of levels. Each level transforms the low-pass image
            of the level before.
        normalization: `"average"` keeps the range of the images (the low-pass image is the local
            mean); `"orthonormal"` keeps the sum of squares.

    Returns:
        The list `[low, (h, v, d) of the last level, ..., (h, v, d) of the first level]`, in the
        order of `pywt.wavedec2`: the low-pass image, then the horizontal, vertical and diagonal
        details.

    Raises:
        ValueError: If `levels` is below 1 or too large for the size of the images, the
            normalization is unknown, or `images` are not images.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import haar_transform_2d
        >>> low, details = haar_transform_2d(np.ones((1, 4, 4, 1), "float32"))
        >>> tuple(low.shape), float(low[0, 0, 0, 0]), float(details[0][0, 0, 0, 0])
        ((1, 2, 2, 1), 1.0, 0.0)
    """
    check_levels(levels, normalization)
    return haar_bands(image_floats(images), int(levels), normalization)


def haar_bands(images: Any, levels: int, normalization: str) -> list:
    """Computes the transform of `haar_transform_2d` for a tensor of floats.

    Args:
        images: Float tensor `(batch, height, width, channels)`.
        levels: Integer, at least 1: the number of levels.
        normalization: `"average"` or `"orthonormal"`.

    Returns:
        As `haar_transform_2d`.

    Raises:
        ValueError: If the height or the width is not known, or `levels` is too large for them.
    """
    if None in images.shape[1:3]:
        raise ValueError(
            "The height and the width of the images must be known. "
            f"Received: images of shape {tuple(images.shape)}."
        )
    scale = NORMALIZATIONS[normalization]
    low, details = images, []
    for _ in range(levels):
        height, width = low.shape[1:3]
        if min(height, width) < 2:
            raise ValueError(
                f"`levels` must be at most {len(details)} for images of "
                f"{images.shape[1]}x{images.shape[2]} pixels, because each level halves the size. "
                f"Received: levels={levels}."
            )
        if height % 2:
            low = ops.concatenate([low, low[:, -1:]], axis=1)
        if width % 2:
            low = ops.concatenate([low, low[:, :, -1:]], axis=2)
        top, bottom = low[:, 0::2], low[:, 1::2]
        rows_sum, rows_difference = (top + bottom) * scale, (top - bottom) * scale
        left, right = rows_sum[:, :, 0::2], rows_sum[:, :, 1::2]
        left_edge, right_edge = rows_difference[:, :, 0::2], rows_difference[:, :, 1::2]
        low = left + right
        details.append((left_edge + right_edge, left - right, left_edge - right_edge))
    return [low, *reversed(details)]


def check_levels(levels: int, normalization: str) -> None:
    """Raises an error unless the arguments of a Haar transform are valid.

    Args:
        levels: Integer: the number of levels.
        normalization: Name of the normalization.

    Raises:
        ValueError: If `levels` is not an integer of at least 1, or the normalization is unknown.
    """
    check_integer("levels", levels, 1)
    check_choice("normalization", normalization, NORMALIZATIONS)


@keras.saving.register_keras_serializable(package="keras_regen")
class HaarTransform2D(keras.layers.Layer):
    """Splits images into a low-pass image and the details of several scales.

    Args:
        levels: Integer, at least 1: the number of levels. Each level transforms the low-pass image
            of the level before.
        normalization: `"average"` keeps the range of the images (the low-pass image is the local
            mean); `"orthonormal"` equals PyWavelets' `haar`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`: floats, or integers in 0..255, which are
    divided by 255.
    Output shape: the list `[low, (h, v, d) of the last level, ..., (h, v, d) of the first level]`,
    as in `pywt.wavedec2`. Each level halves the height and the width and rounds up.

    Raises:
        ValueError: If `levels` is below 1 or the normalization is unknown; from the call, if
            `levels` is too large for the size of the images, or the inputs are not images.

    Source: CSAE, second version, section 3.2.2 and figure 3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import HaarTransform2D
        >>> low, coarse, fine = HaarTransform2D(levels=2)(np.zeros((1, 28, 28, 1)))
        >>> tuple(low.shape), tuple(fine[0].shape)
        ((1, 7, 7, 1), (1, 14, 14, 1))
    """

    def __init__(self, levels: int = 1, normalization: str = "average", **kwargs: Any):
        super().__init__(**kwargs)
        check_levels(levels, normalization)
        self.levels = int(levels)
        self.normalization = normalization

    def call(self, inputs: Any) -> list:
        inputs = image_floats(inputs, "inputs", self.compute_dtype)
        return haar_bands(inputs, self.levels, self.normalization)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "levels": self.levels,
            "normalization": self.normalization,
        }
