"""Freezing of models."""

import keras


def set_trainable(model: keras.Model, value: bool) -> None:
    """Sets `trainable` of a model and of all its layers.

    Args:
        model: The model.
        value: Whether the weights of the model are trainable.

    Examples:
        >>> import keras
        >>> from keras_regen.freezing import set_trainable
        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> set_trainable(model, False)
        >>> len(model.trainable_variables)
        0
    """
    # Layer by layer: Keras does not pass on a value that the model itself has already.
    for layer in model._flatten_layers():
        layer.trainable = value
