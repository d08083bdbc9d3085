"""Finds the classes in a folder (or an archive) of class folders."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from keras_regen.class_names import unprintable_names

PathParts = tuple[str, ...]
# Folders and files that operating systems write next to images.
METADATA = {"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin", "@eadir"}
_TRAINING = ("train", "training")
# The folders of test images, in this order: with a `test` folder of class folders, a folder of
# validation images is not read.
_TEST = ("test", "testing", "val", "valid", "validation")
# Returns the sorted names of the visible subfolders and files of a folder.
ListFolder = Callable[[PathParts], tuple[list[str], list[str]]]


@dataclass(frozen=True)
class ClassFolders:
    """The files in class folders, sorted by split, then class, then file name.

    Args:
        class_names: Names of the class folders: by number if all names are integers, so that the
            labels of the folders 0 to 11 are their names, and otherwise by name.
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
    """Finds the class folders, and the folders of training and test images, below a root.

    A folder that contains only another folder of folders is skipped, so the outer folder of an
    archive does not matter. The folder of training images is called `train` or `training`, and the
    folder of test images `test`, `testing`, `val`, `valid` or `validation`, in upper or lower case:
    the first of these that has class folders of the training images, so that `test` may hold
    images without labels. Next to both, other folders are not read. Files of the operating system,
    such as `__MACOSX` and `Thumbs.db`, are ignored.

    Args:
        list_folder: Function that lists the subfolders and files of a path of parts.
        root: Name of the root in error messages.

    Returns:
        The files and their classes as `ClassFolders`.

    Raises:
        ValueError: If the root has fewer than two class folders, if the training and the test
            folder have different classes, if there is a training folder with class folders but no
            test folder, or if the name of a class has a control character.
    """
    list_folder = _without_metadata(list_folder)
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
    train, tests = next(_named(folders, _TRAINING), None), list(_named(folders, _TEST))
    classes = set() if train is None else set(list_folder((*top, train))[0])
    if classes and tests:
        # `test` often holds images without labels, in no class folders, and `val` the labeled ones.
        labeled = (name for name in tests if classes & set(list_folder((*top, name))[0]))
        test = next(labeled, tests[0])
        return _find_in_splits(list_folder, root, (*top, train), (*top, test))
    if train is not None:
        _check_train_is_a_class(list_folder, root, top, train, folders)
    return _find_files(list_folder, root, folders, [(top, None)])


def _without_metadata(list_folder: ListFolder) -> ListFolder:
    def listed(parts: PathParts) -> tuple[list[str], list[str]]:
        folders, files = (
            [name for name in names if name.lower() not in METADATA] for names in list_folder(parts)
        )
        return folders, files

    return listed


def _named(folders: list[str], names: tuple[str, ...]) -> Iterator[str]:
    """Yields the folders with these names, in upper or lower case, in the order of the names."""
    by_name = {folder.lower(): folder for folder in reversed(folders)}
    return (by_name[name] for name in names if name in by_name)


def _check_train_is_a_class(
    list_folder: ListFolder, root: str, top: PathParts, train: str, folders: list[str]
) -> None:
    """Raises an error if `train` is a split without `test`, and not a class named `train`."""
    inner_folders, names = list_folder((*top, train))
    if inner_folders and not names:
        others = [name for name in folders if name != train]
        raise ValueError(
            f"Next to `{train}`, the folder of test images must be called {', '.join(_TEST)}. "
            f"Received: {root!r} with `{train}` and {others}. Rename the test folder, or pass the "
            f"`{train}` folder alone to split its images."
        )


def _find_in_splits(
    list_folder: ListFolder, root: str, train_top: PathParts, test_top: PathParts
) -> ClassFolders:
    train_classes, test_classes = set(list_folder(train_top)[0]), set(list_folder(test_top)[0])
    if train_classes != test_classes:
        train, test = train_top[-1], test_top[-1]
        raise ValueError(
            f"`{train}` and `{test}` must have the same class folders. Received: {root!r} with "
            f"{sorted(train_classes - test_classes)} only in `{train}` and "
            f"{sorted(test_classes - train_classes)} only in `{test}`."
        )
    return _find_files(
        list_folder, root, list(train_classes), [(train_top, False), (test_top, True)]
    )


def _in_order(class_names: list[str]) -> list[str]:
    """Sorts names by number if all are numbers, and otherwise as strings."""
    if all(re.fullmatch(r"[0-9]+", name) for name in class_names):
        return sorted(class_names, key=lambda name: (int(name), name))
    return sorted(class_names)


def _find_files(
    list_folder: ListFolder,
    root: str,
    class_names: list[str],
    splits: list[tuple[PathParts, bool | None]],
) -> ClassFolders:
    class_names = _in_order(class_names)
    if unprintable := unprintable_names(class_names):
        raise ValueError(
            "The name of a class folder must have no control characters, such as line ends and "
            f"escape sequences. Received: {root!r} with {unprintable}. Rename the folder."
        )
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
