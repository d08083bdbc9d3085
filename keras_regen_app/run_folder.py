"""The protection of a run's folder: from a second process, and of a run that is replaced."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

# The files of a run that is being replaced, until the new run is complete.
_REPLACED = ".replaced"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Locks a folder for this process. Creates the folder if it is missing.

    The operating system releases the lock when the process ends, however it ends.

    Raises:
        BlockingIOError: If another process has the lock.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with locked(folder):
        ...     sorted(file.name for file in folder.iterdir())
        ['.lock']
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BlockingIOError(
            errno.EWOULDBLOCK,
            f"Another process trains in the folder {str(folder)!r}. Wait for its end, or choose "
            "another folder (`--output`)",
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def replacing(
    folder: Path, names: Sequence[str], marker: str, complete: str = "metrics.json"
) -> Iterator[None]:
    """Keeps the files of an earlier run until a new run in the same folder is complete.

    If the new run stops before it can be resumed, such as on a full disk, the earlier run is
    restored.

    Args:
        folder: The folder.
        names: Paths of the files of a run, relative to the folder. Other files stay.
        marker: The file that marks the folder as a run.
        complete: The file of `names` that a run writes last.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "run.json").write_text("earlier")
        >>> try:
        ...     with replacing(folder, ["metrics.json"], "run.json"):
        ...         raise OSError("No space left on device")
        ... except OSError:
        ...     (folder / "run.json").read_text()
        'earlier'
    """
    earlier = folder / _REPLACED
    if (folder / complete).exists():
        forget_replaced(folder)
    else:
        restore_replaced(folder, names, marker)
    try:
        # The marker leaves first and returns last: a folder with a marker has all files of its run.
        _move(folder, earlier, [marker, *names])
        yield
    except Exception:
        if not _has_checkpoint(folder, marker):
            restore_replaced(folder, names, marker)
        raise
    forget_replaced(folder)


def restore_replaced(folder: Path, names: Sequence[str], marker: str) -> None:
    """Restores the run that `replacing` keeps, in place of the run in the folder.

    Args:
        folder: The folder.
        names: As in `replacing`.
        marker: As in `replacing`.

    Examples:
        >>> import tempfile
        >>> restore_replaced(Path(tempfile.mkdtemp()), ["model.keras"], "run.json")
    """
    earlier = folder / _REPLACED
    if not earlier.exists():
        return
    if (earlier / marker).exists():
        for name in (marker, *names):
            (folder / name).unlink(missing_ok=True)
    # Without a marker, the process was killed between two moves of the same run.
    _move(earlier, folder, [*names, marker])
    forget_replaced(folder)


def has_replaced(folder: Path) -> bool:
    """Whether `replacing` keeps files of an earlier run.

    Examples:
        >>> import tempfile
        >>> has_replaced(Path(tempfile.mkdtemp()))
        False
    """
    return (folder / _REPLACED).exists()


def forget_replaced(folder: Path) -> None:
    """Deletes the files of the run that `replacing` keeps.

    Examples:
        >>> import tempfile
        >>> forget_replaced(Path(tempfile.mkdtemp()))
    """
    shutil.rmtree(folder / _REPLACED, ignore_errors=True)


def _has_checkpoint(folder: Path, marker: str) -> bool:
    """Whether the run, or its pretraining, has a checkpoint that is newer than its start."""
    if not (folder / marker).exists():
        return False
    start = (folder / marker).stat().st_mtime_ns
    files = (path for path in folder.rglob("last.keras") if _REPLACED not in path.parts)
    return any(path.stat().st_mtime_ns >= start for path in files)


def _move(source: Path, target: Path, names: Sequence[str]) -> None:
    for name in names:
        if (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(source / name, target / name)
