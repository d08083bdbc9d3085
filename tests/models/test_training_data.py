"""Batches that are changed on their way into `fit`; each kind of dataset goes through a CVAE."""

import keras
import numpy as np
import pytest

from keras_regen.datasets import ShuffledArrays
from keras_regen.models.training_data import map_batches


def swap(one, other):
    return other, one


class Endless(keras.utils.PyDataset):
    """Batches without a last one."""

    @property
    def num_batches(self):
        return None

    def __getitem__(self, index):
        return index, -index


def test_a_dataset_keeps_its_length_and_its_epochs():
    data = ShuffledArrays(np.arange(10), np.arange(10) + 10, 4)
    mapped = map_batches(data, swap)
    assert mapped.num_batches == 3
    for epoch in range(2):
        assert data.epoch == epoch
        for index in range(3):
            x, y = data[index]
            found = mapped[index]
            np.testing.assert_array_equal(found[0], y)
            np.testing.assert_array_equal(found[1], x)
        mapped.on_epoch_begin()
        mapped.on_epoch_end()


def test_a_dataset_without_end_stays_so():
    mapped = map_batches(Endless(workers=2), swap)
    assert mapped.num_batches is None and mapped[3] == (-3, 3) and mapped.workers == 2


def test_iterators_are_read_once_and_when_needed():
    def batches():
        yield 1, 2
        raise AssertionError("read too early")

    mapped = map_batches(batches(), swap)
    assert next(mapped) == (2, 1)


@pytest.mark.parametrize("data", [object(), [(1, 2)], {1: 2}])
def test_other_kinds_are_refused(data):
    with pytest.raises(ValueError, match=f"Received: {type(data).__name__}"):
        map_batches(data, swap)
