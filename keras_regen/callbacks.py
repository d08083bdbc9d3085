"""Callbacks for `fit`: checkpoints that are whole, and a history that grows by epochs."""

import csv
import os
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

    Examples:
        >>> from keras_regen.callbacks import Checkpoint
        >>> Checkpoint("runs/mine/checkpoints", monitor="val_loss").mode
        'min'
    """

    def __init__(
        self, folder: str | os.PathLike, monitor: str = "val_accuracy", best: float | None = None
    ):
        super().__init__()
        self.folder = Path(folder)
        self.monitor = monitor
        self.mode = "max" if monitor.endswith("accuracy") else "min"
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
            writer = csv.DictWriter(file, fieldnames=list(self.rows[0]))
            writer.writeheader()
            writer.writerows(self.rows)


def read_history(path: str | os.PathLike) -> list[dict[str, float]]:
    """Reads what `HistoryFile` wrote.

    Args:
        path: The file.

    Returns:
        A dict for each epoch, from `epoch` and the names of losses and metrics to numbers; an
        empty list where there is no file.
    """
    if not os.path.exists(path):
        return []
    with open(path, newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    return [{**row, "epoch": int(row["epoch"])} for row in rows]
