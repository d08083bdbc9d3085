"""HistoryFile: a table of the epochs that grows, also over an interruption."""

import csv
import os
from pathlib import Path

import keras

from keras_regen.atomic_files import atomic_write


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
        write_rows(self.rows, self.path)


def read_history(path: str | os.PathLike) -> list[dict[str, float]]:
    """Reads what `HistoryFile` or `StepHistory` wrote.

    Args:
        path: The file.

    Returns:
        A dict for each epoch or step, from `epoch` and the names of the losses and metrics that it
        had to numbers; an empty list where there is no file.
    """
    if not os.path.exists(path):
        return []
    with open(path, newline="") as file:
        rows = [
            {name: float(value) for name, value in row.items() if value}
            for row in csv.DictReader(file)
        ]
    return [{**row, "epoch": int(row["epoch"])} for row in rows]


def write_rows(rows: list[dict[str, float]], path: str | os.PathLike) -> None:
    """Writes what `read_history` reads, whole or not at all.

    Args:
        rows: A dict for each row of the table, from the names of columns to numbers.
        path: The file. Its folder must exist.

    Examples:
        >>> import tempfile
        >>> from keras_regen.callbacks.history_file import read_history, write_rows
        >>> file = f"{tempfile.mkdtemp()}/history.csv"
        >>> write_rows([{"epoch": 1, "loss": 0.5}], file)
        >>> read_history(file)
        [{'epoch': 1, 'loss': 0.5}]
    """
    with atomic_write(path) as partial, open(partial, "w", newline="") as file:
        # Not every row need have every value, such as those of `validation_freq=2`.
        names = dict.fromkeys(name for row in rows for name in row)
        writer = csv.DictWriter(file, fieldnames=list(names))
        writer.writeheader()
        writer.writerows(rows)
