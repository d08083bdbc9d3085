"""`load`: one call for images from any source."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.datasets.archive import ARCHIVE_SUFFIXES, load_archive
from keras_regen.datasets.catalog import (
    KNOWN,
    DatasetSource,
    data_folder,
    find_in_folder,
    find_known,
    unknown_name,
)
from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.digits import load_digits
from keras_regen.datasets.folder import load_folder
from keras_regen.datasets.keras_downloads import download
from keras_regen.datasets.npz import load_npz
from keras_regen.datasets.pixels import check_color_mode, check_size
from keras_regen.datasets.split import check_test_fraction
from keras_regen.datasets.tfds import load_tfds


def load(
    name_or_path: str | os.PathLike,
    *,
    image_size: int | tuple[int, int] | None = None,
    color_mode: str | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
    strict: bool = False,
    data_dir: str | os.PathLike | None = None,
) -> ImageDataset:
    """Loads images in classes into memory, from a name or a path.

    - `"digits"`: scikit-learn's 1,797 handwritten digits of 8x8 pixels, without any download.
    - `"mnist"`, `"fashion_mnist"`, `"cifar10"`: from the data folder, else from TFDS if it has the
      set on this machine, else by download.
    - `"tfds:NAME"`: an image-classification set of TensorFlow Datasets.
    - A folder with one folder of pictures per class, at its top or in `train/` and `test/`. PNG,
      JPEG and BMP, also GIF (first picture), PPM, TIFF and WebP. Hidden files are ignored.
      Transparent parts show white. A tar archive of such a folder is read without unpacking it.
    - An `.npz` file with the arrays `x_train`, `y_train`, `x_test`, `y_test` and, if wanted,
      `class_names`.
    - Any other name: `NAME.npz`, the folder `NAME` or `NAME.tar.xz` in the data folder.

    Args:
        name_or_path: Name or path, as above. A known name goes before a path of the same name.
        image_size: Height and width to resize all images to, with antialiasing; an integer stands
            for a square. Defaults to the size that the images have.
        color_mode: `"grayscale"` for 1 channel or `"rgb"` for 3. By default a folder is grayscale
            if all its pictures are stored so, and other sources keep their channels.
        test_fraction: Share of the images of each class in the test set, between 0 and 1, where
            the source has no test set of its own.
        seed: Integer. Seed of that split; the same seed gives the same split.
        strict: Whether a picture file that cannot be read is an error. By default it is left out,
            listed in `skipped`, and warned about.
        data_dir: The data folder. Defaults to the one that the environment variable
            `KERAS_REGEN_DATA_DIR` names, if any.

    Returns:
        An `ImageDataset`: images `(n, height, width, channels)`, `uint8` in 0..255 or, where the
        source holds floats, `float32` in 0..1; labels `(n,)`, `int64`; class names.

    Raises:
        ValueError: When the name is not known, an argument is out of range, or the data is not as
            described above: images of several sizes without `image_size`, fewer than two classes,
            a class without a readable picture, `train/` and `test/` with different classes, labels
            or pixels out of range.
        FileNotFoundError: When the path or the data folder does not exist, or the set cannot be
            downloaded; the message lists the ways to get it.
        ImportError: When `"tfds:NAME"` is asked for and tensorflow-datasets is not installed.

    Examples:
        >>> from keras_regen.datasets import load
        >>> digits = load("digits", image_size=16, test_fraction=0.1)
        >>> digits.x_train.shape, digits.x_train.dtype, digits.y_test.shape
        ((1618, 16, 16, 1), dtype('uint8'), (179,))
    """
    size = check_size(image_size)
    check_color_mode(color_mode)
    check_test_fraction(test_fraction)
    check_integer("seed", seed, 0)
    source = _find(name_or_path, data_dir)
    name, kind, location = source.name, source.kind, source.location
    known = name_or_path in KNOWN
    if kind == "embedded":
        dataset = load_digits(size, color_mode, test_fraction, seed)
    elif kind == "npz":
        default_names = KNOWN[name][0] if known else None
        dataset = load_npz(name, location, default_names, size, color_mode)
    elif kind == "tfds":
        name = name.removeprefix("tfds:")
        dataset = load_tfds(name, location, size, color_mode, test_fraction, seed)
    elif kind == "download":
        dataset = download(name, size, color_mode)
    else:
        load_files = load_folder if kind == "folder" else load_archive
        dataset = load_files(name, location, size, color_mode, test_fraction, seed, strict)
    return _as_known(dataset, name) if known else dataset


def from_anywhere(name_or_path: str | os.PathLike) -> str:
    """Gives what `load` may be asked for in another working folder: a path from the root.

    Args:
        name_or_path: As in `load`.

    Returns:
        The absolute path where `load` would take it as one, or else the name as it is.

    Examples:
        >>> from keras_regen.datasets.loading import from_anywhere
        >>> from_anywhere("mnist"), from_anywhere("tfds:cifar10")
        ('mnist', 'tfds:cifar10')
    """
    is_path = not _is_name(name_or_path) and os.path.exists(name_or_path)
    return os.path.abspath(name_or_path) if is_path else str(name_or_path)


def _is_name(name_or_path):
    """Whether it is a dataset's name even where there is a folder of that name."""
    return isinstance(name_or_path, str) and (
        name_or_path == "digits" or name_or_path.startswith("tfds:") or name_or_path in KNOWN
    )


