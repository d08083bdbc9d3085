"""Bounds on the memory that a compressed file can take, and the errors of damaged files."""

import errno
import os
import zipfile

# Images and weights are hardly smaller when they are compressed. A file that expands more was
# probably made to fill the memory.
LARGEST_EXPANSION = 300
# Below this size in bytes, no expansion is a problem.
HARMLESS = 2**28

# The errors of a disk, of the network and of permissions: the file itself may be whole.
_ENVIRONMENT = {
    errno.EACCES,
    errno.EPERM,
    errno.ENOENT,
    errno.EISDIR,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ESTALE,
}


def is_damage(error: Exception) -> bool:
    """Returns whether an error of reading a file shows that the file is damaged.

    Readers raise many types of errors for damaged files. A lack of memory or of permission, or a
    fault of the disk, is another matter.

    Args:
        error: The error.

    Examples:
        >>> from keras_regen.compressed_files import is_damage
        >>> is_damage(zipfile.BadZipFile("truncated")), is_damage(PermissionError(13, "denied"))
        (True, False)
    """
    if isinstance(error, MemoryError):
        return False
    return not (isinstance(error, OSError) and error.errno in _ENVIRONMENT)


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
