"""The arguments of `compile` as Keras takes them."""

from collections.abc import Mapping
from typing import Any

import keras


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
        ValueError: If a loss or its weight is given, or the model has no output for a metric.

    Examples:
        >>> from keras_regen import CSAE
        >>> from keras_regen.models.compilation import compile_arguments
        >>> model = CSAE.from_preset("csae_digits")
        >>> compile_arguments(model, "auto", ["accuracy"], None, False, {})
        {'metrics': None, 'weighted_metrics': None, 'jit_compile': False}
    """
    for name, value in (("loss", loss), ("loss_weights", others.get("loss_weights"))):
        if value not in (None, "auto"):
            raise ValueError(
                f"{type(model).__name__} has its own losses: give them to its constructor, and "
                f"`compile` only the optimizer. Received: {name}={value!r}."
            )
    if jit_compile == "auto" and keras.backend.backend() == "tensorflow":
        # On CPUs, convolutions compiled by XLA train about three times slower than others.
        jit_compile = "auto" if keras.distribution.list_devices("gpu") else False
    return {
        **{name: value for name, value in others.items() if name != "loss_weights"},
        "metrics": _by_output(model, "metrics", metrics),
        "weighted_metrics": _by_output(model, "weighted_metrics", weighted_metrics),
        "jit_compile": jit_compile,
    }


def _by_output(model, name, metrics):
    """Metrics by the name of the output that they measure, without the accuracy."""
    if metrics is None or isinstance(metrics, Mapping):
        return metrics
    metrics = list(metrics) if isinstance(metrics, (list, tuple)) else [metrics]
    classifies = model._accuracy is not None
    if not classifies and (model.decoder is None or model.encoder is None):
        raise ValueError(
            f"{type(model).__name__} returns neither class probabilities nor reconstructions, so "
            f"`{name}` has nothing to measure. Received: {name}={metrics!r}."
        )
    if classifies:
        # The model tracks its accuracy itself.
        metrics = [metric for metric in metrics if metric not in ("accuracy", "acc")]
    elif {"accuracy", "acc"} & {metric for metric in metrics if isinstance(metric, str)}:
        raise ValueError(
            f"{type(model).__name__} does not classify, so it has no accuracy. "
            f"Received: {name}={metrics!r}."
        )
    output = "probabilities" if classifies else "reconstruction"
    return {output: metrics} if metrics else None
