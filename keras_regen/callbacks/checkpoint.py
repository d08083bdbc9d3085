"""`Checkpoint`: saves the last and the best model, completely or not at all."""

import math
import os
import time
import warnings

import keras

from keras_regen.checks import check_number, check_path
from keras_regen.models.monitor_modes import monitor_mode
from keras_regen.saving import save_model


class Checkpoint(keras.callbacks.Callback):
    """Saves the last and the best model after an epoch, completely or not at all.

    `keras.callbacks.ModelCheckpoint` overwrites the file: a process that is killed while it writes
    leaves no checkpoint. This callback keeps the previous file until the new file is complete.

    Args:
        folder: Folder of `last.keras` and `best.keras`; created if it is missing.
        monitor: Name of the value that decides which epoch is best, such as `"val_accuracy"`, or
            `None` to save only the last model.
        best: Float: best value so far, to resume a training run; `None` at the start.
        mode: `"max"` or `"min"`: whether a larger or a smaller value is better. Defaults to
            `"max"` for names that end in `accuracy` or `recognized`, and to `"min"` for names that
            end in `loss`.
        pause: Float: least number of seconds between two saves of the last model, for epochs that
            are shorter than saving. The best epoch and the last epoch are always saved.

    Raises:
        ValueError: If an argument is not as described, or the mode is missing and cannot be derived
            from the name.

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
        self.folder = check_path("folder", folder)
        if monitor is not None and not isinstance(monitor, str):
            raise ValueError(f"`monitor` must be a string or None. Received: monitor={monitor!r}.")
        if best is not None:
            check_number("best", best)
        check_number("pause", pause, 0)
        self.monitor = monitor
        self.mode = monitor_mode(monitor) if mode is None and monitor is not None else mode
        known = isinstance(self.mode, str) and self.mode in ("min", "max")
        if monitor is not None and not known:
            raise ValueError(
                "`mode` must be 'max' if a larger value is better, or else 'min'. It may be "
                "omitted only if the name of the monitor ends in 'accuracy', 'recognized' or "
                "'loss'. "
                f"Received: mode={mode!r}, monitor={monitor!r}."
            )
        self.best = best
        self.pause = pause
        self._saved_at = -float("inf")
        self._warned = False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        value = (logs or {}).get(self.monitor)
        if value is None and self.monitor is not None and not self._warned:
            self._warned = True
            warnings.warn(
                f"`Checkpoint` saves no best model, because {self.monitor!r} is not measured. "
                f"Measured: {sorted(logs or {})}. Pass validation data to `fit`, or set `monitor`; "
                "`monitor=None` saves the last model only.",
                stacklevel=2,
            )
        if value is not None and self._is_better(value):
            self.best = float(value)
            self._save("best.keras")
        is_last_epoch = self.model.stop_training or epoch + 1 == self.params["epochs"]
        if is_last_epoch or time.monotonic() - self._saved_at >= self.pause:
            # Saved after the best model, because a resumed run starts from this file.
            self._save("last.keras")
            self._saved_at = time.monotonic()

    def _is_better(self, value: float) -> bool:
        if not math.isfinite(value):
            return False
        if self.best is None:
            return True
        return value > self.best if self.mode == "max" else value < self.best

    def _save(self, name: str) -> None:
        save_model(self.model, self.folder / name)
