"""Freezing of whole models."""

import keras


def set_trainable(model: keras.Model, value: bool) -> None:
    """Freezes a model or makes it trainable, with all its layers.

    Examples:
        >>> import keras
        >>> from keras_regen.freezing import set_trainable
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> set_trainable(model, False)
        >>> len(model.trainable_variables)
        0
    """
    # Each layer for itself: a model that has the value already does not pass it on, and a
    # backbone that was loaded frozen may have layers that are not.
    for layer in model._flatten_layers():
        layer.trainable = value
