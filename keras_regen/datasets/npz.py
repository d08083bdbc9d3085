"""Loads a NumPy `.npz` file with `x_train`, `y_train`, `x_test` and `y_test`."""

import math
import zipfile

import numpy as np

from keras_regen.arrays import check_labels
from keras_regen.compressed_files import check_zip, is_damage
from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays
from keras_regen.datasets.image_decoding import TargetSize

KEYS = ("x_train", "y_train", "x_test", "y_test")


def load_npz(
    name: str,
    path: str,
    default_names: tuple[str, ...] | None,
    image_size: TargetSize | None,
    color_mode: str | None,
) -> ImageDataset:
    """Loads images and labels from an `.npz` file, without unpickling anything.

    A channel axis is added to images of shape `(n, height, width)`. Labels of shape `(n, 1)` are
    flattened.

    Args:
        name: Name of the dataset.
        path: Path of the file.
        default_names: Names of the classes if the file has no `class_names`, or `None` to use the
            labels as names.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.

    Returns:
        An `ImageDataset`.

    Raises:
        ValueError: If the file cannot be read, an array is missing, or `check_images` or
            `check_labels` refuses an array.
    """
    arrays = _read(path)
    missing = [key for key in KEYS if key not in arrays]
    if missing:
        raise ValueError(
            f"An .npz dataset must hold the arrays {', '.join(KEYS)}. "
            f"Received: {path!r} with {sorted(arrays)}, without {', '.join(missing)}."
        )
    try:
        x_train, y_train, x_test, y_test = (_with_axes(key, arrays[key]) for key in KEYS)
        class_names = _class_names(arrays) or default_names or _class_numbers(y_train)
        return dataset_from_arrays(
            name,
            (x_train, y_train),
            (x_test, y_test),
            class_names,
            image_size=image_size,
            color_mode=color_mode,
        )
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _read(path: str) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            check_zip(archive)
            names = {name.removesuffix(".npy"): name for name in archive.namelist()}
            keys = [key for key in (*KEYS, "class_names") if key in names]
            return {key: _read_array(archive, names[key]) for key in keys}
    # Python evaluates the header of an array, which raises many types of errors if it is damaged.
    except Exception as error:
        if not is_damage(error):
            raise
        raise ValueError(
            "Expected an .npz file of arrays without Python objects, as `numpy.savez` writes. "
            f"Received: {path!r}, which cannot be read ({error})."
        ) from error


def _read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    with archive.open(name) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        shape, _, dtype = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(file)
        # NumPy would ask for all of the memory before it reads the numbers.
        size, available = math.prod(shape) * dtype.itemsize, archive.getinfo(name).file_size
        if size > available:
            raise ValueError(f"{name} has {available:,} bytes and claims to have {size:,}")
    with archive.open(name) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _with_axes(key: str, array: np.ndarray) -> np.ndarray:
    if key.startswith("x") and array.ndim == 3:
        return array[..., None]
    if key.startswith("y") and array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    return array


def _class_names(arrays: dict[str, np.ndarray]) -> list[str] | None:
    if "class_names" not in arrays:
        return None
    names = arrays["class_names"]
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise ValueError(
            "`class_names` must be an array of strings of shape (num_classes,). "
            f"Received: shape={names.shape}, dtype={names.dtype}."
        )
    return [str(name) for name in names.astype("U")]


def _class_numbers(y_train: np.ndarray) -> list[str]:
    check_labels(y_train, name="y_train")
    if not y_train.size:
        raise ValueError("`y_train` must hold at least one label. Received: an empty array.")
    present = np.unique(y_train)
    if len(present) != present[-1] + 1:
        raise ValueError(
            "`y_train` must hold every label from 0 to the largest, unless the file has "
            "`class_names`. "
            f"Received: {len(present)} classes with labels from {present[0]} to {present[-1]}."
        )
    return [str(label) for label in present]
