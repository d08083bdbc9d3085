"""The check of the initializers of the blocks."""

from typing import Any

import keras


def as_initializer(initializer: Any) -> keras.initializers.Initializer:
    """Converts an argument to a Keras initializer.

    Args:
        initializer: Keras initializer, its class, its name or its configuration.

    Returns:
        The initializer.

    Raises:
        ValueError: If `initializer` is anything else.

    Examples:
        >>> from keras_regen.layers.initializers import as_initializer
        >>> type(as_initializer("he_normal")).__name__
        'HeNormal'
    """
    found = None
    if isinstance(initializer, (str, dict, type, keras.initializers.Initializer)):
        try:
            found = keras.initializers.get(initializer)
        except (TypeError, ValueError):
            found = None
    if not isinstance(found, keras.initializers.Initializer):
        raise ValueError(
            "`kernel_initializer` must be a Keras initializer or its name, such as 'he_normal'. "
            f"Received: kernel_initializer={initializer!r}."
        )
    return found
