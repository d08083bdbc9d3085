"""The shape check and the difference of two batches of images."""

from typing import Any

from keras import ops


def check_same_images(y_true: Any, y_pred: Any) -> None:
    """Raises an error unless both tensors are batches of images of the same shape.

    Without this check, different shapes would be broadcast to a wrong loss.

    Args:
        y_true: Float images `(batch, height, width, channels)`.
        y_pred: Float images of the same shape.

    Raises:
        ValueError: If the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.pixel_differences import check_same_images
        >>> images = np.ones((2, 8, 8, 1), "float32")
        >>> check_same_images(images[..., 0], images)
        Traceback (most recent call last):
        ...
        ValueError: A loss of images needs two batches of the same shape (batch, height, width,
        channels). Received: y_true of shape (2, 8, 8) and y_pred of shape (2, 8, 8, 1).
    """
    shapes = tuple(y_true.shape), tuple(y_pred.shape)
    same = all(len(shape) == 4 for shape in shapes) and all(
        true == pred or None in (true, pred) for true, pred in zip(*shapes, strict=True)
    )
    if not same:
        raise ValueError(
            "A loss of images needs two batches of the same shape (batch, height, width, "
            f"channels). Received: y_true of shape {shapes[0]} and y_pred of shape {shapes[1]}."
        )


def image_difference(y_true: Any, y_pred: Any) -> Any:
    """Subtracts images from their reconstructions.

    Args:
        y_true: Float images `(batch, height, width, channels)`.
        y_pred: Float images of the same shape.

    Returns:
        Tensor `(batch, height, width, channels)`: `y_pred - y_true`.

    Raises:
        ValueError: If the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.pixel_differences import image_difference
        >>> difference = image_difference(np.zeros((2, 8, 8, 1)), np.ones((2, 8, 8, 1)))
        >>> float(difference[0, 0, 0, 0])
        1.0
    """
    check_same_images(y_true, y_pred)
    # Not the operator `-`, which fails for an array and a PyTorch tensor and for mixed precision.
    return ops.subtract(y_pred, y_true)
