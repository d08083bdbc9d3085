"""The positions of pixels and the random numbers of layers that change each image differently."""

from typing import Any

import keras
from keras import ops


def pixel_positions(side: int, axis: int) -> Any:
    """Returns the numbers of the rows or columns of images, for comparison with whole images.

    Args:
        side: Integer: the number of rows or columns.
        axis: Integer: 1 for rows, 2 for columns.

    Returns:
        Integer tensor of 0 to `side` - 1 along this axis, of length 1 along the three others.
    """
    shape = [1, 1, 1, 1]
    shape[axis] = side
    return ops.reshape(ops.arange(side, dtype="int32"), shape)


def random_integers(images: Any, low: int, end: int, seed: keras.random.SeedGenerator) -> Any:
    """Returns a random integer for each image.

    Args:
        images: Tensor `(batch, height, width, channels)`.
        low: Integer: the least value.
        end: Integer above the largest value.
        seed: The random stream.

    Returns:
        Integer tensor `(batch, 1, 1, 1)`.
    """
    return keras.random.randint((ops.shape(images)[0], 1, 1, 1), low, end, "int32", seed=seed)
