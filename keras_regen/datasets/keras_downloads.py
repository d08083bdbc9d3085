"""The sets that Keras downloads, and what to do where there is no network."""

import numpy as np

from keras_regen.datasets.catalog import DATA_DIR_VARIABLE, KNOWN
from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays


def download(name: str, image_size: tuple[int, int] | None, color_mode: str | None) -> ImageDataset:
    """Gives a set of `keras.datasets`, downloaded on first use and kept by Keras.

    Raises:
        FileNotFoundError: When the download fails; it lists the other ways to get the data.
    """
    import keras  # only this source needs it, and it takes seconds

    try:
        train, test = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise FileNotFoundError(
            f"{name} was found nowhere on this machine, and the download failed ({error}). "
            f"Ways to get it:\n"
            f"  1. put {name}.npz with x_train, y_train, x_test, y_test into a folder and name the "
            f"folder in the environment variable {DATA_DIR_VARIABLE}, or pass it as `data_dir`;\n"
            f"  2. or put the pictures there, as {name}/train/CLASS/*.png and "
            f"{name}/test/CLASS/*.png, or an archive of these, {name}.tar.xz;\n"
            f'  3. or prepare tfds:{name} (pip install "keras_regen[datasets]") and name its '
            "folder in TFDS_DATA_DIR;\n"
            f"  4. or run this once where there is a network: Keras keeps the download in "
            "~/.keras/datasets, which can be copied."
        ) from error
    (x_train, y_train), (x_test, y_test) = train, test
    return dataset_from_arrays(
        name,
        (_with_channels(x_train), y_train.reshape(-1)),
        (_with_channels(x_test), y_test.reshape(-1)),
        KNOWN[name][0],
        image_size=image_size,
        color_mode=color_mode,
    )


def _with_channels(images: np.ndarray) -> np.ndarray:
    return images[..., None] if images.ndim == 3 else images
