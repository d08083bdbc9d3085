"""Loads image-classification datasets of TensorFlow Datasets (TFDS), with any Keras backend."""

import importlib.util
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays
from keras_regen.datasets.image_decoding import TargetSize, convert_images
from keras_regen.datasets.image_files import common_shape
from keras_regen.datasets.split import stratified_split


def prepared_folder(name: str) -> str | None:
    """Returns the folder of the dataset that TFDS has prepared on this machine, or `None`.

    It does not import TFDS, which takes seconds.
    """
    if importlib.util.find_spec("tensorflow_datasets") is None:
        return None
    data_dir = Path(os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()
    folders = [file.parent for file in (data_dir / name).glob("*.*.*/dataset_info.json")]
    newest = max(folders, key=lambda folder: [int(n) for n in folder.name.split(".")], default=None)
    return newest and str(newest)


def load_tfds(
    name: str,
    folder: str,
    image_size: TargetSize | None,
    color_mode: str | None,
    test_fraction: float,
    seed: int,
) -> ImageDataset:
    """Loads a TFDS dataset with `image` and `label` features, and prepares it if necessary.

    The splits are `train` and `test`. Without `test`, `train` is split by `test_fraction`.

    Args:
        name: Name in TFDS, such as `"mnist"` or `"emnist/letters"`.
        folder: Folder of the prepared dataset, or `""` to find or prepare it by its name.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.
        test_fraction: Share of the test images if the dataset has no `test` split.
        seed: Seed of that split.

    Returns:
        An `ImageDataset`.

    Raises:
        ImportError: If tensorflow-datasets is not installed, or if the dataset was prepared in a
            format that needs TensorFlow, and TensorFlow is not installed.
        ValueError: If the dataset is unknown, has no labeled images, or cannot be prepared.
    """
    builder = _builder(name, folder)
    class_names = _class_names(name, builder.info.features)
    _prepare(name, builder)
    splits = builder.info.splits
    if splits and "train" not in splits:
        raise ValueError(
            "A TFDS dataset must have a `train` split. "
            f"Received: tfds:{name} with {sorted(splits)}."
        )
    train = _read_split(name, builder, "train", image_size, color_mode)
    if "test" in splits:
        test = _read_split(name, builder, "test", image_size, color_mode)
    else:
        images, labels = train
        train_rows, test_rows = stratified_split(labels, test_fraction, seed)
        train, test = (
            (images[train_rows], labels[train_rows]),
            (images[test_rows], labels[test_rows]),
        )
    return dataset_from_arrays(f"tfds:{name}", train, test, class_names)


def _builder(name: str, folder: str) -> Any:
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            f"Loading tfds:{name} needs tensorflow-datasets. "
            'Install it: pip install "keras_regen[datasets]"'
        ) from error
    try:
        if folder:
            return tfds.builder_from_directory(folder)
        # TFDS reads the variable only once, at its import.
        return tfds.builder(name, data_dir=os.environ.get("TFDS_DATA_DIR") or None)
    except tfds.core.registered.DatasetNotFoundError as error:
        raise ValueError(
            f"TFDS has no dataset of this name. Received: tfds:{name}. "
            "The names are listed at https://www.tensorflow.org/datasets/catalog/overview."
        ) from error


def _prepare(name: str, builder: Any) -> None:
    if builder.is_prepared():
        return
    # Array records can be read without TensorFlow, but not every platform can write them.
    can_write = importlib.util.find_spec("array_record") is not None
    try:
        builder.download_and_prepare(file_format="array_record" if can_write else None)
    except Exception as error:  # the download code differs by dataset
        raise ValueError(
            f"TFDS could not prepare tfds:{name} in {builder.data_dir} "
            f"({type(error).__name__}: {error}). Prepare it on a machine with a network and "
            "TensorFlow (most datasets need TensorFlow for this step) with "
            "`tfds.builder(...).download_and_prepare()`, copy its folder to this machine, and set "
            "TFDS_DATA_DIR to the parent folder."
        ) from error


def _class_names(name: str, features: Any) -> list[str]:
    has_both = "image" in features and "label" in features
    if not has_both or not hasattr(features["label"], "names"):
        raise ValueError(
            "A TFDS dataset must have the features `image` and `label`, and the label must be a "
            "class label. "
            f"Received: tfds:{name} with {', '.join(sorted(features))}."
        )
    return features["label"].names


def _read_split(
    name: str,
    builder: Any,
    split: str,
    image_size: TargetSize | None,
    color_mode: str | None,
) -> tuple[np.ndarray, np.ndarray]:
    images, labels = [], []
    for example in _examples(builder, split):
        image = np.asarray(example["image"])
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[-1] not in (1, 3):
            raise ValueError(
                "Images of a TFDS dataset must be uint8 with 1 or 3 channels. "
                f"Received: tfds:{name} with shape={image.shape}, dtype={image.dtype}."
            )
        images.append(convert_images(image[None], image_size, color_mode)[0])
        labels.append(int(example["label"]))
    paths = [f"tfds:{name} {split}[{index}]" for index in range(len(images))]
    common_shape(paths, [image.shape for image in images])
    return np.stack(images), np.array(labels, "int64")


def _examples(builder: Any, split: str) -> Iterable[dict[str, Any]]:
    try:
        return builder.as_data_source(split)
    except NotImplementedError as error:  # prepared in a format other than array records
        if importlib.util.find_spec("tensorflow") is None:
            raise ImportError(
                f"{builder.data_dir} holds TFRecords, which only TensorFlow reads. Install "
                "TensorFlow (pip install tensorflow; the Keras backend can stay the same), or move "
                "the folder away and load the dataset again."
            ) from error
        import tensorflow_datasets as tfds

        return tfds.as_numpy(builder.as_dataset(split=split))
