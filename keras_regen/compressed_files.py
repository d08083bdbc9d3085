"""Bounds on the memory that a compressed file can take, and the errors of damaged files."""

import lzma
import os
import zipfile
import zlib

# Images and weights are hardly smaller when they are compressed. A file that expands more is made
# to fill the memory.
LARGEST_EXPANSION = 300
# Below this size in bytes, no expansion is a problem.
HARMLESS = 2**28

# The errors of the standard library for a damaged file: of the format, of the compression, for a
# compression or encryption that is not supported, and for a cut.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    OverflowError,
)


class ExpansionError(ValueError):
    """Raised if the content of a compressed file is many times larger than the file."""


def check_expansion(path: str | os.PathLike, size: int) -> None:
    """Raises an error if the content of a file is too large for the size of the file.

    Args:
        path: Path of the file.
        size: Size of the content in bytes.

    Raises:
        ExpansionError: If the content is larger than 256 MiB and than 300 times the file.

    Examples:
        >>> from keras_regen.compressed_files import check_expansion
        >>> check_expansion(__file__, 100)
        >>> check_expansion(__file__, 2**40)
        Traceback (most recent call last):
        ...
        keras_regen.compressed_files.ExpansionError: the content, of at least 1,048,576 MiB, is...
    """
    if size > max(HARMLESS, LARGEST_EXPANSION * os.path.getsize(path)):
        raise ExpansionError(
            f"the content, of at least {size // 2**20:,} MiB, is more than {LARGEST_EXPANSION:,} "
            "times larger than the file"
        )


def check_zip(archive: zipfile.ZipFile) -> None:
    """Raises an error if a ZIP file expands too much, before any of its files is read.

    Args:
        archive: The open ZIP file.

    Raises:
        ExpansionError: If the files are larger than 256 MiB and than 300 times the ZIP file.

    Examples:
        >>> import tempfile
        >>> from keras_regen.compressed_files import check_zip
        >>> path = tempfile.mkdtemp() + "/small.zip"
        >>> with zipfile.ZipFile(path, "w") as archive:
        ...     archive.writestr("note.txt", "text")
        >>> with zipfile.ZipFile(path) as archive:
        ...     check_zip(archive)
    """
    check_expansion(archive.filename, sum(info.file_size for info in archive.infolist()))
