"""Files that are whole or not there."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replace_when_whole(path: str | os.PathLike) -> Iterator[Path]:
    """Gives a temporary path to write to, which takes the file's name when all went well.

    An interruption or an error leaves what was there before, and no half-written file.

    Args:
        path: Where the file shall be. Its folder must exist.

    Yields:
        A path beside it with the same suffix.

    Examples:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> with replace_when_whole(folder / "note.txt") as partial:
        ...     _ = partial.write_text("whole")
        >>> [file.name for file in folder.iterdir()]
        ['note.txt']
    """
    path = Path(path)
    # The process's number keeps two writers apart; Keras and Matplotlib read the suffix.
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
