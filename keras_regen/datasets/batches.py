"""Batches in an order that depends on the seed and the epoch, and on nothing else."""

import keras
import numpy as np

from keras_regen.checks import check_integer


class ShuffledBatches(keras.utils.PyDataset):
    """Base of the datasets that `fit` reads in batches, shuffled anew for every epoch.

    In epoch `e` the samples come in the order `numpy.random.default_rng([seed, e]).permutation(n)`.
    Nothing else plays a part, so a training that was interrupted can go on with the batches that
    it would have seen. Subclasses say how to `read` the samples of a batch.

    `on_epoch_end` moves on to the next epoch. Keras calls it at the end of every epoch, and once
    more before the first epoch of each `fit`: the `k`-th epoch (from 0) of a `fit` with a new
    dataset sees the order of `epoch + k + 1`, so `epoch=k` together with `fit(initial_epoch=k)`
    goes on exactly where an earlier `fit` stopped.

    Pass `shuffle=False` to `fit` where the order matters: by default Keras shuffles the batches
    once more, with Python's global random numbers.

    Args:
        num_samples: Number of samples, at least 1.
        batch_size: Samples per batch, at least 1. The last batch of an epoch may be smaller.
        shuffle: Whether to shuffle; otherwise the samples come in their own order.
        seed: Integer, at least 0.
        epoch: Integer, at least 0. The epoch to begin with; it may also be set later.

    Raises:
        ValueError: When an argument is out of range.

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
    ):
        # Not Keras's `workers`: on JAX and PyTorch they hand out some batches twice and others
        # never, because batches fetched while the model is built stay queued.
        super().__init__()
        check_integer("num_samples", num_samples, 1)
        check_integer("batch_size", batch_size, 1)
        check_integer("seed", seed, 0)
        check_integer("epoch", epoch, 0)
        self.num_samples = int(num_samples)
        self.batch_size = int(batch_size)
        self.shuffle = shuffle
        self.seed = int(seed)
        self.epoch = int(epoch)
        self._drawn = (None, None)

    def order(self) -> np.ndarray:
        """Gives the order of the samples in the present epoch, `(num_samples,)`, `int64`."""
        if not self.shuffle:
            return np.arange(self.num_samples)
        epoch, order = self._drawn  # one read and one write: batches may be asked for in a thread
        if epoch != self.epoch:
            epoch = self.epoch
            order = np.random.default_rng([self.seed, epoch]).permutation(self.num_samples)
            self._drawn = (epoch, order)
        return order

    def __len__(self) -> int:
        """Number of batches in an epoch."""
        return -(-self.num_samples // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
        """Gives batch `index` of the present epoch."""
        if not 0 <= index < len(self):
            raise IndexError(f"Batch {index} does not exist; there are {len(self)}.")
        start = index * self.batch_size
        return self.read(self.order()[start : start + self.batch_size])

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, ...]:
        """Gives the samples with these indices as one batch; for subclasses."""
        raise NotImplementedError

    def on_epoch_end(self) -> None:
        """Moves on to the next epoch."""
        self.epoch += 1


class ShuffledArrays(ShuffledBatches):
    """Batches of arrays in memory, in an order that depends only on the seed and the epoch.

    `fit(x, y)` shuffles with the backend's random numbers, which an interrupted training cannot
    take up again. This dataset can: begin it at the epoch that comes next.

    Args:
        x: Array `(num_samples, ...)`, or a dict of such arrays.
        y: Array `(num_samples, ...)`, or `None` for a model that learns without labels.
        batch_size: Samples per batch, at least 1. The last batch of an epoch may be smaller.
        seed: Integer, at least 0.
        epoch: Integer, at least 0. The epoch to begin with.

    Raises:
        ValueError: When `x` and `y` differ in length, or an argument is out of range.

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
    ):
        x = keras.tree.map_structure(np.asarray, x)
        y = None if y is None else np.asarray(y)
        counts = [len(one) for one in keras.tree.flatten(x)]
        if y is not None and set(counts) != {len(y)}:
            raise ValueError(
                "`x` and `y` must hold the same number of samples. "
                f"Received: {', '.join(map(str, counts))} in `x` and {len(y)} in `y`."
            )
        super().__init__(counts[0], batch_size, seed=seed, epoch=epoch)
        self.x = x
        self.y = y

    def read(self, indices: np.ndarray) -> tuple[np.ndarray, ...]:
        """Gives `(x, y)`, or `(x,)` without labels, of the samples with these indices."""
        x = keras.tree.map_structure(lambda one: one[indices], self.x)
        return (x,) if self.y is None else (x, self.y[indices])
