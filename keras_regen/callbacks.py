"""Callbacks for `fit`: whole checkpoints, a history that grows by epochs, changing losses."""

import csv
import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras

from keras_regen.writing import replace_when_whole


class Checkpoint(keras.callbacks.Callback):
    """Saves the last and the best model after every epoch, each whole or not at all.

    `keras.callbacks.ModelCheckpoint` writes in place: a process that is killed while it writes
    leaves no checkpoint. Here the earlier one stays until the new one is whole.

    Args:
        folder: Where `last.keras` and `best.keras` go; made where it is missing.
        monitor: Name of the value whose best epoch is kept, such as `"val_accuracy"`.
        best: Float: the best value so far, for a training that goes on; `None` at the start.
        mode: `"max"` or `"min"`: whether more is better, or less. Defaults to what the end of the
            monitor's name says: more accuracy, less loss.

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
        monitor: str = "val_accuracy",
        best: float | None = None,
        mode: str | None = None,
    ):
        super().__init__()
        self.folder = Path(folder)
        self.monitor = monitor
        self.mode = _mode(monitor) if mode is None else mode
        if self.mode not in ("min", "max"):
            raise ValueError(
                "`mode` must be 'max' where more is better, or 'min'; only names that end in "
                f"'accuracy' or 'loss' say it. Received: mode={mode!r}, monitor={monitor!r}."
            )
        self.best = best

    def on_epoch_end(self, epoch, logs=None):
        self.folder.mkdir(parents=True, exist_ok=True)
        value = (logs or {}).get(self.monitor)
        if value is not None and self._better(value):
            self.best = float(value)
            self._save("best.keras")
        # Last, for this is the file that a training goes on from.
        self._save("last.keras")

    def _better(self, value):
        if self.best is None:
            return True
        return value > self.best if self.mode == "max" else value < self.best

    def _save(self, name):
        with replace_when_whole(self.folder / name) as path:
            self.model.save(path)


class HistoryFile(keras.callbacks.Callback):
    """Writes the losses and metrics of every epoch to a CSV file, with those of earlier epochs.

    Args:
        path: The file. Its folder must exist.
        rows: Dicts of the epochs before, for a training that goes on.

    Examples:
        >>> from keras_regen.callbacks import HistoryFile
        >>> HistoryFile("runs/mine/history.csv").rows
        []
    """

    def __init__(self, path: str | os.PathLike, rows: list[dict[str, float]] | None = None):
        super().__init__()
        self.path = Path(path)
        self.rows = list(rows or [])

    def on_epoch_end(self, epoch, logs=None):
        # repr of a float reads back as the same float, so nothing is lost by an interruption.
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.rows.append({"epoch": epoch + 1, **values})
        with replace_when_whole(self.path) as path, open(path, "w", newline="") as file:
            # Not every epoch need have every value, such as those of `validation_freq=2`.
            names = dict.fromkeys(name for row in self.rows for name in row)
            writer = csv.DictWriter(file, fieldnames=list(names))
            writer.writeheader()
            writer.writerows(self.rows)


class LossWeightSchedule(keras.callbacks.Callback):
    """Changes the weights of a model's losses from stage to stage of a training.

    The training step is not compiled again: the weights are variables of the model.

    Args:
        stages: Sequence of `(first_epoch, last_epoch, loss_weights)`: both epochs belong to the
            stage, and the first epoch of a training is 1, as Keras counts them in its output. In
            epochs that no stage names the weights stay as they were.

    Raises:
        ValueError: If a stage ends before it begins or two stages have an epoch in common; when
            training begins, if the model has no such loss.

    Source: ReGene, appendix A.1.

    Examples:
        >>> from keras_regen.callbacks import LossWeightSchedule
        >>> schedule = LossWeightSchedule(
        ...     [(1, 200, {"mae_loss": 1, "ssim_loss": 1}), (201, 300, {"ssim_loss": 0})]
        ... )
        >>> schedule.loss_weights(201)
        {'ssim_loss': 0}
    """

    def __init__(self, stages: Sequence[tuple[int, int, Mapping[str, float]]]):
        super().__init__()
        self.stages = sorted(stages, key=lambda stage: stage[0])
        for first, last, _ in self.stages:
            if not 1 <= first <= last:
                raise ValueError(
                    "A stage goes from its first to its last epoch, and epochs count from 1. "
                    f"Received: a stage from {first} to {last}."
                )
        for stage, following in itertools.pairwise(self.stages):
            if stage[1] >= following[0]:
                raise ValueError(
                    "Stages must not have an epoch in common. "
                    f"Received: {stage[0]} to {stage[1]} and {following[0]} to {following[1]}."
                )

    def loss_weights(self, epoch: int) -> dict[str, float]:
        """Gives the weights that the stage of an epoch (counted from 1) names, if there is one."""
        for first, last, weights in self.stages:
            if first <= epoch <= last:
                return dict(weights)
        return {}

    def on_train_begin(self, logs=None):
        named = {name for _, _, weights in self.stages for name in weights}
        known = getattr(self.model, "loss_weights", {})
        if not named <= set(known):
            raise ValueError(
                f"The schedule must be of the model's losses {list(known)}. "
                f"Received: {sorted(named)}."
            )

    def on_epoch_begin(self, epoch, logs=None):
        self.model.set_loss_weights(self.loss_weights(epoch + 1))


def read_history(path: str | os.PathLike) -> list[dict[str, float]]:
    """Reads what `HistoryFile` wrote.

    Args:
        path: The file.

    Returns:
        A dict for each epoch, from `epoch` and the names of the losses and metrics that it had to
        numbers; an empty list where there is no file.
    """
    if not os.path.exists(path):
        return []
    with open(path, newline="") as file:
        rows = [
            {name: float(value) for name, value in row.items() if value}
            for row in csv.DictReader(file)
        ]
    return [{**row, "epoch": int(row["epoch"])} for row in rows]


def _mode(monitor):
    modes = {"accuracy": "max", "loss": "min"}
    return next((mode for end, mode in modes.items() if monitor.endswith(end)), None)
