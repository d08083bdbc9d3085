"""Splits samples into training and test sets for every source that has no test set."""

import numpy as np

from keras_regen.checks import check_number


def stratified_split(
    labels: np.ndarray, test_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Splits sample indices so that every class has the same share of test samples.

    A class of `n` samples has `round(test_fraction * n)` test samples, but at least 1 and at most
    `n - 1`. A class with a single sample has no test sample.

    Args:
        labels: Integer array `(num_samples,)`.
        test_fraction: Share of the samples in the test set, between 0 and 1, both excluded.
        seed: Integer, at least 0. The same seed returns the same split.

    Returns:
        `(train_indices, test_indices)`, both in ascending order.

    Raises:
        ValueError: If `test_fraction` is not between 0 and 1, or no class has two samples.

    Examples:
        >>> train, test = stratified_split(np.array([0, 0, 0, 0, 1, 1]), 0.5, seed=0)
        >>> len(train), len(test)
        (3, 3)
    """
    check_test_fraction(test_fraction)
    rng = np.random.default_rng(seed)
    is_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = min(max(int(test_fraction * len(members) + 0.5), 1), len(members) - 1)
        is_test[rng.permutation(members)[:count]] = True
    if not is_test.any():
        raise ValueError(
            "Too few samples for a test set: at least one class must have two samples. "
            f"Received: {len(labels)} samples, each of another class."
        )
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def check_test_fraction(test_fraction: float) -> None:
    """Raises a `ValueError` unless `test_fraction` lies between 0 and 1, both excluded."""
    check_number("test_fraction", test_fraction, above=0, below=1)
