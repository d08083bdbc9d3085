"""Precision and recall against a loop over all points and balls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.metrics import precision_recall, without_duplicates

pytestmark = pytest.mark.any_backend


def covered(points, centers, k):
    inside = 0
    for point in points:
        for index, center in enumerate(centers):
            others = np.delete(centers, index, axis=0)
            radius = sorted(sum((other - center) ** 2) for other in others)[k - 1]
            if sum((point - center) ** 2) <= radius:
                inside += 1
                break
    return inside / len(points)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 20), st.booleans(), st.integers(0, 1000)
)
def test_a_loop_over_points_and_balls(k, dim, block_size, on_grid, seed):
    rng = np.random.default_rng(seed)
    real, generated = rng.normal(size=(12, dim)), rng.normal(0.5, 0.6, (15, dim))
    if on_grid:
        # Many points are equal, or lie on the surface of a ball.
        real, generated = np.rint(1.5 * real), np.rint(1.5 * generated)
    real, generated = real.astype("float32"), generated.astype("float32")
    expected = covered(generated, real, k), covered(real, generated, k)
    assert precision_recall(real, generated, k, block_size) == pytest.approx(expected)


def test_copies_and_strays():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(300, 10)).astype("float32") + 100
    assert precision_recall(real, real[rng.permutation(300)]) == (1, 1)
    assert precision_recall(real, real + 1000) == (0, 0)
    # Copies of one image: all are precise, and they cover few real images.
    precision, recall = precision_recall(real, np.tile(real[:1], (50, 1)))
    assert precision == 1 and recall == 1 / 300


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_common_offset_changes_nothing(dtype):
    rng = np.random.default_rng(0)
    # Multiples of 1/8 are exact in both types, with the offset and without it.
    real, generated = (np.rint(8 * rng.normal(size=(80, 2))) / 8 for _ in range(2))
    expected = precision_recall(real, generated, 1)
    assert min(expected) > 0.1 and max(expected) < 0.95
    offset = 2.0**20 if dtype == "float32" else 2.0**40
    moved = [(features + offset).astype(dtype) for features in (real, generated)]
    assert precision_recall(*moved, 1) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((3, 2)), np.ones((9, 2))), "`real_features` must be of at least 4 images"),
        ((np.ones((9, 2)), np.ones((9, 3))), "rows of 2 and 3"),
        ((np.ones((9, 2)), np.full((9, 2), np.inf)), "`generated_features` must be finite"),
        ((np.ones((9, 2)), np.ones((9, 2)), 0), "k=0"),
        ((np.ones((9, 2)), np.ones((9, 2)), 1, 0), "block_size=0"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        precision_recall(*arguments)


@pytest.mark.parametrize("scale", [1.0, 2.0**60])
@pytest.mark.parametrize("offset", [1e6, 1e30])
def test_float32_with_a_large_offset_is_measured_as_it_is(offset, scale):
    # The offset rounds the points to a grid, or to a single point: the loop sees the same.
    rng = np.random.default_rng(0)
    real, generated = (
        (scale * rng.normal(size=(40, 3)) + offset).astype("float32") for _ in range(2)
    )
    expected = [
        covered(points.astype("float64"), centers.astype("float64"), 2)
        for points, centers in ((generated, real), (real, generated))
    ]
    assert precision_recall(real, generated, 2, 16) == pytest.approx(tuple(expected))


def test_duplicates_of_real_images_lower_the_precision_and_can_be_left_out():
    rng = np.random.default_rng(0)
    real, generated = rng.normal(size=(50, 3)), rng.normal(size=(60, 3))
    expected = precision_recall(real, generated, 3)
    often = np.concatenate([real] * 4)
    assert precision_recall(often, generated, 3)[0] == 0
    assert precision_recall(without_duplicates(often), generated, 3) == expected
