"""The direction in which the monitored values of callbacks are better."""

from collections.abc import Sequence

import keras

_MODES = {"accuracy": "max", "recognized": "max", "loss": "min"}
_MONITORING = (
    keras.callbacks.EarlyStopping,
    keras.callbacks.ModelCheckpoint,
    keras.callbacks.ReduceLROnPlateau,
)


def monitor_mode(monitor: str) -> str | None:
    """Returns whether a larger or a smaller value is better, by the name of the value.

    Args:
        monitor: Name of a value in the logs, such as `"val_accuracy"` or `"val_wavelet_loss"`.

    Returns:
        `"max"` for names that end in `accuracy` or `recognized`, `"min"` for names that end in
        `loss`, and `None` for other names.

    Examples:
        >>> from keras_regen.models.monitor_modes import monitor_mode
        >>> monitor_mode("val_accuracy"), monitor_mode("wavelet_loss"), monitor_mode("real_logits")
        ('max', 'min', None)
    """
    return next((mode for end, mode in _MODES.items() if monitor.endswith(end)), None)


def set_monitor_modes(callbacks: Sequence[keras.callbacks.Callback]) -> None:
    """Sets the mode of the callbacks of Keras that monitor a value of ours with `mode="auto"`.

    Keras looks for the direction among the metrics that `compile` received. Our models track their
    losses and their accuracy themselves. The mode of a value that we do not know stays `"auto"`.

    Args:
        callbacks: Callbacks of `fit`.

    Examples:
        >>> import keras
        >>> from keras_regen.models.monitor_modes import set_monitor_modes
        >>> stopping = keras.callbacks.EarlyStopping(monitor="val_accuracy")
        >>> set_monitor_modes([stopping])
        >>> stopping.mode
        'max'
    """
    for callback in callbacks:
        if isinstance(callback, _MONITORING) and callback.mode == "auto":
            callback.mode = monitor_mode(callback.monitor) or "auto"
