"""map_batches. The tests of CVAE use it with each kind of dataset."""

import keras
import numpy as np
import pytest

from keras_regen.datasets import ShuffledArrays
from keras_regen.models.batch_streams import map_batches


def swap(first, second):
    return second, first


class Endless(keras.utils.PyDataset):
    """A dataset without end."""

    @property
    def num_batches(self):
        return None

    def __getitem__(self, index):
        return index, -index


def test_a_dataset_keeps_its_length_and_epochs():
    data = ShuffledArrays(np.arange(10), np.arange(10) + 10, 4)
    mapped = map_batches(data, swap)
    assert mapped.num_batches == 3
    for epoch in range(2):
        assert data.epoch == epoch
        for index in range(3):
            x, y = data[index]
            batch = mapped[index]
            np.testing.assert_array_equal(batch[0], y)
            np.testing.assert_array_equal(batch[1], x)
        mapped.on_epoch_begin()
        mapped.on_epoch_end()


def test_a_dataset_without_end():
    mapped = map_batches(Endless(workers=2), swap)
    assert mapped.num_batches is None and mapped[3] == (-3, 3) and mapped.workers == 2


def test_iterators_are_read_lazily():
    def batches():
        yield 1, 2
        raise AssertionError("read too early")

    mapped = map_batches(batches(), swap)
    assert next(mapped) == (2, 1)


@pytest.mark.parametrize("data", [object(), [(1, 2)], {1: 2}])
def test_other_kinds_of_data_raise(data):
    with pytest.raises(ValueError, match=f"Received: {type(data).__name__}"):
        map_batches(data, swap)


def test_a_generator_without_a_batch():
    batches = map_batches(iter([]), lambda *parts: parts)
    with pytest.raises(ValueError, match="Received: a generator without a batch"):
        list(batches)
