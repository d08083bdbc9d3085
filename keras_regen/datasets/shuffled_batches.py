"""Batches in an order that depends only on the seed and the epoch."""

import functools

import keras
import numpy as np

from keras_regen.arrays import as_array
from keras_regen.checks import check_integer


class ShuffledBatches(keras.utils.PyDataset):
    """Base class of datasets that `fit` reads in batches, shuffled again in every epoch.

    In epoch `e` the samples have the order `numpy.random.default_rng([seed, e]).permutation(n)`.
    The order depends on nothing else, so an interrupted training run can continue with the
    batches that it would have read next. Subclasses implement `read`, which returns the samples
    of a batch.

    `on_epoch_end` advances to the next epoch. Keras calls it at the end of every epoch, and once
    more before the first epoch of each `fit`: the `k`-th epoch (from 0) of a `fit` with a new
    dataset has the order of `epoch + k + 1`. Therefore `epoch=k` together with
    `fit(initial_epoch=k)` continues exactly where an earlier `fit` stopped.

    Pass `shuffle=False` to `fit` where the order matters: by default Keras shuffles the batches
    again, with Python's global random numbers.

    Args:
        num_samples: Number of samples, at least 1.
        batch_size: Samples per batch, at least 1. The last batch of an epoch may be smaller.
        shuffle: Whether to shuffle. If `False`, the samples keep their order.
        seed: Integer, at least 0.
        epoch: Integer, at least 0. The first epoch. The attribute `epoch` may also be set later.
        shard: Tuple of two integers `(index, count)`: the part of each batch that this process
            reads, of `count` equal parts, in a training run of several processes. The batch size
            must be a multiple of `count`. Samples that do not divide equally are left out of the
            last batch.

    Raises:
        ValueError: If an argument is out of range.

    Examples:
        >>> class Numbers(ShuffledBatches):
        ...     def read(self, indices):
        ...         return (indices,)
        >>> [batch.tolist() for (batch,) in Numbers(5, 2, shuffle=False)]
        [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self,
        num_samples: int,
        batch_size: int,
        *,
        shuffle: bool = True,
        seed: int = 0,
        epoch: int = 0,
        shard: tuple[int, int] = (0, 1),
    ):
        # Keras's `workers` are not used: on JAX and PyTorch they return some batches twice and
        # skip others, because batches that are fetched while the model is built stay queued.
        super().__init__()
        check_integer("num_samples", num_samples, 1)
        check_integer("batch_size", batch_size, 1)
        check_integer("seed", seed, 0)
        check_integer("epoch", epoch, 0)
        self.shard = check_shard(shard, batch_size)
        if num_samples < self.shard[1]:
            raise ValueError(
                f"Each of the {self.shard[1]} parts of `shard` needs a sample. "
                f"Received: {num_samples} samples."
            )
        self.num_samples = int(num_samples)
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.seed = int(seed)
        self.epoch = int(epoch)
        self._cached_order = (None, None)

    def order(self) -> np.ndarray:
        """Returns the order of the samples in the current epoch.

        Returns:
            Array of sample indices `(num_samples,)`, `int64`.
        """
        if not self.shuffle:
            return np.arange(self.num_samples)
        # A single read and a single write, because Keras may read batches in another thread.
        epoch, order = self._cached_order
        if epoch != self.epoch:
            epoch = self.epoch
            order = np.random.default_rng([self.seed, epoch]).permutation(self.num_samples)
            self._cached_order = (epoch, order)
        return order

    def __len__(self) -> int:
        """Returns the number of batches in an epoch."""
        last = self.num_samples % self.batch_size
        return self.num_samples // self.batch_size + (last >= self.shard[1])

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        """Returns the batch with this index in the current epoch."""
        return self.read(self.batch_indices(index))

    def batch_indices(self, index: int) -> np.ndarray:
        """Returns the samples of a batch of the current epoch that this process reads.

        Args:
            index: Integer: the batch.

        Returns:
            Integer array of sample indices, in the order of the batch.

        Raises:
            IndexError: If the epoch has no such batch.
        """
        if not 0 <= index < len(self):
            raise IndexError(
                f"The batch index must lie in 0..{len(self) - 1}. Received: index={index}."
            )
        start = index * self.batch_size
        batch = self.order()[start : start + self.batch_size]
        part, count = self.shard
        size = len(batch) // count
        return batch[part * size : (part + 1) * size]

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, ...]:
        """Returns the samples with these indices as a batch; subclasses implement it.

        Args:
            indices: Integer array of sample indices.

        Returns:
            A tuple of arrays as `fit` takes it: `(x,)` or `(x, y)`.
        """
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        """Advances to the next epoch."""
        self.epoch += 1


class ShuffledArrays(ShuffledBatches):
    """Batches of arrays in memory, in an order that depends only on the seed and the epoch.

    `fit(x, y)` shuffles with the random numbers of the backend, whose state is lost when a
    training run is interrupted. With this dataset the run can continue: start the dataset at the
    next epoch.

    Args:
        x: Array `(num_samples, ...)`, or a dict of such arrays.
        y: Array `(num_samples, ...)`, or `None` for a model that learns without labels.
        batch_size: Samples per batch, at least 1. The last batch of an epoch may be smaller.
        seed: Integer, at least 0.
        epoch: Integer, at least 0. The first epoch.
        shard: Tuple of two integers: the part of each batch that this process reads, as in
            `ShuffledBatches`.

    Raises:
        ValueError: If `x` and `y` differ in length, or an argument is out of range.

    Examples:
        >>> x, y = np.arange(10)[:, None], np.arange(10)
        >>> data = ShuffledArrays(x, y, batch_size=4, seed=0, epoch=3)
        >>> [len(labels) for _, labels in data]
        [4, 4, 2]
        >>> bool((data[0][1] == np.random.default_rng([0, 3]).permutation(10)[:4]).all())
        True
    """

    def __init__(
        self,
        x: np.ndarray | dict[str, np.ndarray],
        y: np.ndarray | None,
        batch_size: int,
        seed: int = 0,
        epoch: int = 0,
        shard: tuple[int, int] = (0, 1),
    ):
        if x is None:
            raise ValueError("`x` must be an array or a dict of arrays. Received: x=None.")
        x = keras.tree.map_structure(functools.partial(as_array, "x"), x)
        y = None if y is None else as_array("y", y)
        if not all(array.ndim for array in (*keras.tree.flatten(x), *([] if y is None else [y]))):
            raise ValueError(
                "`x` and `y` must hold samples along their first axis. Received: a single number."
            )
        lengths = [len(array) for array in keras.tree.flatten(x)]
        if y is not None and set(lengths) != {len(y)}:
            raise ValueError(
                "`x` and `y` must hold the same number of samples. "
                f"Received: {', '.join(map(str, lengths))} in `x` and {len(y)} in `y`."
            )
        super().__init__(lengths[0], batch_size, seed=seed, epoch=epoch, shard=shard)
        self.x = x
        self.y = y

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, ...]:
        """Returns `(x, y)`, or `(x,)` without labels, of the samples with these indices.

        Args:
            indices: Integer array of sample indices.

        Returns:
            `(x, y)`, or `(x,)` if the dataset has no labels.
        """
        x = keras.tree.map_structure(lambda array: array[indices], self.x)
        return (x,) if self.y is None else (x, self.y[indices])


def check_shard(shard: tuple[int, int], batch_size: int) -> tuple[int, int]:
    """Returns a shard as integers of Python.

    Args:
        shard: Tuple of two integers `(index, count)`.
        batch_size: Integer: samples per batch of all processes together.

    Raises:
        ValueError: If the shard is not as described, its index is not below its count, or the batch
            size is not a multiple of its count.

    Examples:
        >>> check_shard((1, 2), batch_size=8)
        (1, 2)
    """
    if not isinstance(shard, (tuple, list)) or len(shard) != 2:
        raise ValueError(
            f"`shard` must be a tuple (index, count), such as (0, 2). Received: shard={shard!r}."
        )
    index, count = shard
    check_integer("shard", count, 1)
    check_integer("shard", index, 0)
    if index >= count:
        raise ValueError(
            f"The index of `shard` must lie in 0..{count - 1}. Received: shard={tuple(shard)}."
        )
    if batch_size % count:
        raise ValueError(
            f"`batch_size` must be a multiple of the {count} parts of `shard`. "
            f"Received: batch_size={batch_size}."
        )
    return int(index), int(count)
