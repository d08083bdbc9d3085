"""The names of the classes, and the label of a class from its label or name."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from keras_regen.checks import check_strings, elements_of, is_integer

# Classes of characters that reverse the text after them, such as U+202E, or end this. The joiners
# and the marks of direction that Persian, Arabic, Hebrew and emoji need are of other classes.
_DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def class_index(class_names: Sequence[str], class_id: int | str) -> int:
    """Returns the label of a class from its label or name.

    Args:
        class_names: Names of the classes, in the order of their labels.
        class_id: Integer label or name of a class.

    Returns:
        Integer label.

    Raises:
        ValueError: If `class_names` is no list of strings, or the class is unknown. The message
            lists the classes.

    Examples:
        >>> from keras_regen.class_names import class_index
        >>> class_index(["cat", "dog"], "dog")
        1
    """
    check_strings("class_names", class_names)
    if isinstance(class_id, str):
        if class_id in class_names:
            return list(class_names).index(class_id)
    elif is_integer(class_id) and 0 <= class_id < len(class_names):
        return int(class_id)
    if not class_names:
        raise ValueError(f"The model has no classes. Received: class_id={class_id!r}.")
    known = ", ".join(f"{index} {name!r}" for index, name in enumerate(class_names))
    raise ValueError(
        f"`class_id` must be one of the model's classes: {known}. Received: class_id={class_id!r}."
    )


def as_class_names(class_names: Iterable[Any], least: int = 2) -> tuple[str, ...]:
    """Converts the argument `class_names` to a tuple of different strings.

    Args:
        class_names: List, tuple or array of strings or numbers, in the order of the labels.
        least: Integer: the smallest number of classes.

    Returns:
        The names.

    Raises:
        ValueError: If `class_names` is a single string, a set or not iterable, a name is neither
            a string nor a number, the names are too few, or two names are equal.

    Examples:
        >>> from keras_regen.class_names import as_class_names
        >>> as_class_names(["cat", "dog"])
        ('cat', 'dog')
        >>> as_class_names(range(3))
        ('0', '1', '2')
    """
    unordered = isinstance(class_names, (str, bytes, set, frozenset))
    names = None if unordered else elements_of(class_names)
    is_list = names is not None and len(names) >= least
    if not is_list or not all(isinstance(name, (str, float, int, np.generic)) for name in names):
        raise ValueError(
            f"`class_names` must be a list of at least {least} names. "
            f"Received: class_names={class_names!r}."
        )
    names = tuple(map(str, names))
    if len(set(names)) != len(names):
        raise ValueError(f"`class_names` must differ. Received: {names}.")
    if unprintable := unprintable_names(names):
        raise ValueError(
            "`class_names` must have no control characters, such as line ends and escape "
            f"sequences. Received: {unprintable}."
        )
    return names


def unprintable_names(names: Iterable[str]) -> list[str]:
    r"""Returns the names that cannot be the name of a class, because of a control character.

    A terminal would obey escape sequences, and no folder can have a null character in its name.

    Args:
        names: Names of classes.

    Examples:
        >>> from keras_regen.class_names import unprintable_names
        >>> unprintable_names(["cat", "dog\n"])
        ['dog\n']
    """
    return [name for name in names if any(map(is_control, name))]


def is_control(character: str) -> bool:
    r"""Returns whether a character controls how other characters are shown or written.

    These are the control characters, line and paragraph separators, controls of the direction of
    text, and surrogates, which no file can hold.

    Args:
        character: String with a single character.

    Examples:
        >>> from keras_regen.class_names import is_control
        >>> is_control("\n"), is_control("\u202e"), is_control("\u200d")
        (True, True, False)
    """
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in _DIRECTIONS
    )
