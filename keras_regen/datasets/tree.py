"""How a folder (or an archive) of class folders is laid out: which file is in which class."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Parts = tuple[str, ...]
# Gives the names of the visible folders and files in the folder at a path, both sorted.
Listing = Callable[[Parts], tuple[list[str], list[str]]]


@dataclass(frozen=True)
class ImageTree:
    """The files of a folder of class folders, by split, then class name, then file name.

    Args:
        class_names: Sorted names of the class folders.
        files: Path of every file as its parts below the root.
        labels: Class numbers `(num_files,)`.
        is_test: Booleans `(num_files,)`, or `None` when there are no `train` and `test` folders.
        unread_folders: Folders inside class folders, whose files are not read.
    """

    class_names: tuple[str, ...]
    files: tuple[Parts, ...]
    labels: np.ndarray
    is_test: np.ndarray | None
    unread_folders: tuple[Parts, ...]


def arrange(listing: Listing, root: str) -> ImageTree:
    """Finds the classes, and `train` and `test` if both are there, below the root of a listing.

    A folder that holds nothing but one folder of folders is passed through, so an archive's outer
    folder does not matter. Next to `train` and `test`, other folders (such as `val`) are not read.

    Args:
        listing: Gives the folders and files at a path of parts.
        root: What the error messages call the root.

    Raises:
        ValueError: When there are no class folders, or one only, `train` and `test` have
            different classes, or there are class folders in `train` and no `test`.
    """
    top: Parts = ()
    folders, files = listing(top)
    while len(folders) == 1 and listing((*top, folders[0]))[0]:
        top = (*top, folders[0])
        folders, files = listing(top)
    if not folders:
        raise ValueError(
            f"Expected a folder of class folders, each with the pictures of one class. "
            f"Received: {root!r}, which holds no folders and {len(files)} files."
        )
    if {"train", "test"} <= set(folders):
        return _arrange_splits(listing, root, top)
    if "train" in folders:
        _check_is_a_class(listing, root, top, folders)
    return _arrange_classes(listing, root, folders, [(top, None)])


def _check_is_a_class(listing: Listing, root: str, top: Parts, folders: list[str]) -> None:
    """Tells a class called `train`, which holds pictures, from a split that has no `test`."""
    inner_folders, names = listing((*top, "train"))
    if inner_folders and not names:
        others = [name for name in folders if name != "train"]
        raise ValueError(
            "Next to `train`, the folder of held-out pictures must be called `test`. "
            f"Received: {root!r} with `train` and {others}. Rename one, or give the folder "
            "`train` alone, to have its pictures split."
        )


def _arrange_splits(listing: Listing, root: str, top: Parts) -> ImageTree:
    train_top, test_top = (*top, "train"), (*top, "test")
    train_classes, test_classes = set(listing(train_top)[0]), set(listing(test_top)[0])
    if train_classes != test_classes:
        raise ValueError(
            f"`train` and `test` must have the same class folders. Received: {root!r} with "
            f"{sorted(train_classes - test_classes)} only in `train` and "
            f"{sorted(test_classes - train_classes)} only in `test`."
        )
    return _arrange_classes(
        listing, root, sorted(train_classes), [(train_top, False), (test_top, True)]
    )


def _arrange_classes(
    listing: Listing, root: str, class_names: list[str], tops: list[tuple[Parts, bool | None]]
) -> ImageTree:
    if len(class_names) < 2:
        raise ValueError(
            "Expected at least two class folders, to tell one class from another. "
            f"Received: {root!r} with the class folders {class_names}."
        )
    files, labels, is_test, unread = [], [], [], []
    for top, test in tops:
        for label, class_name in enumerate(class_names):
            class_folder = (*top, class_name)
            inner_folders, names = listing(class_folder)
            unread += [(*class_folder, name) for name in inner_folders]
            files += [(*class_folder, name) for name in names]
            labels += [label] * len(names)
            is_test += [test] * len(names)
    return ImageTree(
        class_names=tuple(class_names),
        files=tuple(files),
        labels=np.array(labels, "int64"),
        is_test=None if tops[0][1] is None else np.array(is_test, bool),
        unread_folders=tuple(unread),
    )
