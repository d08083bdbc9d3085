"""What a model is given: arrays or datasets, integers or floats."""

import itertools
from collections.abc import Iterable, Iterator

import keras
import numpy as np
from keras import ops


def is_array(x) -> bool:
    """Whether data is one array or tensor, rather than a dataset of batches."""
    return isinstance(x, np.ndarray) or ops.is_tensor(x)


def in_memory(x) -> bool:
    """Whether data is one array or tensor, or the dict of arrays that a model's `prepare` gives."""
    return is_array(x) or isinstance(x, dict)


def images_of(x):
    """Gives the images of what a model is given: of a dict that `prepare` made, or the data."""
    return x["image"] if isinstance(x, dict) else x


def as_arrays(x, y=None) -> tuple:
    """Gives lists of images or labels, and tensors of other frameworks, as NumPy arrays.

    What is a dataset, or an array or tensor that Keras takes here, stays as it is.
    """

    def convert(one):
        foreign = all(hasattr(one, name) for name in ("shape", "dtype", "__array__"))
        if isinstance(one, (list, tuple)) or (foreign and not is_array(one)):
            return np.asarray(one)
        return one

    return convert(x), convert(y)


def first_batch(x) -> tuple | None:
    """Gives the first (images, labels) of a dataset; `None` of one that can be read only once."""
    if isinstance(x, keras.utils.PyDataset):
        batch = x[0]
    elif iter_is_new(x):
        batch = next(iter(x), None)
    else:
        return None
    if not isinstance(batch, (list, tuple)):
        return None if batch is None else (batch, None)
    images, *rest = batch
    return _as_numpy(images), _labels(rest[0]) if rest else None


def has_end(x) -> bool:
    """Whether it is known that a dataset ends."""
    if in_memory(x):
        return True
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches is not None
    try:
        return len(x) >= 0
    except TypeError:
        return False


def iter_is_new(x) -> bool:
    """Whether data can be read a second time."""
    if in_memory(x) or isinstance(x, keras.utils.PyDataset):
        return True
    return isinstance(x, Iterable) and iter(x) is not x


def batches_of(x, y=None, num_batches: int | None = None) -> Iterator[tuple]:
    """Gives the (images, labels) of arrays, as one batch, or of a dataset, as NumPy arrays.

    Args:
        x: Images, a dict that `prepare` made of them, or an iterable of (images, labels) batches.
        y: Integer labels; left out with an iterable. `None` is given for labels that there are
            not.
        num_batches: Integer: batches to take from an iterable that has no end.
    """
    if in_memory(x):
        batches = [(x, y)]
    elif isinstance(x, keras.utils.PyDataset):
        batches = (x[index] for index in range(x.num_batches or num_batches))
    else:
        batches = x
    for batch in itertools.islice(batches, num_batches):
        images, labels = (*batch, None)[:2] if isinstance(batch, (list, tuple)) else (batch, None)
        yield _as_numpy(images), None if labels is None else _labels(labels)


def _as_numpy(images):
    return keras.tree.map_structure(ops.convert_to_numpy, images)


def _labels(labels):
    """Labels as NumPy has them; a column, which the losses take, becomes a row."""
    labels = ops.convert_to_numpy(labels)
    return labels[:, 0] if labels.shape[1:] == (1,) else labels
