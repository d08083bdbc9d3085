"""Streams of batches: which of them end, and how their batches are changed."""

import copy
import sys
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
from keras import ops


def is_array(x: Any) -> bool:
    """Returns whether data are one array or tensor, rather than a stream of batches."""
    return isinstance(x, np.ndarray) or ops.is_tensor(x)


def take_rows(part: Any, rows: Any) -> Any:
    """Returns rows of an array, or of all arrays of a nested structure.

    Args:
        part: Array, structure of arrays such as a dict, or `None`.
        rows: Slice or integer array.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.models.batch_streams import take_rows
        >>> take_rows({"image": np.arange(4)}, slice(2, None))
        {'image': array([2, 3])}
    """
    return None if part is None else keras.tree.map_structure(lambda array: array[rows], part)


def num_batches_of(x: Any) -> int | None:
    """Returns the number of batches of a stream, or `None` if it is unknown or has no end."""
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches
    try:
        return len(x)
    except TypeError:
        return None


def is_endless(x: Any) -> bool:
    """Returns whether it is known that a stream has no end."""
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches is None
    # tf.data has the number -1 for a dataset without an end.
    return hasattr(x, "cardinality") and int(x.cardinality()) == -1


def is_repeatable(x: Any) -> bool:
    """Returns whether a stream can be read a second time."""
    # `iter` of a PyTorch `DataLoader` starts its worker processes.
    if isinstance(x, keras.utils.PyDataset) or hasattr(x, "collate_fn"):
        return True
    return isinstance(x, Iterable) and iter(x) is not x


def map_batches(dataset: Any, function: Callable) -> Any:
    """Returns a stream of the same kind whose batches are changed.

    Args:
        dataset: A `keras.utils.PyDataset`, a `tf.data.Dataset`, a PyTorch `DataLoader`, or an
            iterator of batches, such as a generator.
        function: Function from the parts of a batch, such as images and labels, to a tuple.

    Raises:
        ValueError: If the dataset is of another kind; when it is read, if a generator has no batch.

    Examples:
        >>> from keras_regen.models.batch_streams import map_batches
        >>> swapped = map_batches(iter([(1, 2), (3, 4)]), lambda x, y: (y, x))
        >>> list(swapped)
        [(2, 1), (4, 3)]
    """
    if isinstance(dataset, keras.utils.PyDataset):
        return MappedDataset(dataset, function)
    if hasattr(dataset, "element_spec"):  # tf.data
        return dataset.map(lambda *batch: function(*batch))
    if hasattr(dataset, "collate_fn"):  # PyTorch
        mapped = copy.copy(dataset)
        # Persistent workers that the dataset has started would use its own `collate_fn`.
        mapped._iterator = None
        mapped.collate_fn = lambda samples: function(*_parts(dataset.collate_fn(samples)))
        return mapped
    if is_repeatable(dataset) or not hasattr(dataset, "__next__"):
        raise ValueError(
            "Expected arrays, a `keras.utils.PyDataset`, a `tf.data.Dataset`, a PyTorch "
            f"`DataLoader` or a generator. Received: {type(dataset).__name__}."
        )
    return _map_generator(dataset, function)


def _map_generator(dataset, function):
    batch = None
    for batch in dataset:
        yield function(*_parts(batch))
    if batch is None:
        raise ValueError(
            "A generator must have at least one batch. Received: a generator without a batch, or "
            "that was read already. Generators can be read only once."
        )


class MappedDataset(keras.utils.PyDataset):
    """A `PyDataset` that changes the batches of another.

    Args:
        dataset: A `keras.utils.PyDataset`.
        function: Function from the parts of a batch to a tuple.
    """

    def __init__(self, dataset, function):
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self.dataset = dataset
        self.function = function

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def __getitem__(self, index):
        return self.function(*_parts(self.dataset[index]))

    def on_epoch_begin(self):
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        self.dataset.on_epoch_end()


class ListedBatches(keras.utils.PyDataset):
    """A list of `(images, labels)` batches.

    Args:
        batches: The list.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    @property
    def num_batches(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


class ReplacedInputs(MappedDataset):
    """The batches of a `ShuffledArrays`, in its order, with other inputs for the same samples.

    Args:
        arrays: A `ShuffledArrays`.
        inputs: Array of the inputs of all samples, or a dict of such arrays.
    """

    def __init__(self, arrays, inputs):
        super().__init__(arrays, None)
        self.inputs = inputs

    def __getitem__(self, index):
        rows = self.dataset.batch_indices(index)
        inputs = take_rows(self.inputs, rows)
        return (inputs,) if self.dataset.y is None else (inputs, self.dataset.y[rows])


def checked_tf_dataset(dataset: Any, check: Callable, to_class_numbers: bool) -> Any:
    """Returns a `tf.data.Dataset` whose batches are checked as NumPy arrays, on the host.

    Args:
        dataset: The `tf.data.Dataset`.
        check: Function from the parts of a batch to the checked parts.
        to_class_numbers: Boolean: whether `check` changes labels to class numbers `(batch,)`.
    """
    tensorflow = sys.modules["tensorflow"]  # it made the dataset

    def change(*batch):
        types = [part.dtype for part in batch]

        def call(*arrays):
            checked = zip(types, check(*arrays), strict=True)
            return [np.asarray(part, kind.as_numpy_dtype) for kind, part in checked]

        changed = tensorflow.numpy_function(call, batch, types)
        for index, (part, before) in enumerate(zip(changed, batch, strict=True)):
            one_number = index == 1 and to_class_numbers
            part.set_shape(before.shape[:1] if one_number else before.shape)
        return tuple(changed)

    return dataset.map(change)


def _parts(batch):
    return tuple(batch) if isinstance(batch, (list, tuple)) else (batch,)
