"""Checks of arguments, for errors at the call that received a wrong value."""

import contextlib
import difflib
import math
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from keras import ops


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
    if not is_integer(value) or value < minimum:
        raise ValueError(
            f"`{name}` must be an integer, at least {minimum}. Received: {name}={value!r}."
        )


def check_number(
    name: str,
    value: float,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
) -> None:
    """Raises an error unless `value` is a finite number within the bounds.

    Args:
        name: Name of the argument in the error message.
        value: Value of the argument.
        minimum: The smallest valid value.
        maximum: The largest valid value.
        above: A bound that every valid value exceeds.
        below: A bound that no valid value reaches.

    Raises:
        ValueError: If `value` is not a number (booleans are errors), is NaN or infinite, or is out
            of bounds.

    Examples:
        >>> check_number("ratio", 2.5, 0, below=1)
        Traceback (most recent call last):
        ...
        ValueError: `ratio` must be a number, at least 0 and below 1. Received: ratio=2.5.
    """
    valid = (
        is_finite_number(value)
        and (minimum is None or value >= minimum)
        and (maximum is None or value <= maximum)
        and (above is None or value > above)
        and (below is None or value < below)
    )
    if not valid:
        bounds = {"above": above, "at least": minimum, "at most": maximum, "below": below}
        limits = " and ".join(
            f"{word} {bound}" for word, bound in bounds.items() if bound is not None
        )
        raise ValueError(
            f"`{name}` must be a{'' if limits else ' finite'} number{', ' if limits else ''}"
            f"{limits}. Received: {name}={value!r}."
        )


def as_integers(name: str, value: Iterable[int], minimum: int) -> tuple[int, ...]:
    """Converts an argument to a tuple of integers.

    Args:
        name: Name of the argument in the error message.
        value: List, tuple, array or other iterable of integers.
        minimum: The smallest valid integer.

    Returns:
        The integers.

    Raises:
        ValueError: If `value` is not iterable, or an element is not an integer (booleans are
            errors) or is below `minimum`.

    Examples:
        >>> as_integers("seeds", range(3), 0)
        (0, 1, 2)
        >>> as_integers("seeds", 3, 0)
        Traceback (most recent call last):
        ...
        ValueError: `seeds` must be a list of integers, at least 0. Received: seeds=3.
    """
    elements = elements_of(value)
    for element in [None] if elements is None else elements:
        if not is_integer(element) or element < minimum:
            raise ValueError(
                f"`{name}` must be a list of integers, at least {minimum}. "
                f"Received: {name}={value!r}."
            )
    return tuple(map(int, elements))


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """Raises an error unless `value` is one of several names.

    Args:
        name: Name of the argument in the error message.
        value: Value of the argument.
        choices: The valid names.

    Raises:
        ValueError: If `value` is no string or another string. The message lists the names.

    Examples:
        >>> check_choice("kind", "siblngs", ["siblings", "children"])
        Traceback (most recent call last):
        ...
        ValueError: `kind` must be one of 'siblings', 'children'. Received: kind='siblngs'. Did you
        mean 'siblings'?
    """
    if not isinstance(value, str) or value not in choices:
        nearest = difflib.get_close_matches(value, choices, 1) if isinstance(value, str) else []
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise ValueError(
            f"`{name}` must be one of {', '.join(map(repr, choices))}. "
            f"Received: {name}={value!r}.{hint}"
        )


