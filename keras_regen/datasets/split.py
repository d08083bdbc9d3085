"""One split into training and test samples for every source that has none of its own."""

import numpy as np


def stratified_split(
    labels: np.ndarray, test_fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Splits sample indices so that every class has the same share of test samples.

    A class of `n` samples gives `round(test_fraction * n)` of them to the test set, at least one
    and not all; a class of one sample keeps it for training.

    Args:
        labels: Integer array `(num_samples,)`.
        test_fraction: Share of the samples in the test set, between 0 and 1, both excluded.
        seed: Integer, at least 0. The same seed gives the same split.

    Returns:
        `(train_indices, test_indices)`, both in ascending order.

    Raises:
        ValueError: When `test_fraction` is not between 0 and 1, or no class has two samples.

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
            "There are too few samples for a test set: a class needs at least two. "
            f"Received: {len(labels)} samples, one per class."
        )
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def check_test_fraction(test_fraction: float) -> None:
    """Raises a `ValueError` unless `test_fraction` lies between 0 and 1, both excluded."""
    if not 0 < test_fraction < 1:
        raise ValueError(
            "`test_fraction` must lie between 0 and 1, both excluded. "
            f"Received: test_fraction={test_fraction}."
        )
