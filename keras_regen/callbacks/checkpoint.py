"""Checkpoint: the last and the best model, each whole or not at all."""

import os
import time
from pathlib import Path

import keras

from keras_regen.saving import save_model


class Checkpoint(keras.callbacks.Callback):
    """Saves the last and the best model after an epoch, each whole or not at all.

    `keras.callbacks.ModelCheckpoint` writes in place: a process that is killed while it writes
    leaves no checkpoint. Here the earlier one stays until the new one is whole.

    Args:
        folder: Where `last.keras` and `best.keras` go; made where it is missing.
        monitor: Name of the value whose best epoch is kept, such as `"val_accuracy"`; `None` to
            keep the last only.
        best: Float: the best value so far, for a training that goes on; `None` at the start.
        mode: `"max"` or `"min"`: whether more is better, or less. Defaults to what the end of the
            monitor's name says: more accuracy, less loss.
        pause: Float: seconds after a saving of the last model in which it is not saved again,
            where epochs are so short that saving would take a good part of them. The training's
            last epoch is always saved, and so is the best.

    Raises:
        ValueError: If the mode is another one, or missing where the name does not say it.

    Examples:
        >>> from keras_regen.callbacks import Checkpoint
        >>> Checkpoint("runs/mine/checkpoints", monitor="val_loss").mode
        'min'
        >>> Checkpoint("runs/mine/checkpoints", monitor="val_auc", mode="max").mode
        'max'
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        monitor: str | None = "val_accuracy",
        best: float | None = None,
        mode: str | None = None,
        pause: float = 0.0,
    ):
        super().__init__()
        self.folder = Path(folder)
        self.monitor = monitor
        self.mode = _mode(monitor) if mode is None and monitor is not None else mode
        if monitor is not None and self.mode not in ("min", "max"):
            raise ValueError(
                "`mode` must be 'max' where more is better, or 'min'; only names that end in "
                f"'accuracy' or 'loss' say it. Received: mode={mode!r}, monitor={monitor!r}."
            )
        self.best = best
        self.pause = pause
        self._saved_at = -float("inf")

    def on_epoch_end(self, epoch, logs=None):
        value = (logs or {}).get(self.monitor)
        if value is not None and self._better(value):
            self.best = float(value)
            self._save("best.keras")
        ends = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if ends or time.monotonic() - self._saved_at >= self.pause:
            # Last, for this is the file that a training goes on from.
            self._save("last.keras")
            self._saved_at = time.monotonic()

    def _better(self, value):
        if self.best is None:
            return True
        return value > self.best if self.mode == "max" else value < self.best

    def _save(self, name):
        save_model(self.model, self.folder / name)


def _mode(monitor):
    modes = {"accuracy": "max", "loss": "min"}
    return next((mode for end, mode in modes.items() if monitor.endswith(end)), None)
