"""The kernel inception distance against two loops over all pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.metrics import kernel_inception_distance


def kernel(x, y):
    return (sum(a * b for a, b in zip(x, y, strict=True)) / len(x) + 1) ** 3


def by_loops(features, others):
    size = len(features)
    total = 0.0
    for i in range(size):
        for j in range(size):
            if i != j:
                total += kernel(features[i], features[j]) / (size * (size - 1))
                total += kernel(others[i], others[j]) / (size * (size - 1))
            total -= 2 * kernel(features[i], others[j]) / size**2
    return total


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 8), st.integers(1, 6), st.integers(0, 1000))
def test_loops_over_all_pairs(size, dim, seed):
    rng = np.random.default_rng(seed)
    features, others = rng.normal(size=(2, size, dim))
    # Each subset is the whole set.
    mean, spread = kernel_inception_distance(features, others, size, subsets=3)
    assert mean == pytest.approx(by_loops(features, others), rel=1e-9, abs=1e-12)
    assert spread == pytest.approx(0, abs=1e-9)


def test_all_small_subsets_are_sampled_without_repeated_images():
    rng = np.random.default_rng(0)
    features, others = rng.normal(size=(2, 3, 2))
    pairs = ([0, 1], [0, 2], [1, 2])
    values = [by_loops(features[pair], others[other]) for pair in pairs for other in pairs]
    mean, spread = kernel_inception_distance(features, others, 2, subsets=5000)
    assert mean == pytest.approx(np.mean(values), abs=5 * np.std(values) / 5000**0.5)
    assert spread == pytest.approx(np.std(values), rel=0.1)


def test_sets_of_one_distribution_are_zero_on_average():
    rng = np.random.default_rng(0)
    features, others = rng.normal(size=(2, 2000, 8)).astype("float32")
    mean, spread = kernel_inception_distance(features, others, 50, subsets=200)
    assert abs(mean) < 4 * spread / 200**0.5
    assert kernel_inception_distance(features, others + 0.5, 50)[0] > 5 * spread
    again = kernel_inception_distance(features, others, 50, subsets=200)
    other_seed = kernel_inception_distance(features, others, 50, subsets=200, seed=1)
    assert again == (mean, spread) != other_seed


def test_bad_input():
    rows = np.ones((30, 4))
    for arguments, message in (
        ((rows, rows), "`subset_size` = 1000 images. Received: 30 and 30"),
        ((rows, rows[:9], 10), "Received: 30 and 9"),
        ((rows, rows[:, :3], 10), "rows of 4 and 3"),
        ((rows, rows * np.nan, 10), "`other_features` must be finite"),
        ((rows, rows, 1), "subset_size=1"),
        ((rows, rows, 10, 0), "subsets=0"),
    ):
        with pytest.raises(ValueError, match=message):
            kernel_inception_distance(*arguments)
