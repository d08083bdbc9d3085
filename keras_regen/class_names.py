"""class_index: the label of a class from its label or name."""

from collections.abc import Sequence

import numpy as np


def class_index(class_names: Sequence[str], class_id: int | str) -> int:
    """Returns the label of a class from its label or name.

    Args:
        class_names: Names of the classes, in the order of their labels.
        class_id: Integer label or name of a class.

    Returns:
        Integer label.

    Raises:
        ValueError: If the class is unknown. The message lists the classes.

    Examples:
        >>> from keras_regen.class_names import class_index
        >>> class_index(["cat", "dog"], "dog")
        1
    """
    if isinstance(class_id, str):
        if class_id in class_names:
            return list(class_names).index(class_id)
    elif (
        isinstance(class_id, (int, np.integer))
        and not isinstance(class_id, bool)
        and 0 <= class_id < len(class_names)
    ):
        return int(class_id)
    if not class_names:
        raise ValueError(f"The model has no classes. Received: class_id={class_id!r}.")
    known = ", ".join(f"{index} {name!r}" for index, name in enumerate(class_names))
    raise ValueError(
        f"`class_id` must be one of the model's classes: {known}. Received: class_id={class_id!r}."
    )
