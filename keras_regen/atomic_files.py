"""Writes files completely or not at all."""

import contextlib
import glob
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a temporary path, and renames it to the file's path if no error was raised.

    After an interruption or an error the previous file is unchanged, and no incomplete file
    remains. If a process was killed while it wrote the file, the next writer removes its
    temporary file.

    Args:
        path: Path of the file. Its folder must exist.

    Yields:
        A path in the same folder, with the same suffix.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with atomic_write(folder / "note.txt") as partial:
        ...     _ = partial.write_text("whole")
        >>> [file.name for file in folder.iterdir()]
        ['note.txt']
    """
    path = Path(path)
    # The process id separates two writers. Keras and Matplotlib read the suffix.
    start, end = f".{path.stem}.", f".partial{path.suffix}"
    for leftover in path.parent.glob(f"{glob.escape(start)}*{glob.escape(end)}"):
        process_id = leftover.name.removeprefix(start).removesuffix(end)
        if process_id.isdecimal() and _has_ended(int(process_id)):
            leftover.unlink(missing_ok=True)
    partial = path.with_name(f"{start}{os.getpid()}{end}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def json_number(value: float | None) -> float | None:
    """Returns a number that JSON can hold: `None` for NaN and infinity.

    Args:
        value: Number or `None`.

    Returns:
        Float or `None`.

    Examples:
        >>> from keras_regen.atomic_files import json_number
        >>> json_number(0.5), json_number(float("inf"))
        (0.5, None)
    """
    return None if value is None or not math.isfinite(value) else float(value)


def write_json(path: str | os.PathLike, values: Any) -> None:
    """Writes values to a JSON file, and creates the folder if it is missing.

    Args:
        path: Path of the file.
        values: Values of JSON types. Numbers must be finite.

    Raises:
        ValueError: If a number is NaN or infinite.

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
    """Writes named arrays to a compressed `.npz` file, and creates the folder if it is missing.

    Args:
        path: Path of the file, with the suffix `.npz`.
        **arrays: The arrays by name.

    Examples:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "new/arrays.npz"
        >>> write_arrays(file, ones=np.ones(3))
        >>> np.load(file)["ones"]
        array([1., 1., 1.])
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # NumPy appends .npz to the path of a file with another suffix, such as .NPZ, but not to an
    # open file.
    with atomic_write(path) as partial, open(partial, "wb") as file:
        np.savez_compressed(file, **arrays)


def _has_ended(process_id: int) -> bool:
    if os.name != "posix":
        return False  # on Windows, os.kill would end the process
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False
