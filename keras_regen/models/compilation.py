"""The arguments of `compile` as Keras takes them."""

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from keras_regen.checks import check_flag, check_integer
from keras_regen.devices import is_tensorflow_on_cpu

# Names that Keras resolves by the shape of the output.
_SHORT = ("accuracy", "acc", "crossentropy", "ce")


def check_optimizer(optimizer: Any, name: str = "optimizer") -> None:
    """Raises an error unless Keras takes an optimizer.

    Args:
        optimizer: A Keras optimizer, its name, its configuration, or `None`.
        name: Name of the argument in the error message.

    Raises:
        ValueError: If Keras does not take it.

    Examples:
        >>> from keras_regen.models.compilation import check_optimizer
        >>> check_optimizer("adm")
        Traceback (most recent call last):
        ...
        ValueError: `optimizer` must be an optimizer of Keras or its name, such as 'adam'. Received:
        optimizer='adm'.
    """
    try:
        valid = isinstance(
            keras.optimizers.get(optimizer), (keras.optimizers.Optimizer, type(None))
        )
    except Exception:  # the error depends on the configuration
        valid = False
    if not valid:
        raise ValueError(
            f"`{name}` must be an optimizer of Keras or its name, such as 'adam'. "
            f"Received: {name}={optimizer!r}."
        )


def compile_arguments(
    model: Any, loss: Any, metrics: Any, weighted_metrics: Any, jit_compile: Any, others: dict
) -> dict[str, Any]:
    """Checks the arguments of `ImageModel.compile` and converts them to those of Keras.

    Args:
        model: The model.
        loss: `"auto"` or `None`.
        metrics: List or dict of metrics, or `None`.
        weighted_metrics: List or dict of metrics, or `None`.
        jit_compile: Boolean or `"auto"`.
        others: Further arguments of `keras.Model.compile`.

    Returns:
        Arguments of `keras.Model.compile`, less the optimizer.

    Raises:
        ValueError: If a loss or its weight is given, the model has no output for a metric, or an
            argument is not as Keras takes it.
        TypeError: If `keras.Model.compile` has no such argument.

    Examples:
        >>> from keras_regen import CSAE
        >>> from keras_regen.models.compilation import compile_arguments
        >>> model = CSAE.from_preset("csae_digits")
        >>> compile_arguments(model, "auto", ["accuracy"], None, False, {})
        {'metrics': None, 'weighted_metrics': None, 'jit_compile': False}
    """
    for name, value in (("loss", loss), ("loss_weights", others.get("loss_weights"))):
        if not (value is None or (isinstance(value, str) and value == "auto")):
            raise ValueError(
                f"{type(model).__name__} has its own losses: give them to its constructor, and "
                f"`compile` only the optimizer. Received: {name}={value!r}."
            )
    _check_others(others)
    if not isinstance(jit_compile, str) or jit_compile != "auto":
        check_flag("jit_compile", jit_compile)
    elif is_tensorflow_on_cpu():
        jit_compile = False  # XLA is slower
    return {
        **{name: value for name, value in others.items() if name != "loss_weights"},
        "metrics": _by_output(model, "metrics", metrics),
        "weighted_metrics": _by_output(model, "weighted_metrics", weighted_metrics),
        "jit_compile": jit_compile,
    }


def _check_others(others):
    unknown = sorted(set(others) - set(inspect.signature(keras.Model.compile).parameters))
    if unknown:
        raise TypeError(
            f"`compile` takes only arguments of Keras's `compile`. Received: {unknown}."
        )
    for name, value in others.items():
        if name == "steps_per_execution":
            check_integer(name, value, 1)
        elif name in ("run_eagerly", "auto_scale_loss"):
            check_flag(name, value)


def _check_metrics(name, metrics):
    for metric in keras.tree.flatten(metrics):
        try:
            valid = metric is None or metric in _SHORT or callable(keras.metrics.get(metric))
        except Exception:  # the error depends on the configuration
            valid = False
        if not valid:
            raise ValueError(
                f"`{name}` must be metrics of Keras or their names, such as 'accuracy'. "
                f"Received: {metric!r}."
            )


def _by_output(model, name, metrics):
    """Metrics by the name of the output that they measure, without the accuracy."""
    _check_metrics(name, metrics)
    if metrics is None:
        return None
    if isinstance(metrics, Mapping):
        parts = {
            "probabilities": model._accuracy,
            "latent": model.encoder,
            "reconstruction": model.encoder and model.decoder,
        }
        known = [output for output, part in parts.items() if part is not None]
        if not set(metrics) <= set(known):
            raise ValueError(
                f"`{name}` must be of the outputs of {type(model).__name__}, {known}. "
                f"Received: {name}={metrics!r}."
            )
        return metrics
    metrics = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    classifies = model._accuracy is not None
    if not classifies and (model.decoder is None or model.encoder is None):
        raise ValueError(
            f"{type(model).__name__} returns neither class probabilities nor reconstructions, so "
            f"`{name}` has nothing to measure. Received: {name}={metrics!r}."
        )
    accuracy = {"accuracy", "acc"} & {metric for metric in metrics if isinstance(metric, str)}
    if classifies and name == "metrics":
        # The model tracks its accuracy itself, without the weights of the samples.
        metrics = [metric for metric in metrics if metric not in ("accuracy", "acc")]
    elif not classifies and accuracy:
        raise ValueError(
            f"{type(model).__name__} does not classify, so it has no accuracy. "
            f"Received: {name}={metrics!r}."
        )
    output = "probabilities" if classifies else "reconstruction"
    return {output: metrics} if metrics else None
