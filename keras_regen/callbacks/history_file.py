"""`HistoryFile`: writes the history of a training run to a CSV file, and continues it."""

import csv
import os

import keras

from keras_regen.atomic_files import atomic_write
from keras_regen.checks import check_path, elements_of


class HistoryFile(keras.callbacks.Callback):
    """Writes the losses and metrics of every epoch to a CSV file.

    Unlike `keras.callbacks.CSVLogger`, it writes the file atomically, adds columns for metrics that
    start in a later epoch, and resumes after given rows, so that no epoch is in the file twice.

    Args:
        path: Path of the file. Its folder must exist.
        rows: Dicts of the previous epochs, to resume a training run.

    Raises:
        ValueError: If `path` is no path, or `rows` are no dicts.

    Examples:
        >>> from keras_regen.callbacks import HistoryFile
        >>> HistoryFile("runs/mine/history.csv").rows
        []
    """

    def __init__(self, path: str | os.PathLike, rows: list[dict[str, float]] | None = None):
        super().__init__()
        self.path = check_path("path", path)
        self.rows = [] if rows is None else elements_of(rows)
        if self.rows is None or not all(isinstance(row, dict) for row in self.rows):
            raise ValueError(
                "`rows` must be a list of dicts, such as `read_history` returns. "
                f"Received: rows={rows!r}."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        # The repr of a float reads back as the same float, so a resumed history is exact.
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.rows.append({"epoch": epoch + 1, **values})
        write_rows(self.rows, self.path)


def read_history(path: str | os.PathLike) -> list[dict[str, float]]:
    """Reads a file of `HistoryFile` or `StepHistory`.

    Args:
        path: Path of the file.

    Returns:
        A dict for each epoch or step, from `epoch` and the names of its losses and metrics to
        numbers. The list is empty if the file does not exist.

    Raises:
        ValueError: If `path` is no path, or the file is no history.
    """
    # `open` would read from a file descriptor with a number, and close it.
    path = check_path("path", path)
    if not path.exists():
        return []
    try:
        with open(path, newline="") as file:
            table = csv.DictReader(file)
            if table.fieldnames is not None and "epoch" not in table.fieldnames:
                raise KeyError("epoch")
            rows = [{name: float(value) for name, value in row.items() if value} for row in table]
        return [{**row, "epoch": int(row["epoch"])} for row in rows]
    except (ValueError, TypeError, KeyError, csv.Error) as error:
        raise ValueError(
            "Expected a CSV file of numbers with a column `epoch`, as `HistoryFile` writes it. "
            f"Received: {str(path)!r}."
        ) from error


def write_rows(rows: list[dict[str, float]], path: str | os.PathLike) -> None:
    """Writes a CSV file that `read_history` reads, completely or not at all.

    Args:
        rows: A dict for each row of the table, from the names of columns to numbers.
        path: Path of the file. Its folder must exist.

    Examples:
        >>> import tempfile
        >>> from keras_regen.callbacks.history_file import read_history, write_rows
        >>> file = f"{tempfile.mkdtemp()}/history.csv"
        >>> write_rows([{"epoch": 1, "loss": 0.5}], file)
        >>> read_history(file)
        [{'epoch': 1, 'loss': 0.5}]
    """
    with atomic_write(path) as partial, open(partial, "w", newline="") as file:
        # Some rows may lack a value, such as the validation loss with `validation_freq=2`.
        names = dict.fromkeys(name for row in rows for name in row)
        writer = csv.DictWriter(file, fieldnames=list(names))
        writer.writeheader()
        writer.writerows(rows)
