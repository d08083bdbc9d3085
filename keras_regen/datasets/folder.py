"""Reads a folder of class folders into memory."""

import os
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from keras_regen.datasets.class_folders import ClassFolders, PathParts, find_classes
from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.image_decoding import TargetSize, UnreadableImageError, decode_image
from keras_regen.datasets.image_files import dataset_from_files
from keras_regen.datasets.parallel_map import parallel_map

Result = TypeVar("Result")


def load_folder(
    name: str,
    path: str,
    image_size: TargetSize | None,
    color_mode: str | None,
    test_fraction: float,
    seed: int,
    strict: bool,
) -> ImageDataset:
    """Reads all images of a folder of class folders.

    Args:
        name: Name of the dataset.
        path: Path of the folder.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to detect it from the files.
        test_fraction: Share of test images if the folder has no `train` and `test` folders.
        seed: Seed of that split.
        strict: Whether an unreadable file is an error.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If the folders or images are not as `load` expects.
    """
    folders = find_class_folders(path)
    decode = partial(decode_image, image_size=image_size, color_mode=color_mode)
    results = parallel_map(partial(result_or_error, decode), file_paths(path, folders))
    return dataset_from_files(
        name, path, folders, results, test_fraction=test_fraction, seed=seed, strict=strict
    )


def find_class_folders(path: str) -> ClassFolders:
    """Finds the classes of a folder, without hidden files and folders."""

    def list_folder(parts: PathParts) -> tuple[list[str], list[str]]:
        folders, files = [], []
        with os.scandir(os.path.join(path, *parts)) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders.append(entry.name)
                elif entry.is_file() or entry.is_symlink():  # opening a pipe would wait forever
                    files.append(entry.name)
        return sorted(folders), sorted(files)

    return find_classes(list_folder, path)


def file_paths(path: str, folders: ClassFolders) -> list[str]:
    """Returns the path of every file in the class folders."""
    return [os.path.join(path, *file) for file in folders.files]


def result_or_error(function: Callable[[str], Result], file: str) -> Result | UnreadableImageError:
    """Returns `function(file)`, or the `UnreadableImageError` that it raises."""
    try:
        return function(file)
    except UnreadableImageError as error:
        return error
