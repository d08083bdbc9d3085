"""Freezing of models, for good or for a single call."""

from typing import Any

import keras
from keras import ops


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


def frozen_call(network: keras.Model, inputs: Any, training: bool | None = None) -> Any:
    """Calls a network with fixed weights: gradients reach its inputs and not its weights.

    A generator so learns from a discriminator that does not change. The function may be called in
    the `call` or `compute_loss` of a model, on every backend.

    Args:
        network: Built Keras model.
        inputs: Tensor, or tensors, that the network takes.
        training: Boolean: the mode of the network. In training it normalizes by the moments of the
            batch and applies dropout.

    Returns:
        The outputs of the network. Its moving averages and random states stay as they are, and
        losses that its layers add are left out.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from keras_regen.freezing import frozen_call
        >>> discriminator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> frozen_call(discriminator, np.ones((2, 3), "float32")).shape == (2, 1)
        True
    """
    weights = [ops.stop_gradient(variable) for variable in network.trainable_variables]
    return _stateless_call(network, weights, inputs, training)


def call_without_updates(network: keras.Model, inputs: Any, training: bool | None = None) -> Any:
    """Calls a network as `frozen_call`, with gradients that reach its weights too.

    The network so learns from inputs that are not typical of its use, and its moving averages stay
    those of the typical inputs.

    Args:
        network: As in `frozen_call`.
        inputs: As in `frozen_call`.
        training: As in `frozen_call`.

    Returns:
        As `frozen_call`.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from keras_regen.freezing import call_without_updates
        >>> network = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
        >>> outputs = call_without_updates(network, np.ones((2, 3), "float32"), training=True)
        >>> float(keras.ops.max(network.layers[0].moving_mean))
        0.0
    """
    weights = [ops.convert_to_tensor(variable) for variable in network.trainable_variables]
    return _stateless_call(network, weights, inputs, training)


def _stateless_call(network, weights, inputs, training):
    state = [ops.convert_to_tensor(variable) for variable in network.non_trainable_variables]
    outputs, _ = network.stateless_call(weights, state, inputs, training=training)
    return outputs
