"""A folder of class folders, read into memory."""

import os
from functools import partial

from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.pixels import UnreadableImageError, decode_image, map_in_threads
from keras_regen.datasets.readable_files import dataset_from_files
from keras_regen.datasets.tree import ImageTree, Parts, arrange


def load_folder(
    name: str,
    path: str,
    image_size: tuple[int, int] | None,
    color_mode: str | None,
    test_fraction: float,
    seed: int,
    strict: bool,
) -> ImageDataset:
    """Reads all pictures of a folder of class folders."""
    tree = arrange_folder(path)
    decode = partial(decode_image, image_size=image_size, color_mode=color_mode)
    results = map_in_threads(partial(read_or_reason, decode), file_paths(path, tree))
    return dataset_from_files(
        name, path, tree, results, test_fraction=test_fraction, seed=seed, strict=strict
    )


def arrange_folder(path: str) -> ImageTree:
    """Finds the classes of a folder; hidden files and folders are ignored."""

    def listing(parts: Parts) -> tuple[list[str], list[str]]:
        folders, files = [], []
        with os.scandir(os.path.join(path, *parts)) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file() or entry.is_symlink():  # opening a pipe would wait for ever
                    files.append(entry.name)
        return sorted(folders), sorted(files)

    return arrange(listing, path)


def file_paths(path: str, tree: ImageTree) -> list[str]:
    """Gives the path of every file of a folder's tree."""
    return [os.path.join(path, *file) for file in tree.files]


def read_or_reason(read, file):
    """Gives `read(file)`, or the `UnreadableImageError` that it raised."""
    try:
        return read(file)
    except UnreadableImageError as error:
        return error
