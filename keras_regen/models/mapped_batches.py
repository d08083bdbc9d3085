"""Datasets whose batches are changed on their way into `fit`."""

import copy
from collections.abc import Callable

import keras

from keras_regen.models.inputs import iter_is_new


def map_batches(dataset, function: Callable):
    """Gives a dataset of the same kind, with each of its batches changed.

    Args:
        dataset: A `keras.utils.PyDataset`, a `tf.data.Dataset`, a PyTorch `DataLoader`, or an
            iterator of batches, such as a generator.
        function: Function from the parts of a batch, such as images and labels, to a tuple.

    Returns:
        What `fit` takes as it takes the dataset.

    Raises:
        ValueError: If the dataset is of another kind.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.models.mapped_batches import map_batches
        >>> swapped = map_batches(iter([(1, 2), (3, 4)]), lambda one, other: (other, one))
        >>> list(swapped)
        [(2, 1), (4, 3)]
    """
    if isinstance(dataset, keras.utils.PyDataset):
        return _MappedDataset(dataset, function)
    if hasattr(dataset, "element_spec"):  # of tf.data
        return dataset.map(lambda *batch: function(*batch))
    if hasattr(dataset, "collate_fn"):  # of PyTorch
        mapped = copy.copy(dataset)
        mapped.collate_fn = lambda samples: function(*dataset.collate_fn(samples))
        return mapped
    if iter_is_new(dataset) or not hasattr(dataset, "__next__"):
        raise ValueError(
            "Expected arrays, a `keras.utils.PyDataset`, a `tf.data.Dataset`, a PyTorch "
            f"`DataLoader` or a generator. Received: {type(dataset).__name__}."
        )
    return (function(*batch) for batch in dataset)


class _MappedDataset(keras.utils.PyDataset):
    """A `PyDataset` that changes the batches of another."""

    def __init__(self, dataset, function):
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self.dataset = dataset
        self.function = function

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def __getitem__(self, index):
        return self.function(*self.dataset[index])

    def on_epoch_begin(self):
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        self.dataset.on_epoch_end()
