"""`load`: loads labeled images from any source."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from keras_regen.checks import check_integer, check_path
from keras_regen.datasets.archive import ARCHIVE_SUFFIXES, load_archive
from keras_regen.datasets.catalog import (
    KERAS_DATASETS,
    DatasetSource,
    data_folder,
    find_in_folder,
    find_keras_dataset,
    unknown_name_error,
)
from keras_regen.datasets.dataset import ImageDataset
from keras_regen.datasets.digits import load_digits
from keras_regen.datasets.folder import load_folder
from keras_regen.datasets.image_decoding import check_color_mode, check_image_size
from keras_regen.datasets.keras_downloads import download
from keras_regen.datasets.npz import load_npz
from keras_regen.datasets.split import check_test_fraction
from keras_regen.datasets.tfds import load_tfds


def load(
    name_or_path: str | os.PathLike,
    *,
    image_size: int | tuple[int, int] | None = None,
    fit: str = "crop",
    center_crop: int | tuple[int, int] | None = None,
    color_mode: str | None = None,
    test_fraction: float = 0.2,
    seed: int = 0,
    strict: bool = False,
    data_dir: str | os.PathLike | None = None,
) -> ImageDataset:
    """Loads labeled images into memory, from a name or a path.

    - `"digits"`: scikit-learn's 1,797 handwritten digits of 8x8 pixels, without any download.
    - `"mnist"`, `"fashion_mnist"`, `"cifar10"`: from the data folder, else from TFDS if the
      dataset is prepared on this machine, else by download.
    - `"tfds:NAME"`: an image-classification dataset of TensorFlow Datasets.
    - A folder with a folder of images per class, at its top or in `train/` and `test/`. The files
      may be PNG, JPEG, BMP, GIF (first frame), PPM, TIFF or WebP. Hidden files are ignored.
      Transparent pixels are blended with white. A tar archive of such a folder is read without
      unpacking it.
    - An `.npz` file with the arrays `x_train`, `y_train`, `x_test`, `y_test` and optionally
      `class_names`.
    - Any other name: `NAME.npz`, the folder `NAME` or `NAME.tar.xz` in the data folder.

    Args:
        name_or_path: Name or path, as above. A known name has priority over a path of the same
            name.
        image_size: Height and width to resize all images to, with antialiasing, or an integer for
            square images. By default the images keep their size.
        fit: How an image of another shape fits into `image_size`: `"crop"` cuts off the longer
            sides, equally; `"pad"` adds black borders; `"stretch"` changes the shape of all things
            in the image.
        center_crop: Height and width, or an integer: the central part of each image that is cut
            out before it is resized. ReGene uses 140 for faces of CelebA, with `image_size=64`.
        color_mode: `"grayscale"` for 1 channel or `"rgb"` for 3. By default a folder is grayscale
            if all its images are grayscale, and other sources keep their channels.
        test_fraction: Share of the images of each class in the test set, between 0 and 1, if the
            source has no test set.
        seed: Integer. Seed of that split.
        strict: Whether an unreadable image file is an error. By default `load` leaves it out with
            a warning, and lists it in `skipped`.
        data_dir: Data folder. Defaults to the environment variable `KERAS_REGEN_DATA_DIR`, if set.

    Returns:
        An `ImageDataset` with images `(n, height, width, channels)`, `uint8` in 0..255 (or
        `float32` in 0..1 if the source holds floats), labels `(n,)`, `int64`, and class names.

    Raises:
        ValueError: If the name is not known, an argument is out of range, or the data is not as
            described above: images of several sizes without `image_size`, fewer than two classes,
            a class without a readable image, `train/` and `test/` with different classes, labels
            or pixels out of range.
        FileNotFoundError: If the path or the data folder does not exist, or the dataset cannot be
            downloaded. The message lists other ways to get it.
        ImportError: If `"tfds:NAME"` is loaded and tensorflow-datasets is not installed.

    Examples:
        >>> from keras_regen.datasets import load
        >>> digits = load("digits", image_size=16, test_fraction=0.1)
        >>> digits.x_train.shape, digits.x_train.dtype, digits.y_test.shape
        ((1618, 16, 16, 1), dtype('uint8'), (179,))
    """
    check_path("name_or_path", name_or_path)
    size = check_image_size(image_size, fit, center_crop)
    check_color_mode(color_mode)
    check_test_fraction(test_fraction)
    check_integer("seed", seed, 0)
    source = _find_source(name_or_path, data_dir)
    name, kind, location = source.name, source.kind, source.location
    is_keras_dataset = name_or_path in KERAS_DATASETS
    if kind == "embedded":
        dataset = load_digits(size, color_mode, test_fraction, seed)
    elif kind == "npz":
        default_names = KERAS_DATASETS[name][0] if is_keras_dataset else None
        dataset = load_npz(name, location, default_names, size, color_mode)
    elif kind == "tfds":
        name = name.removeprefix("tfds:")
        dataset = load_tfds(name, location, size, color_mode, test_fraction, seed)
    elif kind == "download":
        dataset = download(name, size, color_mode)
    else:
        load_files = load_folder if kind == "folder" else load_archive
        dataset = load_files(name, location, size, color_mode, test_fraction, seed, strict)
    return _with_standard_labels(dataset, name) if is_keras_dataset else dataset


def absolute_dataset_path(name_or_path: str | os.PathLike) -> str:
    """Returns a dataset's path or name in a form that is valid in any working directory.

    Args:
        name_or_path: As in `load`.

    Returns:
        The absolute path if `load` takes the argument as a path, or else the unchanged name.

    Examples:
        >>> from keras_regen.datasets.loading import absolute_dataset_path
        >>> absolute_dataset_path("mnist"), absolute_dataset_path("tfds:cifar10")
        ('mnist', 'tfds:cifar10')
    """
    is_path = not _is_name(name_or_path) and os.path.exists(name_or_path)
    return os.path.abspath(name_or_path) if is_path else str(name_or_path)


def _is_name(name_or_path: str | os.PathLike) -> bool:
    """Returns whether `load` takes it as a name even if a folder of that name exists."""
    return isinstance(name_or_path, str) and (
        name_or_path == "digits"
        or name_or_path.startswith("tfds:")
        or name_or_path in KERAS_DATASETS
    )


def _find_source(
    name_or_path: str | os.PathLike, data_dir: str | os.PathLike | None
) -> DatasetSource:
    """Finds the source of a name or path."""
    if _is_name(name_or_path):
        if name_or_path == "digits":
            return DatasetSource("digits", "embedded")
        if name_or_path.startswith("tfds:"):
            return DatasetSource(name_or_path, "tfds")
        return find_keras_dataset(name_or_path, data_folder(data_dir))
    path = Path(name_or_path).expanduser()
    if path.exists():
        return _find_path(path)
    if isinstance(name_or_path, os.PathLike) or path.name != name_or_path:
        raise FileNotFoundError(
            "Expected the path of a folder of class folders, an .npz file or a tar archive. "
            f"Received: {str(path)!r}, which does not exist."
        )
    folder = data_folder(data_dir)
    source = find_in_folder(name_or_path, folder)
    if source is None:
        raise unknown_name_error(name_or_path, folder)
    return source


def _find_path(path: Path) -> DatasetSource:
    name = path.resolve().name
    if path.is_dir():
        return DatasetSource(name, "folder", str(path))
    if path.suffix.lower() == ".npz":
        return DatasetSource(path.stem, "npz", str(path))
    for suffix in ARCHIVE_SUFFIXES:
        if name.endswith(suffix):
            return DatasetSource(name.removesuffix(suffix), "archive", str(path))
    raise ValueError(
        "Expected a folder of class folders, an .npz file or a tar archive "
        f"({', '.join(ARCHIVE_SUFFIXES)}). Received: {str(path)!r}."
    )


def _with_standard_labels(dataset: ImageDataset, name: str) -> ImageDataset:
    """Returns the dataset with the class names and labels of `KERAS_DATASETS`, for any source."""
    class_names = KERAS_DATASETS[name][0]
    by_name = {_alphanumeric(class_name): label for label, class_name in enumerate(class_names)}
    by_number = {str(label): label for label in range(len(class_names))}
    source_names = [_alphanumeric(class_name) for class_name in dataset.class_names]
    labels = by_name if set(source_names) == set(by_name) else by_number
    if set(source_names) != set(labels):
        raise ValueError(
            f"The classes of {name} must be {class_names} (or the numbers 0 to "
            f"{len(class_names) - 1}). Received: {dataset.class_names}."
        )
    new_labels = np.array([labels[class_name] for class_name in source_names], "int64")
    return replace(
        dataset,
        name=name,
        class_names=class_names,
        y_train=new_labels[dataset.y_train],
        y_test=new_labels[dataset.y_test],
    )


def _alphanumeric(class_name: str) -> str:
    """Removes all but letters and digits, so that `T-shirt_top` matches `T-shirt/top`."""
    return "".join(character for character in class_name.lower() if character.isalnum())
