"""What a model is given: arrays or datasets, integers or floats."""

from collections.abc import Iterable

import keras
import numpy as np
from keras import ops


def is_array(x) -> bool:
    """Whether data is one array or tensor, rather than a dataset of batches."""
    return isinstance(x, np.ndarray) or ops.is_tensor(x)


def iter_is_new(x) -> bool:
    """Whether data can be read a second time."""
    if is_array(x) or isinstance(x, keras.utils.PyDataset):
        return True
    return isinstance(x, Iterable) and iter(x) is not x


def unit_range(images):
    """Gives images as floats in [0, 1]: integers are taken as 0..255."""
    if isinstance(images, np.ndarray):
        scaled = images.astype("float32")
        return scaled / 255 if images.dtype.kind in "iu" else scaled
    scaled = ops.cast(images, "float32")
    return scaled / 255.0 if "int" in keras.backend.standardize_dtype(images.dtype) else scaled
