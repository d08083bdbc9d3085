"""An optimizer for each of two networks in one `fit`."""

import re
from collections.abc import Mapping, Sequence

import keras

from keras_regen.models.compilation import check_optimizer


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
        >>> from keras_regen.models.adversarial_optimizer import adversarial_optimizer
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
        return _with_current_paths(optimizer, paths[1])
    if _is_by_network(optimizer):
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
    return _combined(first, second, paths[1])


def _combined(first, second, paths):
    pattern = "|".join(re.escape(path) for path in sorted(paths))
    return keras.optimizers.MultiOptimizer(keras.optimizers.OptimizerMap(first, {pattern: second}))


def _is_by_network(optimizer):
    # A dict with `class_name` is the configuration of a single optimizer.
    return isinstance(optimizer, Mapping) and "class_name" not in optimizer


def _with_current_paths(optimizer, paths):
    """Returns the optimizer of a saved model, for the paths of the second network as they are now.

    Keras changes the paths of some networks when it loads them, such as of a `Sequential`.
    """
    known = optimizer._optimizer_map
    if optimizer.built or not isinstance(known, keras.optimizers.OptimizerMap):
        return optimizer
    first, others = known.default_optimizer, list(known.values())
    if len(others) != 1 or any(known[path] is not first for path in paths):
        return optimizer
    return _combined(first, others[0], paths)


def with_discriminator(
    optimizer: keras.optimizers.Optimizer | str | Mapping[str, object] | None,
    model: keras.Model,
    discriminator: keras.Model,
) -> keras.optimizers.Optimizer | str | None:
    """Adds the optimizer of the discriminator in an `AdversarialLoss` to that of the model.

    Args:
        optimizer: A Keras optimizer or its name, for the model without its discriminator, which
            then has Adam with a learning rate of 4e-4 and a `beta_1` of 0.5; or a dict,
            `{"autoencoder": ..., "discriminator": ...}`; or `None`, for a model without training.
        model: Built model with the discriminator among its variables.
        discriminator: The network.

    Returns:
        A `keras.optimizers.MultiOptimizer`, or `None`.

    Raises:
        ValueError: As `adversarial_optimizer`.
    """
    if optimizer is None:
        return None
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer  # `compile` of Keras wraps the combined optimizer
    own = {id(variable) for variable in discriminator.variables}
    networks = {
        "autoencoder": [variable for variable in model.variables if id(variable) not in own],
        "discriminator": discriminator.variables,
    }
    if not _is_by_network(optimizer) and not isinstance(optimizer, keras.optimizers.MultiOptimizer):
        check_optimizer(optimizer)
        adam = keras.optimizers.Adam(4e-4, beta_1=0.5, name="discriminator_adam")
        optimizer = {"autoencoder": optimizer, "discriminator": adam}
    return adversarial_optimizer(optimizer, networks)
