"""The Fréchet distance against closed forms and SciPy's matrix square root."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from keras_regen.metrics import (
    FeatureExtractor,
    FrechetDistance,
    frechet_distance,
    frechet_distance_of_moments,
)

EXAMPLES = settings(max_examples=30, deadline=None)


def mixed(rng, count, dim):
    """Features with correlations, and a spread that differs by feature."""
    return rng.normal(size=(count, dim)) @ rng.normal(size=(dim, dim)) + rng.normal(size=dim)


def by_scipy(features, others):
    moments = [(rows.mean(axis=0), np.atleast_2d(np.cov(rows.T))) for rows in (features, others)]
    (mean, cov), (other_mean, other_cov) = moments
    root = np.trace(sqrtm(cov @ other_cov)).real
    return np.sum((mean - other_mean) ** 2) + np.trace(cov) + np.trace(other_cov) - 2 * root


def with_moments(rng, count, mean, scales):
    """Features whose mean and diagonal covariance are exactly these."""
    white = rng.normal(size=(count, len(mean)))
    white -= white.mean(axis=0)
    white, _ = np.linalg.qr(white)
    return white * np.sqrt(count - 1) * scales + mean


def streamed(features, others, size):
    distance = FrechetDistance()
    for generated, rows in ((False, features), (True, others)):
        for start in range(0, len(rows), size):
            distance.update_state(rows[start : start + size], generated=generated)
    return distance.result()["frechet_distance"]


def test_gaussians_with_known_moments():
    """Where covariances commute, the distance is that of the means and of the deviations."""
    rng = np.random.default_rng(0)
    means, scales = rng.normal(size=(2, 6)), rng.uniform(0.1, 3, (2, 6))
    expected = np.sum((means[0] - means[1]) ** 2) + np.sum((scales[0] - scales[1]) ** 2)
    sets = [with_moments(rng, 50, *moments) for moments in zip(means, scales, strict=True)]
    assert frechet_distance(*sets) == pytest.approx(expected, rel=1e-10)
    assert streamed(*sets, size=7) == pytest.approx(expected, rel=1e-10)
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    first, second = (
        (mean @ turn, turn.T * scale**2 @ turn) for mean, scale in zip(means, scales, strict=True)
    )
    assert frechet_distance_of_moments(*first, *second) == pytest.approx(expected, rel=1e-10)


@EXAMPLES
@given(st.integers(1, 12), st.integers(0, 100), st.integers(0, 1000))
def test_scipys_matrix_square_root(dim, spare, seed):
    rng = np.random.default_rng(seed)
    features, others = mixed(rng, dim + 2 + spare, dim), mixed(rng, 40, dim)
    expected = by_scipy(features, others)
    assert frechet_distance(features, others) == pytest.approx(expected, rel=1e-6)
    moments = [(rows.mean(axis=0), np.atleast_2d(np.cov(rows.T))) for rows in (features, others)]
    found = frechet_distance_of_moments(*moments[0], *moments[1])
    assert found == pytest.approx(expected, rel=1e-6)


def test_singular_covariances_keep_their_digits():
    rng = np.random.default_rng(0)
    features, others = mixed(rng, 20, 4), mixed(rng, 30, 4)
    expected = by_scipy(features, others)
    # The same points, in a plane of a space whose dimension exceeds the number of points.
    plane, _ = np.linalg.qr(rng.normal(size=(100, 4)))
    assert frechet_distance(features @ plane.T, others @ plane.T) == pytest.approx(expected, 1e-10)
    moments = [
        (plane @ rows.mean(axis=0), plane @ np.cov(rows.T) @ plane.T) for rows in (features, others)
    ]
    found = frechet_distance_of_moments(*moments[0], *moments[1])
    assert found == pytest.approx(expected, rel=1e-10)
    # Two points each: the root of a product of two outer products is known.
    pairs = rng.normal(size=(2, 2, 50))
    first, second = (pair[0] - pair[1] for pair in pairs)
    middles = pairs.mean(axis=1)
    expected = np.sum((middles[0] - middles[1]) ** 2)
    expected += (first @ first + second @ second) / 2 - abs(first @ second)
    assert frechet_distance(*pairs) == pytest.approx(expected, rel=1e-12)


@EXAMPLES
@given(st.integers(1, 12), st.integers(1, 150), st.integers(0, 1000))
def test_batches_of_any_size(dim, size, seed):
    rng = np.random.default_rng(seed)
    # Far from the origin, where sums of squares would lose digits; the first feature is constant.
    features, others = 1000 + mixed(rng, 150, dim), 1000 + mixed(rng, 3, dim)
    features[:, 0] = 1000
    expected = frechet_distance(features, others)
    assert streamed(features, others, size) == pytest.approx(expected, rel=1e-9)


def test_equal_sets_have_no_distance():
    features = mixed(np.random.default_rng(0), 50, 5)
    assert 0 <= frechet_distance(features, features[::-1]) < 1e-10


def test_a_result_names_the_extractor():
    image = keras.Input((4, 4, 1))
    extractor = FeatureExtractor(keras.Model(image, keras.layers.Flatten()(image)), name="pixels")
    rng = np.random.default_rng(0)
    real, generated, others = rng.random((3, 9, 4, 4, 1), "float32")
    distance = FrechetDistance(extractor)
    distance.update_state(real, generated=False)
    distance.update_state(generated[:5], generated=True)
    distance.update_state(generated[5:], generated=True)
    rows = [images.reshape(9, 16) for images in (real, generated, others)]
    expected = {
        "frechet_distance": pytest.approx(frechet_distance(rows[0], rows[1]), rel=1e-9),
        "extractor": "pixels",
        "extractor_hash": extractor.digest,
        "num_features": 16,
        "num_real": 9,
        "num_generated": 9,
    }
    assert distance.result() == expected
    distance.reset_state(generated_only=True)
    distance.update_state(others, generated=True)
    found = distance.result()["frechet_distance"]
    assert found == pytest.approx(frechet_distance(rows[0], rows[2]), rel=1e-9)
    distance.reset_state()
    with pytest.raises(ValueError, match="0 real and 0 generated"):
        distance.result()


def test_bad_input():
    rng = np.random.default_rng(0)
    rows, wide = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    hole = rows.copy()
    hole[2, 1] = np.nan
    for call, message in (
        (lambda: frechet_distance(rows, rows[:1]), "at least 2 images. Received: features of 1"),
        (lambda: frechet_distance(rows, wide), "one extractor. Received: rows of 3 and 4"),
        (lambda: frechet_distance(hole, rows), "NaN or infinite values in 1 of 5 rows.*row 2"),
        (lambda: frechet_distance(rows, rows[0]), r"`other_features`.*shape=\(3,\)"),
        (lambda: frechet_distance(rows, rows.astype(str)), "dtype=<U"),
        (lambda: FrechetDistance(np.mean), r"FeatureExtractor\(model\)"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    distance = FrechetDistance()
    distance.update_state(rows, generated=False)
    with pytest.raises(ValueError, match=r"`real features` must have 3 numbers.*rows of 4"):
        distance.update_state(wide, generated=False)
    distance.update_state(wide[:1], generated=True)
    with pytest.raises(
        ValueError, match=r"at least 2 real and 2 generated.*5 real and 1 generated"
    ):
        distance.result()
    distance.update_state(wide, generated=True)
    with pytest.raises(ValueError, match=r"one extractor. Received: rows of 3 and 4"):
        distance.result()


@pytest.mark.parametrize(
    ("mean", "covariance", "message"),
    [
        (np.zeros(3), np.eye(2), r"`?covariance of shape \(2, 2\)"),
        (np.zeros(2), np.array([[1.0, 2.0], [0.0, 1.0]]), "transpose by up to 2"),
        (np.zeros(2), np.diag([1.0, -1.0]), "eigenvalues from -1 to 1"),
        (np.zeros(2), np.diag([1.0, np.inf]), "must be finite"),
    ],
)
def test_invalid_moments(mean, covariance, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance_of_moments(mean, covariance, mean, covariance)
