"""The conversion, the check and the difference of two batches of images."""

from typing import Any

from keras import ops

from keras_regen.arrays import as_real, image_floats


def image_pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Converts two batches of images of the same shape to tensors of floats.

    Without the check of the shapes, different shapes would be broadcast to a wrong loss.

    Args:
        y_true: Images `(batch, height, width, channels)`: integers in 0..255, which are divided
            by 255, or floats, which keep their values and their type.
        y_pred: Images of the same shape.

    Returns:
        A tuple of two tensors.

    Raises:
        ValueError: If the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.image_pair import image_pair
        >>> images = np.ones((2, 8, 8, 1), "float32")
        >>> image_pair(images[..., 0], images)
        Traceback (most recent call last):
        ...
        ValueError: A loss of images needs two batches of the same shape (batch, height, width,
        channels). Received: y_true of shape (2, 8, 8) and y_pred of shape (2, 8, 8, 1).
    """
    y_true, y_pred = as_real("y_true", y_true), as_real("y_pred", y_pred)
    check_same_shape(y_true, y_pred, "A loss of images", "(batch, height, width, channels)", 4)
    return image_floats(y_true), image_floats(y_pred)


def check_same_shape(
    y_true: Any, y_pred: Any, loss: str, shape: str, ndim: int | None = None
) -> None:
    """Raises an error unless two tensors have the same shape and are not empty.

    Args:
        y_true: Tensor.
        y_pred: Tensor.
        loss: Name of the loss in the error message.
        shape: The expected shape in the error message.
        ndim: The expected number of axes. Defaults to any number from 2.

    Raises:
        ValueError: If the shapes differ, have another number of axes, or are empty.
    """
    shapes = tuple(y_true.shape), tuple(y_pred.shape)
    axes = len(shapes[0])
    same = axes == len(shapes[1]) and (axes == ndim or (ndim is None and axes > 1))
    if not same or not all(
        true == pred != 0 or None in (true, pred) for true, pred in zip(*shapes, strict=True)
    ):
        raise ValueError(
            f"{loss} needs two batches of the same shape {shape}. "
            f"Received: y_true of shape {shapes[0]} and y_pred of shape {shapes[1]}."
        )


def image_difference(y_true: Any, y_pred: Any) -> Any:
    """Subtracts images from their reconstructions.

    Args:
        y_true: Images `(batch, height, width, channels)`, as in `image_pair`.
        y_pred: Images of the same shape.

    Returns:
        Tensor `(batch, height, width, channels)`: `y_pred - y_true`.

    Raises:
        ValueError: If the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.image_pair import image_difference
        >>> difference = image_difference(np.zeros((2, 8, 8, 1)), np.ones((2, 8, 8, 1)))
        >>> float(difference[0, 0, 0, 0])
        1.0
    """
    y_true, y_pred = image_pair(y_true, y_pred)
    # Not the operator `-`, which fails for mixed precision.
    return ops.subtract(y_pred, y_true)
