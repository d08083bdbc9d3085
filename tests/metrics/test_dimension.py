"""The intrinsic dimension against spheres, scikit-dimension, and a slow loop."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hmean

from keras_regen.datasets import load
from keras_regen.metrics import (
    intrinsic_dimension,
    intrinsic_dimension_curve,
    without_duplicates,
)

pytestmark = pytest.mark.any_backend

KS = (5, 10, 20, 50)
# scikit-dimension 0.5.0 (numpy 2.4.6, scikit-learn 1.9.1), by
#   skdim.id.MLE(unbiased=False).fit_transform(sphere(dim), n_neighbors=k, comb="mean")
# for each k. Its `unbiased` would divide by k - 2, and `comb="mle"` average the inverses.
SCIKIT_DIMENSION = {
    2: (2.6592916435801164, 2.259574103307464, 2.121865715416206, 2.0415072916927244),
    5: (6.622933089258144, 5.598888718965754, 5.2354427479805485, 4.985216779917707),
    10: (12.44623784512567, 10.378874431413946, 9.665935148266238, 9.160492245171973),
}


def sphere(dim, num_points=5000):
    """Points spread evenly on the sphere of `dim` dimensions, turned at random in 50."""
    rng = np.random.default_rng(dim)
    points = rng.normal(size=(num_points, dim + 1))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    turned, _ = np.linalg.qr(rng.normal(size=(50, dim + 1)))
    return points @ turned.T


def slow_dimension(points, k, average="arithmetic"):
    """Equations 15 and 16, point by point."""
    points = points.reshape(len(points), -1).astype("float64")
    estimates = []
    for i, point in enumerate(points):
        others = np.delete(points, i, axis=0)
        distances = np.sort(np.linalg.norm(others - point, axis=1))
        inverse = sum(np.log(distances[k - 1] / distances[j]) for j in range(k - 1)) / (k - 1)
        estimates.append(1 / inverse)
    return np.mean(estimates) if average == "arithmetic" else hmean(estimates)


@pytest.mark.parametrize("dim", [2, 5, 10])
def test_spheres(dim):
    points = sphere(dim)
    found = intrinsic_dimension_curve(points, KS)
    np.testing.assert_allclose(found, SCIKIT_DIMENSION[dim], rtol=1e-6)
    assert abs(found[KS.index(20)] - dim) < 0.1 * dim


@settings(max_examples=20, deadline=None)
@given(
    num_points=st.integers(3, 40),
    dim=st.integers(1, 6),
    offset=st.sampled_from([0, 1000]),
    scale=st.sampled_from([1, 1e-25, 1e25]),
    block_size=st.integers(1, 50),
    data=st.data(),
)
def test_equals_a_slow_loop(num_points, dim, offset, scale, block_size, data):
    points = np.random.default_rng(num_points).normal(offset, 1, (num_points, dim)) * scale
    ks = data.draw(st.lists(st.integers(3, num_points - 1), min_size=1)) if num_points > 3 else [2]
    found = intrinsic_dimension_curve(points, ks, block_size=block_size)
    expected = [slow_dimension(points / scale, k) for k in ks]
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert intrinsic_dimension(points, ks[0], block_size=block_size) == found[0]


def test_images():
    images = without_duplicates(load("digits").x_train)[:300]
    found = intrinsic_dimension(images)
    np.testing.assert_allclose(found, slow_dimension(images, 20), rtol=1e-9)
    for same in (images / 255, images.reshape(300, -1), images.astype("int64") * 10**9):
        same = same.reshape(300, -1) if same.dtype == "int64" else same
        np.testing.assert_allclose(intrinsic_dimension(same), found, rtol=1e-5)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32", "float64"])
def test_duplicates_are_reported_and_left_out(dtype):
    points = np.random.default_rng(0).integers(0, 256, (50, 4, 4, 1), dtype="uint8")
    twice = np.concatenate([points, points[[7, 7, 3]], points[:0]])[
        np.r_[:10, 50, 10:40, 51, 52, 40:50]
    ]
    scale = 255 if "f" in dtype else 1
    points, twice = ((rows.astype(dtype) / scale).astype(dtype) for rows in (points, twice))
    message = (
        r"3 of 53 points that equal an earlier point, first point 10, which equals point 7\..*out"
    )
    with pytest.raises(ValueError, match=message):
        intrinsic_dimension(twice)
    left = without_duplicates(twice)
    np.testing.assert_array_equal(left, points)
    assert left.dtype == dtype
    assert intrinsic_dimension(left) == intrinsic_dimension(points)


def test_zeros_of_both_signs_are_equal():
    np.testing.assert_array_equal(without_duplicates(np.array([[1.0, 0.0], [1.0, -0.0]])), [[1, 0]])


POINTS = np.random.default_rng(0).random((9, 3))


@pytest.mark.parametrize(
    ("points", "ks", "message"),
    [
        (POINTS, [1], "`k` must be an integer, at least 2. Received: k=1"),
        (POINTS, [2, 9], "`k` must be at most 8, the number of other points. Received: k=9"),
        (POINTS, [2.5], "k=2.5"),
        (POINTS, [], "at least one number"),
        (POINTS[:1], [2], "`k` must be at most 0"),
        (POINTS[:, 0], [2], r"rows of numbers \(num_points, dim\). Received: shape=\(9,\)"),
        (POINTS[:0], [2], r"Received: shape=\(0, 3\)"),
        (POINTS > 0.5, [2], "dtype=bool"),
        (POINTS[:, None, None] * 2, [2], "floats, which must lie in 0..1"),
        (np.where(np.arange(9)[:, None] == 4, np.nan, POINTS), [2], "finite.*first in point 4"),
        (np.where(np.arange(9)[:, None] == 5, np.inf, POINTS), [2], "finite.*first in point 5"),
        (np.eye(9), [3], "Received: 9 such points with k=3, first point 0. Use a larger"),
        (np.arange(9)[:, None], [2], "Received: 7 such points with k=2, first point 1"),
    ],
)
def test_bad_input(points, ks, message):
    with pytest.raises(ValueError, match=message):
        intrinsic_dimension_curve(points, ks)


def test_a_block_size_of_zero():
    with pytest.raises(ValueError, match="block_size=0"):
        intrinsic_dimension(POINTS, 2, block_size=0)


@pytest.mark.parametrize("k", [2, 3, 20])
def test_the_harmonic_mean_equals_a_slow_loop(k):
    points = np.random.default_rng(k).random((60, 4))
    found = intrinsic_dimension(points, k, average="harmonic")
    np.testing.assert_allclose(found, slow_dimension(points, k, "harmonic"), rtol=1e-3)
    curve = intrinsic_dimension_curve(points, [k, 30], average="harmonic")
    assert curve[0] == found


@pytest.mark.parametrize("dim", [2, 5, 10])
def test_the_harmonic_mean_of_spheres(dim):
    # MacKay and Ghahramani: unlike the arithmetic mean, it hardly depends on few neighbors.
    found = intrinsic_dimension_curve(sphere(dim), KS, average="harmonic")
    np.testing.assert_allclose(found[:3], dim, rtol=0.1)
    np.testing.assert_allclose(found[0], found[2], rtol=0.04)
    assert SCIKIT_DIMENSION[dim][0] > 1.2 * SCIKIT_DIMENSION[dim][2]


def test_an_outlier_is_reported_and_does_not_change_the_harmonic_mean():
    plane = np.random.default_rng(0).random((500, 2)) @ [[1, 2, 3], [3, 2, -1]]
    outlier = np.concatenate([plane, [[1e5, 1e5, 1e5]]])
    with pytest.warns(
        UserWarning, match=r"k=20 is \d+ in the arithmetic mean and 1\.\d+ in the har"
    ):
        assert intrinsic_dimension(outlier) > 100
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = intrinsic_dimension(outlier, average="harmonic")
        expected = intrinsic_dimension(plane, average="harmonic")
        assert found == pytest.approx(expected, rel=0.02)
        # Without the outlier there is no warning, for no number of neighbors that has a mean.
        intrinsic_dimension_curve(plane, [3, 4, 5, 10, 20])


def test_the_warning_names_the_line_of_the_call():
    points = np.concatenate([np.random.default_rng(0).random((99, 2)), [[1e5, 1e5]]])
    for call in (
        lambda: intrinsic_dimension(points),
        lambda: intrinsic_dimension_curve(points, [20]),
    ):
        with pytest.warns(UserWarning) as caught:
            call()
        assert caught[0].filename == __file__


def test_the_harmonic_mean_needs_a_single_point_with_a_dimension():
    points = np.arange(9)[:, None]
    with pytest.raises(ValueError, match="Use a larger `k`, or `average='harmonic'`"):
        intrinsic_dimension(points, 2)
    # Only the 2 ends have neighbors at different distances, 1 and 2.
    expected = 1 / (2 * np.log(2) / 9)
    assert intrinsic_dimension(points, 2, average="harmonic") == pytest.approx(expected)
    with pytest.raises(
        ValueError, match=r"9 such points with k=3, first point 0. Use a larger `k`\."
    ):
        intrinsic_dimension(np.eye(9), 3, average="harmonic")


@pytest.mark.parametrize("average", ["mean", None, 3, np.ones(3)])
def test_unknown_averages(average):
    with pytest.raises(ValueError, match="`average` must be one of 'arithmetic', 'harmonic'"):
        intrinsic_dimension(POINTS, 3, average=average)
