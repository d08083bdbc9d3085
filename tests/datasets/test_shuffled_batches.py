"""Batches of arrays: their order, and resuming an interrupted training run."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_regen.datasets import ShuffledArrays, ShuffledBatches


def labels_of(data):
    return np.concatenate([labels for _, labels in data])


def numbered(num_samples, **options):
    numbers = np.arange(num_samples)
    return ShuffledArrays(numbers[:, None] * 10, numbers, **options)


@given(
    num_samples=st.integers(1, 50),
    batch_size=st.integers(1, 60),
    seed=st.integers(0, 5),
    epoch=st.integers(0, 5),
)
def test_order_is_the_permutation_of_seed_and_epoch(num_samples, batch_size, seed, epoch):
    data = numbered(num_samples, batch_size=batch_size, seed=seed, epoch=epoch)
    expected = np.random.default_rng([seed, epoch]).permutation(num_samples)
    batches = list(data)
    assert len(batches) == len(data) == data.num_batches == int(np.ceil(num_samples / batch_size))
    assert all(len(y) == batch_size for _, y in batches[:-1])
    np.testing.assert_array_equal(np.concatenate([y for _, y in batches]), expected)
    np.testing.assert_array_equal(np.concatenate([x for x, _ in batches])[:, 0], expected * 10)


@given(
    num_samples=st.integers(4, 50),
    per_process=st.integers(1, 9),
    count=st.integers(1, 4),
    epoch=st.integers(0, 3),
)
def test_the_shards_of_a_batch_are_its_parts(num_samples, per_process, count, epoch):
    options = {"batch_size": per_process * count, "epoch": epoch}
    whole = numbered(num_samples, **options)
    shards = [numbered(num_samples, **options, shard=(index, count)) for index in range(count)]
    seen = []
    for parts in zip(*shards, strict=True):  # all processes have the same number of batches
        assert len({len(labels) for _, labels in parts}) == 1
        seen.append(np.concatenate([labels for _, labels in parts]))
    assert num_samples - count < sum(map(len, seen)) <= num_samples
    for batch, (_, expected) in zip(seen, whole, strict=False):
        np.testing.assert_array_equal(batch, expected[: len(batch)])


@pytest.mark.parametrize("shard", [(2, 2), (-1, 2), (0, 0), 1, (0, 2, 3), (0, 3), (0.5, 2)])
def test_invalid_shards_raise(shard):
    with pytest.raises(ValueError, match="shard"):
        numbered(20, batch_size=8, shard=shard)


def test_each_shard_needs_a_sample():
    with pytest.raises(ValueError, match=r"Each of the 4 parts.*3 samples"):
        numbered(3, batch_size=8, shard=(0, 4))


def test_on_epoch_end_advances_to_the_next_epoch():
    data = numbered(20, batch_size=8, seed=4)
    for epoch in range(3):
        expected = np.random.default_rng([4, epoch]).permutation(20)
        np.testing.assert_array_equal(labels_of(data), expected)
        np.testing.assert_array_equal(labels_of(data), expected)
        data.on_epoch_end()
    data.epoch = 1
    np.testing.assert_array_equal(labels_of(data), np.random.default_rng([4, 1]).permutation(20))


def test_without_labels():
    (batch,) = ShuffledArrays(np.arange(5), None, batch_size=9)[0]
    assert sorted(batch) == list(range(5))


def test_batch_index_out_of_range_raises():
    data = numbered(20, batch_size=8)
    for index in (3, -1):
        with pytest.raises(IndexError, match=rf"0\.\.2\. Received: index={index}\."):
            data[index]


def test_subclass_without_shuffling_and_abstract_base_class():
    class Indices(ShuffledBatches):
        def read(self, indices):
            return (indices,)

    data = Indices(5, 2, shuffle=False)
    assert [batch.tolist() for (batch,) in data] == [[0, 1], [2, 3], [4]]
    with pytest.raises(NotImplementedError):
        ShuffledBatches(5, 2)[0]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"batch_size": 0}, "`batch_size`"),
        ({"batch_size": 2.5}, "`batch_size`"),
        ({"batch_size": 2, "seed": -1}, "`seed`"),
        ({"batch_size": 2, "seed": None}, "`seed`"),
        ({"batch_size": 2, "epoch": -1}, "`epoch`"),
    ],
)
def test_arguments_out_of_range_raise(options, message):
    with pytest.raises(ValueError, match=message):
        numbered(4, **options)


def test_different_or_zero_lengths_raise():
    with pytest.raises(ValueError, match="3 in `x` and 2 in `y`"):
        ShuffledArrays(np.zeros(3), np.zeros(2), batch_size=1)
    with pytest.raises(ValueError, match="`num_samples` must be an integer, at least 1"):
        ShuffledArrays(np.zeros((0, 2)), np.zeros(0), batch_size=1)


class Recorder(ShuffledArrays):
    """Records the epoch and the indices of every batch that is read."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.batches_read = []

    def read(self, indices):
        self.batches_read.append((self.epoch, indices.tolist()))
        return super().read(indices)


def make_model(seed=0, built=True):
    keras.utils.set_random_seed(seed)
    layers = [keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((3,)), *layers] if built else layers)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse", metrics=["mae"])
    return model


X = np.random.default_rng(0).normal(size=(21, 3)).astype("float32")
Y = X.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.parametrize("batch_size", [4, 30])
def test_fit_reads_the_same_order_on_every_backend(built, batch_size):
    # As documented, epoch k of a fit has the order of epoch k + 1.
    data = Recorder(X, Y, batch_size, seed=2, epoch=0)
    make_model(built=built).fit(data, epochs=3, shuffle=False, verbose=0)
    for epoch in (1, 2, 3):
        indices = [row for number, rows in data.batches_read if number == epoch for row in rows]
        expected = np.random.default_rng([2, epoch]).permutation(21).tolist()
        assert indices == expected


@pytest.mark.parametrize("built", [True, False])
def test_resumed_training_run_is_bitwise_identical(built, tmp_path):
    uninterrupted = make_model(built=built)
    history = uninterrupted.fit(ShuffledArrays(X, Y, 4, seed=7), epochs=5, shuffle=False, verbose=0)

    interrupted = make_model(built=built)
    interrupted.fit(ShuffledArrays(X, Y, 4, seed=7), epochs=2, shuffle=False, verbose=0)
    interrupted.save(tmp_path / "model.keras")
    resumed = keras.saving.load_model(tmp_path / "model.keras")
    rest = resumed.fit(
        ShuffledArrays(X, Y, 4, seed=7, epoch=2),
        initial_epoch=2,
        epochs=5,
        shuffle=False,
        verbose=0,
    )
    assert history.history["loss"][2:] == rest.history["loss"]
    for expected, weight in zip(uninterrupted.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)
