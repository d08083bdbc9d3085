"""The datasets known by name, and where each would come from on this machine."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from keras_regen.datasets import tfds
from keras_regen.datasets.archive import ARCHIVE_SUFFIXES
from keras_regen.datasets.folder import arrange_folder

DATA_DIR_VARIABLE = "KERAS_REGEN_DATA_DIR"
DIGIT_NAMES = tuple("0123456789")


@dataclass(frozen=True)
class DatasetSource:
    """A dataset that `load` knows by name, and where it would come from.

    Args:
        name: Name that `load` takes.
        kind: `"embedded"`, `"npz"`, `"folder"`, `"archive"`, `"tfds"` or `"download"`.
        location: Path of the file or folder, or `""` where there is none.
        class_names: Names of the classes, or `None` where only loading would tell.
        image_shape: `(height, width, channels)`, or `None` where only loading would tell.

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
        """Number of classes, or `None` where only loading would tell."""
        return None if self.class_names is None else len(self.class_names)


# The sets of the papers that users must get for themselves, and from whom.
USERS_OWN = {
    "facescrub": "they are had on request from vintage.winklerbros.net/facescrub.html",
    "celeba": "they are at mmlab.ie.cuhk.edu.hk/projects/CelebA.html, without class folders",
}

# The sets that Keras can download.
KNOWN = {
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
    """Lists the datasets that `load` knows by name, with where each would come from right now.

    Nothing is loaded or downloaded. Every set of TFDS can be loaded too, as `tfds:NAME`.

    Args:
        data_dir: Folder with data. Defaults to the one that `KERAS_REGEN_DATA_DIR` names, if any.

    Returns:
        One `DatasetSource` per name: the known ones, then what else lies in the data folder.

    Raises:
        FileNotFoundError: When the data folder does not exist.

    Examples:
        >>> [source.name for source in list_datasets()][:4]
        ['digits', 'mnist', 'fashion_mnist', 'cifar10']
    """
    folder = data_folder(data_dir)
    sources = [DatasetSource("digits", "embedded", "", DIGIT_NAMES, (8, 8, 1))]
    sources += [find_known(name, folder) for name in KNOWN]
    names = {_dataset_name(path.name) for path in folder.iterdir()} if folder else set()
    for name in sorted(names - {None, "digits", *KNOWN}):
        source = find_in_folder(name, folder)
        # A folder without classes is some other folder that happens to lie there.
        if source is not None and (source.kind != "folder" or source.class_names):
            sources.append(source)
    return sources


def find_known(name: str, folder: Path | None) -> DatasetSource:
    """Finds where one of the `KNOWN` sets comes from: data folder, then TFDS, then download."""
    class_names, image_shape = KNOWN[name]
    found = find_in_folder(name, folder)
    if found is None:
        prepared = tfds.prepared_folder(name)
        found = (
            DatasetSource(name, "tfds", prepared) if prepared else DatasetSource(name, "download")
        )
    return DatasetSource(name, found.kind, found.location, class_names, image_shape)


def find_in_folder(name: str, folder: Path | None) -> DatasetSource | None:
    """Finds `NAME.npz`, a folder `NAME`, or an archive of it, in that order, in the data folder."""
    if folder is None:
        return None
    if (folder / f"{name}.npz").is_file():
        return DatasetSource(name, "npz", str(folder / f"{name}.npz"))
    if (folder / name).is_dir():
        try:
            class_names = arrange_folder(str(folder / name)).class_names
        except ValueError:
            class_names = None  # not class folders: `load` says what is wrong with it
        return DatasetSource(name, "folder", str(folder / name), class_names)
    for suffix in ARCHIVE_SUFFIXES:
        for stem in (name, f"{name}_jpeg", f"{name}_png"):
            if (folder / (stem + suffix)).is_file():
                return DatasetSource(name, "archive", str(folder / (stem + suffix)))
    return None


def data_folder(data_dir: str | os.PathLike | None) -> Path | None:
    """Gives `data_dir`, else the folder that the environment names, else `None`.

    Raises:
        FileNotFoundError: When that folder does not exist.
    """
    folder = data_dir or os.environ.get(DATA_DIR_VARIABLE)
    if not folder:
        return None
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        origin = "`data_dir`" if data_dir else f"the environment variable {DATA_DIR_VARIABLE}"
        raise FileNotFoundError(f"Expected {origin} to name a folder. Received: {str(folder)!r}.")
    return folder


def unknown_name(name: str, folder: Path | None) -> ValueError | FileNotFoundError:
    """Makes the error for a name that is neither known nor a path."""
    if name in USERS_OWN:
        return FileNotFoundError(
            f"The images of {name!r} cannot be downloaded for everybody: {USERS_OWN[name]}. Put "
            f"them in a folder of class folders, {name!r}, in the folder that {DATA_DIR_VARIABLE} "
            "names, or give the path of such a folder as the dataset."
        )
    names = [source.name for source in list_datasets(folder)]
    nearest = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return ValueError(
        f"Expected a dataset's name ({', '.join(names)}, tfds:NAME), or the path of a folder of "
        f"class folders, an .npz file or a tar archive. Received: {name!r}.{hint}"
    )


def _dataset_name(file_name: str) -> str | None:
    """Gives the name under which `load` finds a file or folder of the data folder."""
    if file_name.startswith("."):
        return None
    for suffix in (".npz", *ARCHIVE_SUFFIXES):
        if file_name.endswith(suffix):
            stem = file_name.removesuffix(suffix)
            return stem.removesuffix("_jpeg").removesuffix("_png") if suffix != ".npz" else stem
    return file_name
