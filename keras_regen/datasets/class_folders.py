"""Finds the classes in a folder (or an archive) of class folders."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PathParts = tuple[str, ...]
# Returns the sorted names of the visible subfolders and files of a folder.
ListFolder = Callable[[PathParts], tuple[list[str], list[str]]]


@dataclass(frozen=True)
class ClassFolders:
    """The files in class folders, sorted by split, then class name, then file name.

    Args:
        class_names: Sorted names of the class folders.
        files: Path of every file, as a tuple of names below the root.
        labels: Class numbers `(num_files,)`.
        is_test: Booleans `(num_files,)`, or `None` without `train` and `test` folders.
        unread_folders: Folders inside class folders. Their files are not read.
    """

    class_names: tuple[str, ...]
    files: tuple[PathParts, ...]
    labels: np.ndarray
    is_test: np.ndarray | None
    unread_folders: tuple[PathParts, ...]


def find_classes(list_folder: ListFolder, root: str) -> ClassFolders:
    """Finds the class folders, and the `train` and `test` folders if both exist, below a root.

    A folder that contains only another folder of folders is skipped, so the outer folder of an
    archive does not matter. Next to `train` and `test`, other folders (such as `val`) are not
    read.

    Args:
        list_folder: Function that lists the subfolders and files of a path of parts.
        root: Name of the root in error messages.

    Returns:
        The files and their classes as `ClassFolders`.

    Raises:
        ValueError: If the root has fewer than two class folders, if `train` and `test` have
            different classes, or if `train` has class folders but `test` is missing.
    """
    top: PathParts = ()
    folders, files = list_folder(top)
    while len(folders) == 1 and list_folder((*top, folders[0]))[0]:
        top = (*top, folders[0])
        folders, files = list_folder(top)
    if not folders:
        raise ValueError(
            f"Expected a folder of class folders, each with the images of a class. "
            f"Received: {root!r}, which holds no folders and {len(files)} files."
        )
    if {"train", "test"} <= set(folders):
        return _find_in_splits(list_folder, root, top)
    if "train" in folders:
        _check_train_is_a_class(list_folder, root, top, folders)
    return _find_files(list_folder, root, folders, [(top, None)])


def _check_train_is_a_class(
    list_folder: ListFolder, root: str, top: PathParts, folders: list[str]
) -> None:
    """Raises an error if `train` is a split without `test`, and not a class named `train`."""
    inner_folders, names = list_folder((*top, "train"))
    if inner_folders and not names:
        others = [name for name in folders if name != "train"]
        raise ValueError(
            "Next to `train`, the folder of test images must be called `test`. "
            f"Received: {root!r} with `train` and {others}. Rename the test folder, or pass the "
            "`train` folder alone to split its images."
        )


def _find_in_splits(list_folder: ListFolder, root: str, top: PathParts) -> ClassFolders:
    train_top, test_top = (*top, "train"), (*top, "test")
    train_classes, test_classes = set(list_folder(train_top)[0]), set(list_folder(test_top)[0])
    if train_classes != test_classes:
        raise ValueError(
            f"`train` and `test` must have the same class folders. Received: {root!r} with "
            f"{sorted(train_classes - test_classes)} only in `train` and "
            f"{sorted(test_classes - train_classes)} only in `test`."
        )
    return _find_files(
        list_folder, root, sorted(train_classes), [(train_top, False), (test_top, True)]
    )


def _find_files(
    list_folder: ListFolder,
    root: str,
    class_names: list[str],
    splits: list[tuple[PathParts, bool | None]],
) -> ClassFolders:
    if len(class_names) < 2:
        raise ValueError(
            "Expected at least two class folders. "
            f"Received: {root!r} with the class folders {class_names}."
        )
    files, labels, is_test, unread = [], [], [], []
    for top, in_test in splits:
        for label, class_name in enumerate(class_names):
            class_folder = (*top, class_name)
            inner_folders, names = list_folder(class_folder)
            unread += [(*class_folder, name) for name in inner_folders]
            files += [(*class_folder, name) for name in names]
            labels += [label] * len(names)
            is_test += [in_test] * len(names)
    return ClassFolders(
        class_names=tuple(class_names),
        files=tuple(files),
        labels=np.array(labels, "int64"),
        is_test=None if splits[0][1] is None else np.array(is_test, bool),
        unread_folders=tuple(unread),
    )
