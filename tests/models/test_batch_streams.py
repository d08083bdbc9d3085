"""map_batches. The tests of CVAE use it with each kind of dataset."""

import keras
import numpy as np
import pytest

from keras_regen.datasets import ShuffledArrays
from keras_regen.models.batch_streams import ReplacedInputs, is_repeatable, map_batches


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


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="needs PyTorch's worker processes")
def test_a_data_loader_whose_workers_run_already():
    from torch.utils.data import DataLoader

    samples = [(np.float32(index), index) for index in range(4)]
    loader = DataLoader(samples, batch_size=2, num_workers=1, persistent_workers=True)
    assert is_repeatable(loader) and loader._iterator is None
    assert [labels.tolist() for _, labels in loader] == [[0, 1], [2, 3]]
    mapped = map_batches(loader, swap)
    for _ in range(2):
        assert [labels.tolist() for labels, _ in mapped] == [[0, 1], [2, 3]]


def test_other_inputs_are_of_the_samples_of_the_shard():
    images, labels = np.arange(10), np.arange(10) + 10
    for part in range(2):
        data = ShuffledArrays(images, labels, 4, seed=1, shard=(part, 2))
        replaced = ReplacedInputs(data, {"image": images, "square": images**2})
        assert replaced.num_batches == len(data) == 3
        for index in range(3):
            inputs, targets = replaced[index]
            np.testing.assert_array_equal(inputs["image"], data[index][0])
            np.testing.assert_array_equal(inputs["square"], data[index][0] ** 2)
            np.testing.assert_array_equal(targets, data[index][1])
