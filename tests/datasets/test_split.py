"""The split: shares per class, disjoint indices, determined by the seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_regen.datasets.split import stratified_split

pytestmark = pytest.mark.any_backend


@given(
    counts=st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(lambda c: max(c) > 1),
    test_fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 99),
)
def test_every_class_has_its_share(counts, test_fraction, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    train, test = stratified_split(labels, test_fraction, seed)
    assert sorted([*train, *test]) == list(range(len(labels)))
    assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()
    for label, count in enumerate(counts):
        num_test = (labels[test] == label).sum()
        if count >= 2:
            assert 1 <= num_test <= count - 1
            assert abs(num_test - test_fraction * count) <= 1
        else:
            assert num_test == 0


def test_split_depends_on_the_seed():
    labels = np.repeat([0, 1], 50)
    first, same, other = (stratified_split(labels, 0.2, seed)[1] for seed in (0, 0, 1))
    assert (first == same).all()
    assert (first != other).any()


def test_single_sample_per_class_raises():
    with pytest.raises(ValueError, match="Too few samples"):
        stratified_split(np.array([0, 1, 2]), 0.5, 0)


@pytest.mark.parametrize("test_fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_fraction_out_of_range_raises(test_fraction):
    with pytest.raises(ValueError, match="above 0 and below 1"):
        stratified_split(np.array([0, 0, 1, 1]), test_fraction, 0)
