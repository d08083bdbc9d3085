"""Writes files completely or not at all."""

import contextlib
import errno
import glob
import json
import math
import os
import shutil
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
    partial = path.with_name(_partial_name(path.stem, path.suffix))
    _remove_leftovers(path.parent, path.stem, path.suffix)
    try:
        yield partial
        _flush(partial)
        os.replace(partial, path)
        # The file is complete. Some file systems cannot flush a folder.
        with contextlib.suppress(OSError):
            _flush(path.parent)
    except OSError as error:
        _raise_if_full(error, path)
        raise
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Yields a temporary folder, and moves its files to a folder if no error was raised.

    After an interruption or an error in the body, the folder is unchanged. At the end, a new folder
    appears with all its files at once. In an existing folder, the files are moved file by file,
    which takes moments: files of the same name are replaced, and other files stay. If a process was
    killed while it wrote the temporary folder, the next writer removes it.

    Args:
        path: Path of the folder, which is created if it is missing.

    Yields:
        An empty folder, next to the folder of `path`.

    Raises:
        OSError: If a file cannot be written.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp()) / "notes"
        >>> with atomic_folder(folder) as partial:
        ...     _ = (partial / "note.txt").write_text("whole")
        >>> [file.name for file in folder.iterdir()]
        ['note.txt']
    """
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path.parent, path.name, "")
    partial = path.with_name(_partial_name(path.name, ""))
    try:
        partial.mkdir()
        yield partial
        _merge(partial, path)
    except OSError as error:
        _raise_if_full(error, path)
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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


def _partial_name(stem: str, suffix: str) -> str:
    # The process id separates two writers. Keras and Matplotlib read the suffix.
    return f".{stem}.{os.getpid()}.partial{suffix}"


def _remove_leftovers(folder: Path, stem: str, suffix: str) -> None:
    """Removes the partial files of processes that have ended."""
    start, end = f".{stem}.", f".partial{suffix}"
    for leftover in folder.glob(f"{glob.escape(start)}*{glob.escape(end)}"):
        process_id = leftover.name.removeprefix(start).removesuffix(end)
        if process_id.isdecimal() and _has_ended(int(process_id)):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Waits until the disk has a file or the entries of a folder, in case the machine stops."""
    if os.name != "posix":
        return  # Windows opens no folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _merge(source: Path, target: Path) -> None:
    """Moves the files of a folder into another folder, with their subfolders."""
    if not target.exists():
        os.replace(source, target)
        return
    for entry in source.iterdir():
        if entry.is_dir() and (target / entry.name).is_dir():
            _merge(entry, target / entry.name)
        else:
            os.replace(entry, target / entry.name)


def _raise_if_full(error: OSError, path: Path) -> None:
    """Raises an error that names the path and describes the way out, if the disk is full."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise OSError(
            error.errno,
            f"{os.strerror(error.errno)}: {str(path)!r} was not written, and an earlier version of "
            "it is unchanged. Free some space on its disk, and try again",
        ) from error


def _has_ended(process_id: int) -> bool:
    """Returns whether the process that wrote files with this id has ended."""
    if process_id == os.getpid():
        return True  # the files are from an earlier process: in a container, each has the id 1
    if os.name != "posix":
        return False  # on Windows, os.kill would end the process
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False
