"""Reads a tar archive of class folders without unpacking it to the disk."""

import io
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator

import numpy as np

from keras_regen.datasets.class_folders import ListFolder, PathParts, find_classes
from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.image_decoding import UnreadableImageError, decode_image
from keras_regen.datasets.image_files import dataset_from_files
from keras_regen.datasets.parallel_map import parallel_map

ARCHIVE_SUFFIXES = (".tar.xz", ".tar.gz", ".tgz", ".tar.bz2", ".tar")


def load_archive(
    name: str,
    path: str,
    image_size: tuple[int, int] | None,
    color_mode: str | None,
    test_fraction: float,
    seed: int,
    strict: bool,
) -> ImageDataset:
    """Reads all images of a tar archive of class folders in a single pass.

    Args:
        name: Name of the dataset.
        path: Path of the archive.
        image_size: `(height, width)` of the resized images, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to detect it from the files.
        test_fraction: Share of test images if the archive has no `train` and `test` folders.
        seed: Seed of that split.
        strict: Whether an unreadable file is an error.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If the archive is damaged, or its folders or images are not as `load` expects.
    """

    def decode(
        member: tuple[PathParts, bytes],
    ) -> tuple[PathParts, np.ndarray | UnreadableImageError]:
        parts, content = member
        try:
            return parts, decode_image(io.BytesIO(content), image_size, color_mode)
        except UnreadableImageError as error:
            return parts, error

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


def _members(path: str) -> Iterator[tuple[PathParts, bytes]]:
    """Yields the path and content of every visible regular file; skips links and devices."""
    try:
        _check_end(path)
        # "|" reads forwards only: seeking back in a compressed file restarts the decompression.
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                parts = tuple(part for part in member.name.split("/") if part not in ("", "."))
                hidden = any(part.startswith(".") for part in parts)  # this also excludes ".."
                if member.isreg() and not member.issparse() and not hidden:
                    yield parts, archive.extractfile(member).read()
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise ValueError(
            f"Expected a complete tar archive ({', '.join(ARCHIVE_SUFFIXES)}). "
            f"Received: {path!r}, which cannot be read ({error}). Download or copy it again."
        ) from error


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