def check_flag(name: str, value: bool) -> None:
    """Raises an error unless `value` is a boolean.

    Args:
        name: Name of the argument in the error message.
        value: Value of the argument.

    Raises:
        ValueError: If `value` is neither `True` nor `False`.

    Examples:
        >>> check_flag("shuffle", "no")
        Traceback (most recent call last):
        ...
        ValueError: `shuffle` must be True or False. Received: shuffle='no'.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}.")


def check_seed(seed: int | None) -> None:
    """Raises an error unless `seed` is an integer of at least 0, or `None`.

    Args:
        seed: Value of the argument.

    Raises:
        ValueError: If `seed` is anything else.

    Examples:
        >>> check_seed(-1)
        Traceback (most recent call last):
        ...
        ValueError: `seed` must be an integer, at least 0. Received: seed=-1.
    """
    if seed is not None:
        check_integer("seed", seed, 0)


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


def check_path(name: str, path: str | os.PathLike) -> Path:
    """Returns a path, after a check that the argument is one.

    Args:
        name: Name of the argument in the error message.
        path: Value of the argument.

    Returns:
        The path.

    Raises:
        ValueError: If `path` is no string or path, is empty or has a null character.

    Examples:
        >>> check_path("path", 3)
        Traceback (most recent call last):
        ...
        ValueError: `path` must be the path of a file or folder. Received: path=3.
    """
    is_path = isinstance(path, (str, os.PathLike)) and isinstance(os.fspath(path), str)
    if not is_path or not os.fspath(path) or "\0" in os.fspath(path):
        raise ValueError(
            f"`{name}` must be the path of a file or folder. Received: {name}={path!r}."
        )
    return Path(path)


def check_name(name: str) -> None:
    """Raises an error unless `name` can be the name of a Keras model.

    Args:
        name: Value of the argument.

    Raises:
        ValueError: If `name` is no string or contains a slash.

    Examples:
        >>> check_name("a/b")
        Traceback (most recent call last):
        ...
        ValueError: `name` must be a string without "/". Received: name='a/b'.
    """
    if not isinstance(name, str) or "/" in name:
        raise ValueError(f'`name` must be a string without "/". Received: name={name!r}.')


def check_strings(name: str, value: Collection[str]) -> None:
    """Raises an error unless `value` is a list or tuple of strings.

    Args:
        name: Name of the argument in the error message.
        value: Value of the argument.

    Raises:
        ValueError: If `value` is no list or tuple, or an element is no string.

    Examples:
        >>> check_strings("class_names", "left")
        Traceback (most recent call last):
        ...
        ValueError: `class_names` must be a list of strings. Received: class_names='left'.
    """
    if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"`{name}` must be a list of strings. Received: {name}={value!r}.")


def elements_of(value: Any) -> list | None:
    """Returns the elements of an iterable.

    Args:
        value: Any value.

    Returns:
        The elements, or `None` if `value` is not iterable.

    Examples:
        >>> elements_of((1, 2))
        [1, 2]
        >>> elements_of(3) is None
        True
    """
    try:
        return list(value)
    except (TypeError, ValueError, RuntimeError):  # such as an array without axes
        return None


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


def is_integer(value: Any) -> bool:
    """Returns whether a value is an integer of Python or NumPy, and no boolean.

    Args:
        value: Any value.

    Examples:
        >>> is_integer(np.int64(3)), is_integer(True)
        (True, False)
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_finite_number(value: Any) -> bool:
    """Returns whether a value is a finite number.

    Args:
        value: Any value.

    Returns:
        `False` for NaN, infinity, a boolean and everything that is no integer or float.

    Examples:
        >>> is_finite_number(0.5), is_finite_number(True)
        (True, False)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond the range of floats
        return False


@contextlib.contextmanager
def named_errors(name: str, inputs: str) -> Iterator[None]:
    """Raises the error of a function by the user as a `ValueError` that names the argument.

    Args:
        name: Name of the argument that is the function, or has it.
        inputs: Description of the inputs of the function in the error message.

    Raises:
        ValueError: In place of any error in the `with` statement.

    Examples:
        >>> with named_errors("features", "2 images"):
        ...     [].pop()
        Traceback (most recent call last):
        ...
        ValueError: `features` must be a function that takes 2 images. It raised IndexError: pop ...
    """
    try:
        yield
    except Exception as error:
        raise ValueError(
            f"`{name}` must be a function that takes {inputs}. It raised "
            f"{type(error).__name__}: {error}"
        ) from error


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
