"""Checks of arguments, for errors at the call that received a wrong value."""

import contextlib
import difflib
import math
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np


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


def as_pixel_range(value: Any) -> tuple[float, float]:
    """Returns the values of black and white that a network of other makers takes.

    Args:
        value: Two numbers, in rising order.

    Returns:
        A tuple of two floats.

    Raises:
        ValueError: If `value` is anything else.

    Examples:
        >>> from keras_regen.checks import as_pixel_range
        >>> as_pixel_range((-1, 1))
        (-1.0, 1.0)
    """
    values = elements_of(value) or []
    for number in values:
        check_number("pixel_range", number)
    if len(values) != 2 or not values[0] < values[1]:
        raise ValueError(
            "`pixel_range` must be the values of black and white, in rising order. "
            f"Received: pixel_range={value!r}."
        )
    return float(values[0]), float(values[1])


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
