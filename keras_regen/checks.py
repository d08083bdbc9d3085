"""Checks of images, labels and integers, for errors at the call that received wrong data."""

import numpy as np
import numpy.typing as npt


def check_images(
    images: npt.ArrayLike,
    image_shape: tuple[int, int, int] | None = None,
    *,
    name: str = "images",
) -> None:
    """Raises an error unless `images` is a valid batch of images.

    Images have their channels in the last axis. Integers must be in 0..255 and floats in 0..1. The
    check does not copy the array. It does not read the values of `uint8` images, and it reads the
    values of other images once.

    Args:
        images: Array `(num_images, height, width, channels)` with 1 or 3 channels.
        image_shape: The expected `(height, width, channels)`, or `None` for any shape.
        name: Name of the array in the error message.

    Raises:
        ValueError: If the rank, the number of channels, the shape, the type or the range of the
            values is wrong, or a value is NaN or infinite. The message describes the received
            array.

    Examples:
        >>> check_images(np.zeros((2, 8, 8, 1), "uint8"))
        >>> check_images(np.zeros((2, 8, 8)))
        Traceback (most recent call last):
        ...
        ValueError: `images` must have shape (num_images, height, width, channels). Received: ...
    """
    images = np.asarray(images)
    _check_shape(images, image_shape, name)
    if images.dtype == np.uint8:
        return
    if images.dtype.kind not in "iuf":
        raise ValueError(
            f"`{name}` must be integers in 0..255 or floats in 0..1. "
            f"Received: dtype={images.dtype}. Convert with `{name}.astype('uint8')` "
            f"or `{name}.astype('float32')`."
        )
    with np.errstate(invalid="ignore"):
        low, high = images.min(), images.max()
    if images.dtype.kind == "f":
        _check_float_range(images, low, high, name)
    elif low < 0 or high > 255:
        raise ValueError(
            f"`{name}` holds integers, which must lie in 0..255. "
            f"Received: values from {low} to {high}."
        )


def check_labels(
    labels: npt.ArrayLike,
    num_samples: int | None = None,
    num_classes: int | None = None,
    *,
    name: str = "labels",
) -> None:
    """Raises an error unless `labels` holds a class index for each sample.

    Args:
        labels: Integer array `(num_samples,)` with values in 0..`num_classes` - 1.
        num_samples: The expected number of labels, or `None` for any number.
        num_classes: The number of classes, or `None` for any number.
        name: Name of the array in the error message.

    Raises:
        ValueError: If the rank is not 1, the type is not an integer type (booleans and floats are
            errors), the number of labels is wrong, or a label is out of range. The message
            describes the received array.

    Examples:
        >>> check_labels(np.array([0, 2, 1]), num_samples=3, num_classes=3)
        >>> check_labels(np.array([0, 3, 1]), num_classes=3)
        Traceback (most recent call last):
        ...
        ValueError: `labels` must lie in 0..2. Received: 3 at index 1.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(
            f"`{name}` must have shape (num_samples,), one class index per image. "
            f"Received: shape={labels.shape}."
            + (" For one-hot rows, use `argmax(axis=-1)`." if labels.ndim == 2 else "")
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"`{name}` must be integers. Received: dtype={labels.dtype}. "
            f"Convert with `{name}.astype('int64')` if the values are class indices."
        )
    if num_samples is not None and len(labels) != num_samples:
        raise ValueError(
            f"`{name}` must hold one label per image, {num_samples} in all. "
            f"Received: {len(labels)} labels."
        )
    wrong = labels < 0
    if num_classes is not None:
        wrong |= labels >= num_classes
    if wrong.any():
        index = int(wrong.argmax())
        allowed = "be at least 0" if num_classes is None else f"lie in 0..{num_classes - 1}"
        raise ValueError(f"`{name}` must {allowed}. Received: {labels[index]} at index {index}.")


def check_integer(name: str, value: int, minimum: int) -> None:
    """Raises an error unless `value` is an integer of at least `minimum`.

    Args:
        name: Name of the argument in the error message.
        value: Value of the argument.
        minimum: The smallest valid value.

    Raises:
        ValueError: If `value` is not an integer (booleans are errors) or is below `minimum`.

    Examples:
        >>> check_integer("batch_size", 0, 1)
        Traceback (most recent call last):
        ...
        ValueError: `batch_size` must be an integer, at least 1. Received: batch_size=0.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise ValueError(
            f"`{name}` must be an integer, at least {minimum}. Received: {name}={value!r}."
        )


def _check_shape(images: np.ndarray, image_shape: tuple | None, name: str) -> None:
    if images.ndim != 4:
        hint = ""
        if images.ndim == 3 and images.shape[-1] in (1, 3):
            hint = f" For a single image, use `{name}[None]`."
        elif images.ndim == 3:
            hint = f" Add the channel axis with `{name}[..., None]`."
        raise ValueError(
            f"`{name}` must have shape (num_images, height, width, channels). "
            f"Received: shape={images.shape}.{hint}"
        )
    if images.shape[-1] not in (1, 3):
        hint = (
            f" Move the channels to the last axis with `{name}.transpose(0, 2, 3, 1)`."
            if images.shape[1] in (1, 3)
            else ""
        )
        raise ValueError(
            f"`{name}` must have 1 channel (grayscale) or 3 (RGB), in the last axis. "
            f"Received: shape={images.shape}.{hint}"
        )
    if images.size == 0:
        raise ValueError(f"`{name}` must hold at least one pixel. Received: shape={images.shape}.")
    if image_shape is not None and images.shape[1:] != tuple(image_shape):
        raise ValueError(
            f"`{name}` must be images of shape {tuple(image_shape)}. "
            f"Received: images of shape {images.shape[1:]}."
        )


def _check_float_range(images: np.ndarray, low: float, high: float, name: str) -> None:
    # The minimum of an array with a NaN is NaN, so `low` and `high` show every bad value.
    if not (np.isfinite(low) and np.isfinite(high)):
        index = next(i for i, image in enumerate(images) if not np.isfinite(image).all())
        raise ValueError(
            f"`{name}` must be finite. Received: NaN or infinite values, first in image {index}."
        )
    if low < 0 or high > 1:
        hint = " Divide by 255, or use integers in 0..255." if low >= 0 and high <= 255 else ""
        raise ValueError(
            f"`{name}` holds floats, which must lie in 0..1. "
            f"Received: values from {low:g} to {high:g}.{hint}"
        )
