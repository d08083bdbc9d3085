"""Adversarial training in one `fit`: a call with fixed weights, and an optimizer per network."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_regen.models.compilation import check_optimizer


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
        >>> from keras_regen.models.adversarial import frozen_call
        >>> discriminator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> frozen_call(discriminator, np.ones((2, 3), "float32")).shape == (2, 1)
        True
    """
    outputs, _ = network.stateless_call(
        [ops.stop_gradient(variable) for variable in network.trainable_variables],
        [ops.convert_to_tensor(variable) for variable in network.non_trainable_variables],
        inputs,
        training=training,
    )
    return outputs


def scale_gradient(x: Any, factor: Any) -> Any:
    """Returns a tensor unchanged, and multiplies the gradient that passes it by a factor.

    Args:
        x: Tensor of finite floats.
        factor: Float, or a tensor of a float: 0 stops the gradient.

    Examples:
        >>> import keras
        >>> from keras_regen.models.adversarial import scale_gradient
        >>> scale_gradient(keras.ops.ones((2, 3)), 0.0).shape == (2, 3)
        True
    """
    constant = ops.stop_gradient(x)
    return constant + ops.cast(factor, constant.dtype) * (x - constant)


def adversarial_optimizer(
    optimizer: keras.optimizers.Optimizer | str | Mapping[str, object],
    networks: Mapping[str, Sequence[keras.Variable]],
    critic_steps: int = 1,
) -> keras.optimizers.Optimizer | str:
    """Combines the optimizers of two networks to a single optimizer that `compile` takes.

    Args:
        optimizer: A Keras optimizer or its name, for both networks; or a dict with an optimizer
            for each.
        networks: Mapping from the names of the two networks to their variables. The first network
            learns in every step.
        critic_steps: Integer: the second network learns once in this number of steps, from the
            mean of its gradients in these steps.

    Returns:
        A `keras.optimizers.MultiOptimizer`; or `optimizer` itself, if it serves both networks.

    Raises:
        ValueError: If a dict does not have these networks as keys, or two variables of different
            networks have the same path.

    Examples:
        >>> import keras
        >>> from keras_regen.models.adversarial import adversarial_optimizer
        >>> variables = [keras.Variable(0.0, name=name) for name in ("a", "b")]
        >>> networks = {"discriminator": variables[:1], "generator": variables[1:]}
        >>> optimizers = {"discriminator": "sgd", "generator": "adam"}
        >>> combined = adversarial_optimizer(optimizers, networks)
        >>> [type(optimizer).__name__ for optimizer in combined.optimizers]
        ['Adam', 'SGD']
    """
    paths = [{variable.path for variable in variables} for variables in networks.values()]
    if shared := sorted(set.intersection(*paths)):
        raise ValueError(
            "An optimizer finds variables by their paths, and both networks have a variable "
            f"{shared[0]!r}{f' and {len(shared) - 1} more' if len(shared) > 1 else ''}. Give their "
            "layers different names."
        )
    if isinstance(optimizer, keras.optimizers.MultiOptimizer):
        return optimizer  # from a saved model
    # A dict with `class_name` is the configuration of a single optimizer.
    if isinstance(optimizer, Mapping) and "class_name" not in optimizer:
        if set(optimizer) != set(networks):
            raise ValueError(
                "`optimizer` must be a single optimizer, or a dict with an optimizer for each of "
                f"{list(networks)}. Received: a dict of {list(optimizer)}."
            )
        for name in networks:
            check_optimizer(optimizer[name], f"optimizer[{name!r}]")
        first, second = (keras.optimizers.get(optimizer[name]) for name in networks)
    elif critic_steps == 1:
        return optimizer
    else:
        check_optimizer(optimizer)
        first = keras.optimizers.get(optimizer)
        second = type(first).from_config(first.get_config())
    if critic_steps > 1:
        config = second.get_config() | {"gradient_accumulation_steps": critic_steps}
        second = type(second).from_config(config)
    pattern = "|".join(re.escape(path) for path in sorted(paths[1]))
    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(first, {pattern: second}))
