"""Files that are whole or not there."""

import contextlib
import glob
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Gives a temporary path to write to, which takes the file's name when all went well.

    An interruption or an error leaves what was there before, and no half-written file. What a
    process that was killed left beside the file is removed by the next one that writes it.

    Args:
        path: Where the file shall be. Its folder must exist.

    Yields:
        A path beside it with the same suffix.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with atomic_write(folder / "note.txt") as partial:
        ...     _ = partial.write_text("whole")
        >>> [file.name for file in folder.iterdir()]
        ['note.txt']
    """
    path = Path(path)
    # The process's number keeps two writers apart; Keras and Matplotlib read the suffix.
    start, end = f".{path.stem}.", f".partial{path.suffix}"
    for left in path.parent.glob(f"{glob.escape(start)}*{glob.escape(end)}"):
        number = left.name.removeprefix(start).removesuffix(end)
        if number.isdecimal() and _has_ended(int(number)):
            left.unlink(missing_ok=True)
    partial = path.with_name(f"{start}{os.getpid()}{end}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def json_number(value: float | None) -> float | None:
    """Gives a number as JSON holds it: `None` in place of NaN and infinity.

    Examples:
        >>> from keras_regen.atomic_files import json_number
        >>> json_number(0.5), json_number(float("inf"))
        (0.5, None)
    """
    return None if value is None or not math.isfinite(value) else float(value)


def write_json(path: str | os.PathLike, values) -> None:
    """Writes values as JSON; makes the file's folder where it is missing.

    Args:
        path: The file.
        values: What JSON can hold, which is neither NaN nor infinity.

    Raises:
        ValueError: If there is a number among them that JSON cannot hold.

    Examples:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "new/values.json"
        >>> write_json(file, [1, 2])
        >>> json.loads(file.read_text())
        [1, 2]
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        partial.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n")


def write_arrays(path: str | os.PathLike, **arrays: np.ndarray) -> None:
    """Writes arrays by their names as one compressed `.npz`; makes its folder where it is missing.

    Args:
        path: The file, whose name ends in `.npz`.
        **arrays: The arrays.

    Examples:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "new/arrays.npz"
        >>> write_arrays(file, ones=np.ones(3))
        >>> np.load(file)["ones"]
        array([1., 1., 1.])
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # An open file, for NumPy adds an ending to names that it does not know, such as .NPZ.
    with atomic_write(path) as partial, open(partial, "wb") as file:
        np.savez_compressed(file, **arrays)


def _has_ended(number):
    if os.name != "posix":
        return False  # on Windows, to ask is to interrupt
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False
