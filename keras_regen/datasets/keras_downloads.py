"""Downloads the datasets of `keras.datasets`."""

import keras
import numpy as np

from keras_regen.datasets.catalog import DATA_DIR_VARIABLE, KERAS_DATASETS
from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays
from keras_regen.datasets.image_decoding import TargetSize


def download(name: str, image_size: TargetSize | None, color_mode: str | None) -> ImageDataset:
    """Loads a dataset of `keras.datasets`, which Keras downloads at the first use and keeps.

    Args:
        name: Name of the dataset.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.

    Returns:
        An `ImageDataset`.

    Raises:
        FileNotFoundError: If the download fails. The message lists the other ways to get the data.
    """
    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise FileNotFoundError(
            f"{name} is not on this machine, and the download failed ({error}). "
            f"Ways to get it:\n"
            f"  1. Put {name}.npz with x_train, y_train, x_test, y_test into a folder, and name "
            f"that folder in the variable {DATA_DIR_VARIABLE} or pass it as `data_dir`.\n"
            f"  2. Put the image files into that folder, as {name}/train/CLASS/*.png and "
            f"{name}/test/CLASS/*.png, or as an archive {name}.tar.xz of these folders.\n"
            f'  3. Prepare tfds:{name} (pip install "keras_regen[datasets]"), and name its '
            "folder in TFDS_DATA_DIR.\n"
            f"  4. Load the dataset once on a machine with a network. Keras keeps the download in "
            "~/.keras/datasets. Copy that folder."
        ) from error
    (x_train, y_train), (x_test, y_test) = train, test
    return dataset_from_arrays(
        name,
        (_with_channels(x_train), y_train.reshape(-1)),
        (_with_channels(x_test), y_test.reshape(-1)),
        KERAS_DATASETS[name][0],
        image_size=image_size,
        color_mode=color_mode,
    )


def _with_channels(images: np.ndarray) -> np.ndarray:
    return images[..., None] if images.ndim == 3 else images
