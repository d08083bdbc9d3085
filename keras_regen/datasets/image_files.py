"""Builds a dataset from image files, of which some may be unreadable."""

import os
import warnings
from collections.abc import Sequence

import numpy as np

from keras_regen.datasets.class_folders import ClassFolders
from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays
from keras_regen.datasets.image_decoding import UnreadableImageError
from keras_regen.datasets.split import stratified_split

# The result of reading a file: its pixels, its shape, or the reason why it is unreadable.
ReadResult = np.ndarray | tuple[int, int, int] | UnreadableImageError


def select_readable(
    root: str, folders: ClassFolders, results: Sequence[ReadResult], strict: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Selects the readable files, and warns once about all others.

    Args:
        root: Folder or archive of the files.
        folders: The class folders with their files.
        results: The result of reading each file.
        strict: Whether an unreadable file is an error.

    Returns:
        `(readable, skipped)`: indices of the readable files, and the paths of all others.

    Raises:
        ValueError: If a class has no readable image, or with `strict` if any file is unreadable.
    """
    reasons = {
        os.path.join(root, *file): str(result)
        for file, result in zip(folders.files, results, strict=True)
        if isinstance(result, UnreadableImageError)
    }
    reasons |= {
        os.path.join(root, *folder): "folders inside a class folder are not read"
        for folder in folders.unread_folders
    }
    readable = np.array([not isinstance(result, UnreadableImageError) for result in results], bool)
    skipped = tuple(reasons)
    details = "".join(f"\n  {path}: {reasons[path]}" for path in skipped[:5])
    details += f"\n  and {len(skipped) - 5} more" if len(skipped) > 5 else ""
    _check_every_class_has_images(root, folders, readable, details)
    if skipped and strict:
        raise ValueError(
            f"With strict=True every file must be a readable image. Received: {root!r} with "
            f"{len(skipped)} unreadable files:{details}"
        )
    if skipped:
        warnings.warn(
            f"Left out {len(skipped)} files of {root!r} that are not readable images "
            f"(pass strict=True to raise an error instead):{details}",
            stacklevel=2,
        )
    return np.flatnonzero(readable), skipped


class MixedSizesError(ValueError):
    """Raised if images of different sizes are loaded without a size to resize them to."""


def common_shape(
    paths: Sequence[str], shapes: Sequence[tuple[int, int, int]]
) -> tuple[int, int, int]:
    """Returns the common shape of all images, with 1 channel if all are grayscale, else 3.

    Args:
        paths: Paths of the images, for the error message.
        shapes: `(height, width, channels)` of each image.

    Returns:
        `(height, width, channels)`.

    Raises:
        MixedSizesError: If two images differ in height or width. The message names both.
    """
    height, width, _ = shapes[0]
    for path, shape in zip(paths, shapes, strict=True):
        if shape[:2] != (height, width):
            raise MixedSizesError(
                "All images must have the same size, unless `image_size` is given. Received: "
                f"{paths[0]} of {height}x{width} and {path} of {shape[0]}x{shape[1]} "
                "(height x width)."
            )
    return height, width, max(shape[2] for shape in shapes)


def split_files(
    folders: ClassFolders, readable: np.ndarray, test_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Splits the readable files by their `train` and `test` folders, else by `stratified_split`.

    Args:
        folders: The class folders with their files.
        readable: Indices of the readable files.
        test_fraction: Share of test images if `train` and `test` folders are missing.
        seed: Seed of that split.

    Returns:
        `(train, test)`: indices of files.
    """
    if folders.is_test is not None:
        return readable[~folders.is_test[readable]], readable[folders.is_test[readable]]
    train, test = stratified_split(folders.labels[readable], test_fraction, seed)
    return readable[train], readable[test]


def dataset_from_files(
    name: str,
    root: str,
    folders: ClassFolders,
    results: Sequence[np.ndarray | UnreadableImageError],
    *,
    test_fraction: float,
    seed: int,
    strict: bool,
) -> ImageDataset:
    """Builds a dataset from the readable images.

    Args:
        name: Name of the dataset.
        root: Folder or archive of the files.
        folders: The class folders with their files.
        results: The pixels of each file as `decode_image` returns them, or its error.
        test_fraction: Share of test images if `train` and `test` folders are missing.
        seed: Seed of that split.
        strict: Whether an unreadable file is an error.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If a class has no readable image, the images differ in size, or with `strict`
            if any file is unreadable.
    """
    readable, skipped = select_readable(root, folders, results, strict)
    paths = [os.path.join(root, *folders.files[index]) for index in readable]
    shape = common_shape(paths, [results[index].shape for index in readable])

    def gather(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        images = np.empty((len(indices), *shape), "uint8")
        for position, index in enumerate(indices):
            images[position] = results[index]  # broadcasts a grayscale image to all channels
        return images, folders.labels[indices]

    train, test = split_files(folders, readable, test_fraction, seed)
    return dataset_from_arrays(
        name, gather(train), gather(test), folders.class_names, skipped=skipped
    )


def _check_every_class_has_images(
    root: str, folders: ClassFolders, readable: np.ndarray, details: str
) -> None:
    splits = {root: np.ones(len(folders.files), bool)}
    if folders.is_test is not None:
        splits = {f"{root}, train": ~folders.is_test, f"{root}, test": folders.is_test}
    for split, members in splits.items():
        counts = np.bincount(folders.labels[members & readable], minlength=len(folders.class_names))
        if not counts.all():
            empty = [folders.class_names[label] for label in np.flatnonzero(counts == 0)]
            raise ValueError(
                "Every class folder must hold at least one readable image. "
                f"Received: {split}, with none in the class folders {empty}.{details}"
            )
