"""From picture files that were read, or could not be, to a dataset."""

import os
import warnings
from collections.abc import Sequence

import numpy as np

from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays
from keras_regen.datasets.pixels import UnreadableImageError
from keras_regen.datasets.split import stratified_split
from keras_regen.datasets.tree import ImageTree

# What became of each file of a tree: an array, its shape, or the reason why it could not be read.
ReadResult = np.ndarray | tuple[int, int, int] | UnreadableImageError


def keep_readable(
    root: str, tree: ImageTree, results: Sequence[ReadResult], strict: bool
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Tells which files of a tree can be used, and warns once of the others.

    Args:
        root: Where the tree's paths begin.
        tree: The files, as they are laid out.
        results: What reading each of them gave.
        strict: Whether a file that cannot be read is an error.

    Returns:
        `(kept, skipped)`: indices of the readable files, and the paths of what is left out.

    Raises:
        ValueError: When a class has no readable picture, or with `strict` when any file cannot be
            read.
    """
    reasons = {
        os.path.join(root, *file): str(result)
        for file, result in zip(tree.files, results, strict=True)
        if isinstance(result, UnreadableImageError)
    }
    reasons |= {
        os.path.join(root, *folder): "folders inside a class folder are not read"
        for folder in tree.unread_folders
    }
    readable = np.array([not isinstance(result, UnreadableImageError) for result in results], bool)
    skipped = tuple(reasons)
    shown = "".join(f"\n  {path}: {reasons[path]}" for path in skipped[:5])
    shown += f"\n  and {len(skipped) - 5} more" if len(skipped) > 5 else ""
    _check_every_class_has_one(root, tree, readable, shown)
    if skipped and strict:
        raise ValueError(
            f"With strict=True every file must be a readable picture. Received: {root!r} with "
            f"{len(skipped)} that are not:{shown}"
        )
    if skipped:
        warnings.warn(
            f"Left out {len(skipped)} files of {root!r} that are not readable pictures "
            f"(pass strict=True to make this an error):{shown}",
            stacklevel=2,
        )
    return np.flatnonzero(readable), skipped


def common_shape(
    paths: Sequence[str], shapes: Sequence[tuple[int, int, int]]
) -> tuple[int, int, int]:
    """Gives the one shape that all pictures can have: 1 channel if all are grayscale, else 3.

    Raises:
        ValueError: When two pictures differ in height or width; it names two of them.
    """
    first = shapes[0]
    for path, shape in zip(paths, shapes, strict=True):
        if shape[:2] != first[:2]:
            raise ValueError(
                "All images must have one size, unless `image_size` is given. Received: "
                f"{paths[0]} of {first[0]}x{first[1]} and {path} of {shape[0]}x{shape[1]} "
                "(height x width). Pass image_size=(height, width)."
            )
    return (*first[:2], max(shape[2] for shape in shapes))


def split_tree(
    tree: ImageTree, kept: np.ndarray, test_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Splits the readable files as their folders say, else by `stratified_split`.

    Returns:
        `(train, test)`: indices of files of the tree.
    """
    if tree.is_test is not None:
        return kept[~tree.is_test[kept]], kept[tree.is_test[kept]]
    train, test = stratified_split(tree.labels[kept], test_fraction, seed)
    return kept[train], kept[test]


def dataset_from_files(
    name: str,
    root: str,
    tree: ImageTree,
    results: Sequence[np.ndarray | UnreadableImageError],
    *,
    test_fraction: float,
    seed: int,
    strict: bool,
) -> ImageDataset:
    """Makes a dataset of the pictures that could be read.

    Args:
        name: Name of the dataset.
        root: Where the tree's paths begin.
        tree: The files, as they are laid out.
        results: What `decode_image` gave for each file.
        test_fraction: Share of the test images, where there are no `train` and `test` folders.
        seed: Seed of that split.
        strict: Whether a file that cannot be read is an error.
    """
    kept, skipped = keep_readable(root, tree, results, strict)
    paths = [os.path.join(root, *tree.files[i]) for i in kept]
    shape = common_shape(paths, [results[i].shape for i in kept])

    def gather(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        images = np.empty((len(indices), *shape), "uint8")
        for place, index in enumerate(indices):
            images[place] = results[index]  # a grayscale picture fills all three channels
        return images, tree.labels[indices]

    train, test = split_tree(tree, kept, test_fraction, seed)
    return dataset_from_arrays(name, gather(train), gather(test), tree.class_names, skipped=skipped)


def _check_every_class_has_one(
    root: str, tree: ImageTree, readable: np.ndarray, shown: str
) -> None:
    splits = {root: np.ones(len(tree.files), bool)}
    if tree.is_test is not None:
        splits = {f"{root}, train": ~tree.is_test, f"{root}, test": tree.is_test}
    for split, members in splits.items():
        counts = np.bincount(tree.labels[members & readable], minlength=len(tree.class_names))
        if not counts.all():
            empty = [tree.class_names[label] for label in np.flatnonzero(counts == 0)]
            raise ValueError(
                "Every class folder must hold at least one readable picture. "
                f"Received: {split}, with none in the class folders {empty}.{shown}"
            )
