"""Lists the datasets with a name, and finds the source of each on this machine."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from keras_regen.datasets import tfds
from keras_regen.datasets.archive import ARCHIVE_SUFFIXES
from keras_regen.datasets.folder import find_class_folders

DATA_DIR_VARIABLE = "KERAS_REGEN_DATA_DIR"
DIGIT_NAMES = tuple("0123456789")


@dataclass(frozen=True)
class DatasetSource:
    """A dataset that `load` knows by name, and its source on this machine.

    Args:
        name: Name that `load` takes.
        kind: `"embedded"`, `"npz"`, `"folder"`, `"archive"`, `"tfds"` or `"download"`.
        location: Path of the file or folder, or `""` without a file.
        class_names: Names of the classes, or `None` if they are unknown before loading.
        image_shape: `(height, width, channels)`, or `None` if it is unknown before loading.

    Examples:
        >>> digits = list_datasets()[0]
        >>> digits.kind, digits.num_classes, digits.image_shape
        ('embedded', 10, (8, 8, 1))
    """

    name: str
    kind: str
    location: str = ""
    class_names: tuple[str, ...] | None = None
    image_shape: tuple[int, int, int] | None = None

    @property
    def num_classes(self) -> int | None:
        """Number of classes, or `None` if it is unknown before loading."""
        return None if self.class_names is None else len(self.class_names)


# The datasets of the papers that users must download by hand, and their origin.
MANUAL_DOWNLOADS = {
    "facescrub": "request them at vintage.winklerbros.net/facescrub.html",
    "celeba": "get them at mmlab.ie.cuhk.edu.hk/projects/CelebA.html (without class folders)",
}

# The datasets that Keras can download: class names and image shape.
KERAS_DATASETS = {
    "mnist": (DIGIT_NAMES, (28, 28, 1)),
    "fashion_mnist": (
        (
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        (28, 28, 1),
    ),
    "cifar10": (
        (
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ),
        (32, 32, 3),
    ),
}


def list_datasets(data_dir: str | os.PathLike | None = None) -> list[DatasetSource]:
    """Lists the datasets that `load` knows by name, with their current sources.

    Nothing is loaded or downloaded. `load` also takes every TFDS dataset, as `tfds:NAME`.

    Args:
        data_dir: Data folder. Defaults to the environment variable `KERAS_REGEN_DATA_DIR`, if set.

    Returns:
        A `DatasetSource` per name: the built-in names, then the other datasets in the data folder.

    Raises:
        FileNotFoundError: If the data folder does not exist.

    Examples:
        >>> [source.name for source in list_datasets()][:4]
        ['digits', 'mnist', 'fashion_mnist', 'cifar10']
    """
    folder = data_folder(data_dir)
    sources = [DatasetSource("digits", "embedded", "", DIGIT_NAMES, (8, 8, 1))]
    sources += [find_keras_dataset(name, folder) for name in KERAS_DATASETS]
    names = {_dataset_name(path.name) for path in folder.iterdir()} if folder else set()
    for name in sorted(names - {None, "digits", *KERAS_DATASETS}):
        source = find_in_folder(name, folder)
        # A folder without class folders is no dataset.
        if source is not None and (source.kind != "folder" or source.class_names):
            sources.append(source)
    return sources


def find_keras_dataset(name: str, folder: Path | None) -> DatasetSource:
    """Finds the source of one of the `KERAS_DATASETS`: data folder, then TFDS, then download."""
    class_names, image_shape = KERAS_DATASETS[name]
    source = find_in_folder(name, folder)
    if source is None:
        prepared = tfds.prepared_folder(name)
        source = (
            DatasetSource(name, "tfds", prepared) if prepared else DatasetSource(name, "download")
        )
    return DatasetSource(name, source.kind, source.location, class_names, image_shape)


def find_in_folder(name: str, folder: Path | None) -> DatasetSource | None:
    """Finds `NAME.npz`, the folder `NAME`, or its archive, in that order, in the data folder."""
    if folder is None:
        return None
    if (folder / f"{name}.npz").is_file():
        return DatasetSource(name, "npz", str(folder / f"{name}.npz"))
    if (folder / name).is_dir():
        try:
            class_names = find_class_folders(str(folder / name)).class_names
        except ValueError:
            class_names = None  # no class folders: `load` raises the error
        return DatasetSource(name, "folder", str(folder / name), class_names)
    for suffix in ARCHIVE_SUFFIXES:
        for stem in (name, f"{name}_jpeg", f"{name}_png"):
            if (folder / (stem + suffix)).is_file():
                return DatasetSource(name, "archive", str(folder / (stem + suffix)))
    return None


def data_folder(data_dir: str | os.PathLike | None) -> Path | None:
    """Returns `data_dir`, else the folder of the environment variable, else `None`.

    Raises:
        FileNotFoundError: If that folder does not exist.
    """
    folder = data_dir or os.environ.get(DATA_DIR_VARIABLE)
    if not folder:
        return None
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        origin = "`data_dir`" if data_dir else f"the environment variable {DATA_DIR_VARIABLE}"
        raise FileNotFoundError(f"Expected {origin} to name a folder. Received: {str(folder)!r}.")
    return folder


def unknown_name_error(name: str, folder: Path | None) -> ValueError | FileNotFoundError:
    """Returns the error for a name that is neither known nor a path."""
    if name in MANUAL_DOWNLOADS:
        return FileNotFoundError(
            f"The images of {name!r} cannot be downloaded automatically: "
            f"{MANUAL_DOWNLOADS[name]}. Put them into a folder of class folders, {name!r}, in the "
            f"folder that {DATA_DIR_VARIABLE} names, or pass the path of such a folder."
        )
    names = [source.name for source in list_datasets(folder)]
    nearest = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return ValueError(
        f"Expected the name of a dataset ({', '.join(names)}, tfds:NAME), or the path of a folder "
        f"of class folders, an .npz file or a tar archive. Received: {name!r}.{hint}"
    )


def _dataset_name(file_name: str) -> str | None:
    """Returns the name with which `load` finds a file or folder of the data folder."""
    if file_name.startswith("."):
        return None
    for suffix in (".npz", *ARCHIVE_SUFFIXES):
        if file_name.endswith(suffix):
            stem = file_name.removesuffix(suffix)
            return stem.removesuffix("_jpeg").removesuffix("_png") if suffix != ".npz" else stem
    return file_name
