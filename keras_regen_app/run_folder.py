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
    """Locks a folder for this process, which creates it if it is missing.

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
def replacing(folder: Path, names: Sequence[str], last: str) -> Iterator[None]:
    """Keeps the files of an earlier run until a new run in the same folder is complete.

    If the new run stops before it can be resumed, such as on a full disk, the earlier run is
    restored.

    Args:
        folder: The folder.
        names: Paths of the files of a run, relative to the folder. Other files stay.
        last: The file that marks the folder as a run: moved last and restored first.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "run.json").write_text("earlier")
        >>> try:
        ...     with replacing(folder, ["run.json"], "run.json"):
        ...         raise OSError("No space left on device")
        ... except OSError:
        ...     (folder / "run.json").read_text()
        'earlier'
    """
    earlier = folder / _REPLACED
    ordered = [*(name for name in names if name != last), last]
    # After a kill, the folder may hold the files of a run that has no successor.
    if not (folder / last).exists():
        _move(earlier, folder, reversed(ordered))
    forget_replaced(folder)
    _move(folder, earlier, ordered)
    try:
        yield
    except Exception:
        if (earlier / last).exists() and not _has_checkpoint(folder, last):
            for name in names:
                (folder / name).unlink(missing_ok=True)
            _move(earlier, folder, reversed(ordered))
            forget_replaced(folder)
        raise
    forget_replaced(folder)


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


def _move(source: Path, target: Path, names: Iterator[str] | Sequence[str]) -> None:
    for name in names:
        if (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(source / name, target / name)
