"""Reads a tar archive of class folders without unpacking it to the disk."""

import io
import os
import tarfile
from collections.abc import Iterator

import numpy as np

from keras_regen.compressed_files import ExpansionError, check_expansion, is_damage
from keras_regen.datasets.class_folders import ListFolder, PathParts, find_classes
from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.image_decoding import TargetSize, UnreadableImageError, decode_image
from keras_regen.datasets.image_files import dataset_from_files
from keras_regen.datasets.parallel_map import parallel_map

# A larger file is no image that fits into the memory.
LARGEST_FILE = 2**28
ARCHIVE_SUFFIXES = (".tar.xz", ".tar.gz", ".tgz", ".tar.bz2", ".tar")


def load_archive(
    name: str,
    path: str,
    image_size: TargetSize | None,
    color_mode: str | None,
    test_fraction: float,
    seed: int,
    strict: bool,
) -> ImageDataset:
    """Reads all images of a tar archive of class folders in a single pass.

    Args:
        name: Name of the dataset.
        path: Path of the archive.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to detect it from the files.
        test_fraction: Share of test images if the archive has no `train` and `test` folders.
        seed: Seed of that split.
        strict: Whether an unreadable file is an error.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If the archive is damaged or expands too much, or its folders or images are not
            as `load` expects.
    """
    size = 0

    def decode(
        member: tuple[PathParts, bytes | None],
    ) -> tuple[PathParts, np.ndarray | UnreadableImageError]:
        nonlocal size
        parts, content = member
        if content is None:
            return parts, UnreadableImageError(f"a file of more than {LARGEST_FILE // 2**20} MiB")
        try:
            image = decode_image(io.BytesIO(content), image_size, color_mode)
        except UnreadableImageError as error:
            return parts, error
        size += image.nbytes
        try:
            check_expansion(path, size)
        except ExpansionError as error:
            raise _unreadable(path, error) from error
        return parts, image

    # One thread decodes while this thread unpacks. More threads would wait for each other when
    # the images are small.
    results = dict(parallel_map(decode, _members(path), num_threads=1))
    folders = find_classes(_folder_listing(results), path)
    return dataset_from_files(
        name,
        path,
        folders,
        [results[file] for file in folders.files],
        test_fraction=test_fraction,
        seed=seed,
        strict=strict,
    )


def _members(path: str) -> Iterator[tuple[PathParts, bytes | None]]:
    """Yields the path and content of every visible regular file; skips links and devices.

    The content of a file that is too large is `None`.
    """
    try:
        _check_end(path)
        # "|" reads forwards only: seeking back in a compressed file restarts the decompression.
        with tarfile.open(path, "r|*") as archive:
            size = 0
            for member in archive:
                size += member.size
                check_expansion(path, size)
                parts = tuple(part for part in member.name.split("/") if part not in ("", "."))
                hidden = any(part.startswith(".") for part in parts)  # this also excludes ".."
                if member.isreg() and not member.issparse() and not hidden:
                    small = member.size <= LARGEST_FILE
                    yield parts, archive.extractfile(member).read() if small else None
    except Exception as error:
        if not is_damage(error):
            raise
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: Exception) -> ValueError:
    return ValueError(
        f"Expected a complete tar archive ({', '.join(ARCHIVE_SUFFIXES)}). "
        f"Received: {path!r}, which cannot be read ({error}). Download or copy it again."
    )


def _check_end(path: str) -> None:
    """Checks that an uncompressed archive ends with zeros, because `tarfile` does not notice a cut.

    In a compressed archive the decompression finds the cut.
    """
    if path.endswith(".tar"):
        with open(path, "rb") as file:
            file.seek(-min(tarfile.BLOCKSIZE, os.path.getsize(path)), os.SEEK_END)
            if file.read() != bytes(tarfile.BLOCKSIZE):
                raise tarfile.ReadError("the end of the archive is missing")


def _folder_listing(files: dict[PathParts, object]) -> ListFolder:
    """Builds a folder listing from the paths of an archive's files."""
    subfolders: dict[PathParts, set[str]] = {}
    names: dict[PathParts, list[str]] = {}
    for *parents, name in files:
        names.setdefault(tuple(parents), []).append(name)
        for depth in range(len(parents)):
            subfolders.setdefault(tuple(parents[:depth]), set()).add(parents[depth])

    def list_folder(parts: PathParts) -> tuple[list[str], list[str]]:
        return sorted(subfolders.get(parts, ())), sorted(names.get(parts, ()))

    return list_folder