def _find(name_or_path: str | os.PathLike, data_dir: str | os.PathLike | None) -> DatasetSource:
    """Decides what a name or path stands for."""
    if _is_name(name_or_path):
        if name_or_path == "digits":
            return DatasetSource("digits", "embedded")
        if name_or_path.startswith("tfds:"):
            return DatasetSource(name_or_path, "tfds")
        return find_known(name_or_path, data_folder(data_dir))
    path = Path(name_or_path).expanduser()
    if path.exists():
        return _find_path(path)
    if isinstance(name_or_path, os.PathLike) or path.name != name_or_path:
        raise FileNotFoundError(
            "Expected the path of a folder of class folders, an .npz file or a tar archive. "
            f"Received: {str(path)!r}, which does not exist."
        )
    folder = data_folder(data_dir)
    found = find_in_folder(name_or_path, folder)
    if found is None:
        raise unknown_name(name_or_path, folder)
    return found


def _find_path(path: Path) -> DatasetSource:
    name = path.resolve().name
    if path.is_dir():
        return DatasetSource(name, "folder", str(path))
    if path.suffix == ".npz":
        return DatasetSource(path.stem, "npz", str(path))
    for suffix in ARCHIVE_SUFFIXES:
        if name.endswith(suffix):
            return DatasetSource(name.removesuffix(suffix), "archive", str(path))
    raise ValueError(
        "Expected a folder of class folders, an .npz file or a tar archive "
        f"({', '.join(ARCHIVE_SUFFIXES)}). Received: {str(path)!r}."
    )


def _as_known(dataset: ImageDataset, name: str) -> ImageDataset:
    """Gives a known set its own class names and numbers, wherever the images came from."""
    class_names = KNOWN[name][0]
    plain = {_plain(class_name): label for label, class_name in enumerate(class_names)}
    digits = {str(label): label for label in range(len(class_names))}
    found = [_plain(class_name) for class_name in dataset.class_names]
    numbers = plain if set(found) == set(plain) else digits
    if set(found) != set(numbers):
        raise ValueError(
            f"The classes of {name} must be {class_names} (or the numbers 0 to "
            f"{len(class_names) - 1}). Received: {dataset.class_names}."
        )
    order = np.array([numbers[class_name] for class_name in found], "int64")
    return replace(
        dataset,
        name=name,
        class_names=class_names,
        y_train=order[dataset.y_train],
        y_test=order[dataset.y_test],
    )


def _plain(class_name: str) -> str:
    """Strips what a folder name cannot hold, so that `T-shirt_top` is `T-shirt/top`."""
    return "".join(character for character in class_name.lower() if character.isalnum())
