"""Arrays and tensors among the arguments: their conversion and their checks."""

from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from keras_regen.checks import as_integers, check_integer


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
    images = as_array(name, images)
    if image_shape is not None:
        image_shape = as_integers("image_shape", image_shape, 1)
    _check_shape(images, image_shape, name)
    if images.dtype == np.uint8:
        return
    if images.dtype.kind not in "iuf":
        # As integers, booleans would be 0 and 1 of 255: black images.
        integers = "" if images.dtype == bool else f"`{name}.astype('uint8')` or "
        raise ValueError(
            f"`{name}` must be integers in 0..255 or floats in 0..1. "
            f"Received: dtype={images.dtype}. Convert with {integers}`{name}.astype('float32')`."
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
    labels = as_array(name, labels)
    for argument, number in (("num_samples", num_samples), ("num_classes", num_classes)):
        if number is not None:
            check_integer(argument, number, 0)
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


def as_array(name: str, value: Any) -> np.ndarray:
    """Converts an argument to an array of any shape and type.

    Args:
        name: Name of the argument in the error message.
        value: Array, tensor or nested list.

    Returns:
        The array.

    Raises:
        ValueError: If `value` cannot be converted, such as lists of different lengths.

    Examples:
        >>> as_array("images", [[1], [2, 3]])
        Traceback (most recent call last):
        ...
        ValueError: `images` must be an array. Received: a list that NumPy cannot convert.
    """
    array = _converted(value)
    if array is None:
        raise ValueError(
            f"`{name}` must be an array. Received: a {type(value).__name__} that NumPy cannot "
            "convert."
        )
    return array


def as_numbers(name: str, value: npt.ArrayLike, ndim: int) -> np.ndarray:
    """Converts an argument to an array of finite real numbers.

    Args:
        name: Name of the argument in the error message.
        value: Array, tensor or nested list of integers or floats.
        ndim: Number of axes of the array.

    Returns:
        The array, in its own type.

    Raises:
        ValueError: If `value` cannot be converted, has another number of axes, is empty, is not of
            integers or floats, or has a NaN or infinite value.

    Examples:
        >>> as_numbers("points", [[1, 2], [3, 4]], 2).shape
        (2, 2)
        >>> as_numbers("points", [1, 2], 2)
        Traceback (most recent call last):
        ...
        ValueError: `points` must be finite numbers in an array of 2 axes. Received: an array of
        shape (2,) and type int64.
    """
    array = _converted(value)
    if array is None:
        array = np.asarray(None)
    if array.ndim != ndim or array.size == 0 or array.dtype.kind not in "iuf":
        received = (
            f"a {type(value).__name__}"
            if array.dtype.kind == "O"
            else f"an array of shape {array.shape} and type {array.dtype}"
        )
        raise ValueError(
            f"`{name}` must be finite numbers in an array of {ndim} axes. Received: {received}."
        )
    finite = np.isfinite(array)
    if not finite.all():
        index = np.unravel_index(finite.argmin(), finite.shape)
        raise ValueError(
            f"`{name}` must be finite numbers. Received: {array[index]} at index "
            f"{tuple(map(int, index))}."
        )
    return array


def as_real(name: str, value: Any) -> Any:
    """Converts an argument to an array or a tensor of real numbers.

    The values are not read, so `value` can be a tensor of a compiled step.

    Args:
        name: Name of the argument in the error message.
        value: Tensor, variable, array, number or nested list.

    Returns:
        A tensor if `value` is a tensor or a variable, in its own type. A NumPy array otherwise:
        floats of lists have the type `keras.config.floatx()`.

    Raises:
        ValueError: If `value` cannot be converted, or is not of booleans, integers or floats.

    Examples:
        >>> as_real("images", [0.5, 1]).dtype
        dtype('float32')
        >>> as_real("images", ["left"])
        Traceback (most recent call last):
        ...
        ValueError: `images` must be numbers. Received: an array of type <U4.
    """
    if isinstance(value, keras.Variable):
        value = ops.convert_to_tensor(value)
    if ops.is_tensor(value) or isinstance(value, keras.KerasTensor):
        numbers = value
    else:
        numbers = as_array(name, value)
        if numbers.dtype.kind == "f" and not hasattr(value, "dtype"):
            numbers = numbers.astype(keras.config.floatx())
    if not any(kind in str(numbers.dtype) for kind in ("float", "int", "bool")):
        raise ValueError(
            f"`{name}` must be numbers. Received: "
            + (
                f"a {type(value).__name__}."
                if str(numbers.dtype) == "object"
                else f"an array of type {numbers.dtype}."
            )
        )
    return numbers


def as_floats(name: str, value: Any) -> Any:
    """Converts an argument to a tensor of floats.

    Args:
        name: Name of the argument in the error message.
        value: Tensor, variable, array, number or nested list.

    Returns:
        Tensor: floats have their own type, and booleans and integers have the type
        `keras.config.floatx()`.

    Raises:
        ValueError: If `value` cannot be converted, or is not of booleans, integers or floats.

    Examples:
        >>> float(as_floats("logits", 2))
        2.0
    """
    numbers = as_real(name, value)
    if "float" in str(numbers.dtype):
        return ops.convert_to_tensor(numbers) if isinstance(numbers, np.ndarray) else numbers
    if isinstance(numbers, np.ndarray):
        return ops.convert_to_tensor(numbers.astype(keras.config.floatx()))
    return ops.cast(numbers, keras.config.floatx())


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
        >>> from keras_regen.arrays import unit_range
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
        >>> from keras_regen.arrays import image_floats
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


def _converted(value: Any) -> np.ndarray | None:
    """Returns a NumPy array, also of a tensor on another device; `None` for another value."""
    try:
        return np.asarray(ops.convert_to_numpy(value) if ops.is_tensor(value) else value)
    except (AttributeError, TypeError, ValueError, RuntimeError):  # lists of different lengths
        return None


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
    if image_shape is not None and images.shape[1:] != image_shape:
        raise ValueError(
            f"`{name}` must be images of shape {image_shape}. "
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
