"""A tar archive of class folders, read without unpacking it to the disk."""

import io
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterator

import numpy as np

from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.pixels import UnreadableImageError, decode_image, map_in_threads
from keras_regen.datasets.readable_files import dataset_from_files
from keras_regen.datasets.tree import Parts, arrange

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
    """Reads all pictures of a tar archive of class folders, in one pass."""

    def decode(member: tuple[Parts, bytes]) -> tuple[Parts, np.ndarray | UnreadableImageError]:
        parts, content = member
        try:
            return parts, decode_image(io.BytesIO(content), image_size, color_mode)
        except UnreadableImageError as error:
            return parts, error

    # One thread decodes while this one unpacks; with more, small pictures wait for each other.
    results = dict(map_in_threads(decode, _members(path), num_threads=1))
    tree = arrange(_listing(results), path)
    return dataset_from_files(
        name,
        path,
        tree,
        [results[file] for file in tree.files],
        test_fraction=test_fraction,
        seed=seed,
        strict=strict,
    )


def _members(path: str) -> Iterator[tuple[Parts, bytes]]:
    """Gives path and content of every visible plain file; links and devices are passed over."""
    try:
        _check_end(path)
        # "|" reads forwards only: in a compressed file, going back means to start again.
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                parts = tuple(part for part in member.name.split("/") if part not in ("", "."))
                hidden = any(part.startswith(".") for part in parts)  # so is every ".."
                if member.isreg() and not member.issparse() and not hidden:
                    yield parts, archive.extractfile(member).read()
    except (tarfile.TarError, EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise ValueError(
            f"Expected a whole tar archive ({', '.join(ARCHIVE_SUFFIXES)}). "
            f"Received: {path!r}, which cannot be read ({error}). Fetch it again."
        ) from error


def _check_end(path: str) -> None:
    """Finds a cut in a plain tar, where compression does not; tar files end with zeros."""
    if path.endswith(".tar"):
        with open(path, "rb") as file:
            file.seek(-min(tarfile.BLOCKSIZE, os.path.getsize(path)), os.SEEK_END)
            if file.read() != bytes(tarfile.BLOCKSIZE):
                raise tarfile.ReadError("its end is missing")


def _listing(files: dict[Parts, object]):
    """Makes a folder listing of the paths of an archive's files."""
    folders: dict[Parts, set[str]] = {}
    names: dict[Parts, list[str]] = {}
    for *above, name in files:
        names.setdefault(tuple(above), []).append(name)
        for depth in range(len(above)):
            folders.setdefault(tuple(above[:depth]), set()).add(above[depth])

    def listing(parts: Parts) -> tuple[list[str], list[str]]:
        return sorted(folders.get(parts, ())), sorted(names.get(parts, ()))

    return listing
