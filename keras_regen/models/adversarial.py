"""What two players that are trained in one `fit` share: a fixed judge, and an optimizer each."""

import re
from collections.abc import Mapping, Sequence

import keras
from keras import ops


def frozen_call(network: keras.Model, inputs, training: bool | None = None):
    """Calls a network as it is: gradients reach its inputs, and nothing of it changes.

    So a discriminator judges what another network makes: that network learns from the judgement,
    and the discriminator does not. It may be called in a model's `call` or `compute_loss`, on
    every backend.

    Args:
        network: Built Keras model.
        inputs: Tensor, or tensors, that the network takes.
        training: Boolean: how the network works, as in any call of it. In training it normalizes
            by the batch's own moments and drops out, and keeps no trace of either.

    Returns:
        What the network gives. Its weights get no gradients; moving averages and random streams
        stay as they were, and losses that its layers add are left out.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from keras_regen.models.adversarial import frozen_call
        >>> judge = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> frozen_call(judge, np.ones((2, 3), "float32")).shape == (2, 1)
        True
    """
    outputs, _ = network.stateless_call(
        [ops.stop_gradient(variable) for variable in network.trainable_variables],
        [ops.convert_to_tensor(variable) for variable in network.non_trainable_variables],
        inputs,
        training=training,
    )
    return outputs


def adversarial_optimizer(
    optimizer: keras.optimizers.Optimizer | str | Mapping[str, object],
    players: Mapping[str, Sequence],
    critic_steps: int = 1,
) -> keras.optimizers.Optimizer | str:
    """Gives each player its optimizer, as one optimizer that `compile` takes.

    Args:
        optimizer: A Keras optimizer or its name, for all; or a dict with one for each player.
        players: Mapping from the players' names to their variables: the one that is to learn in
            every step first, then the other.
        critic_steps: Integer: the other learns once in so many steps.

    Returns:
        A `keras.optimizers.MultiOptimizer`; or what was given, where that serves both.

    Raises:
        ValueError: If a dict is not of the players, or variables of two players have one path.

    Examples:
        >>> import keras
        >>> from keras_regen.models.adversarial import adversarial_optimizer
        >>> variables = [keras.Variable(0.0, name=name) for name in ("one", "other")]
        >>> players = {"critic": variables[:1], "artist": variables[1:]}
        >>> both = adversarial_optimizer({"critic": "sgd", "artist": "adam"}, players)
        >>> [type(one).__name__ for one in both.optimizers]
        ['Adam', 'SGD']
    """
    first, other = players
    paths = [{variable.path for variable in variables} for variables in players.values()]
    if both := sorted(set.intersection(*paths)):
        raise ValueError(
            "An optimizer knows variables by their paths, and two networks have "
            f"{both[0]!r}{f' and {len(both) - 1} more' if len(both) > 1 else ''}. Give their "
            "layers different names."
        )
    if isinstance(optimizer, keras.optimizers.MultiOptimizer):
        return optimizer  # read back from a file
    if isinstance(optimizer, Mapping):
        if set(optimizer) != set(players):
            raise ValueError(
                f"`optimizer` must be one optimizer, or a dict with one for each of {list(players)}"
                f". Received: a dict of {sorted(optimizer)}."
            )
        one, two = (keras.optimizers.get(optimizer[name]) for name in (first, other))
    elif critic_steps == 1:
        return optimizer
    else:
        one = keras.optimizers.get(optimizer)
        two = type(one).from_config(one.get_config())
    if critic_steps > 1:
        config = two.get_config() | {"gradient_accumulation_steps": critic_steps}
        two = type(two).from_config(config)
    pattern = "|".join(re.escape(path) for path in sorted(paths[1]))
    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(one, {pattern: two}))
