"""ClassGaussianPrior against NumPy's moments, SciPy's matrix root, and its own samples."""

import itertools

import keras
import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.layers import PEDCCHead
from keras_regen.models import CSAE
from keras_regen.networks import csae_linear_encoder
from keras_regen.priors import ClassGaussianPrior
from tests.contract import check_config, to_numpy

NUM_CLASSES, DIM = 3, 4


def latents(count=120, dim=DIM, offset=0.0):
    """Latents of classes with different means and covariances, and labels in random order."""
    rng = np.random.default_rng(5)
    labels = rng.permutation(np.arange(count) % NUM_CLASSES)
    shapes = rng.normal(size=(NUM_CLASSES, dim, dim))
    z = np.einsum("nd,nde->ne", rng.normal(size=(count, dim)), shapes[labels])
    return z + rng.normal(size=(NUM_CLASSES, dim))[labels] + offset, labels


def adapted(z, labels, **kwargs):
    prior = ClassGaussianPrior(NUM_CLASSES, **kwargs)
    prior.adapt(z, labels)
    return prior


def covariances(prior):
    scale = to_numpy(prior.scale)
    return scale @ np.swapaxes(scale, 1, 2)


def numpy_covariances(z, labels):
    return np.stack([np.cov(z[labels == k], rowvar=False) for k in range(NUM_CLASSES)])


def test_moments_equal_numpy():
    z, labels = latents()
    prior = adapted(z, labels, shrinkage=0.0)
    means = [z[labels == k].mean(axis=0) for k in range(NUM_CLASSES)]
    np.testing.assert_allclose(to_numpy(prior.mean), means, rtol=1e-6)
    np.testing.assert_array_equal(to_numpy(prior.count), np.bincount(labels))
    np.testing.assert_allclose(
        covariances(prior), numpy_covariances(z, labels), rtol=1e-4, atol=1e-5
    )
    for k in range(NUM_CLASSES):
        np.testing.assert_allclose(prior.class_mean(k), means[k], rtol=1e-6)


@pytest.mark.parametrize("shrinkage", [0.0, 0.3, 1.0, "auto"])
def test_shrinkage_moves_to_the_average_covariance(shrinkage):
    z, labels = latents(30)
    labels[:12] = 0  # classes of different sizes
    counts = np.bincount(labels)
    own = numpy_covariances(z, labels)
    average = sum((n - 1) * c for n, c in zip(counts, own, strict=True)) / sum(counts - 1)
    expected = []
    for count, covariance in zip(counts, own, strict=True):
        share = DIM / (count + DIM) if shrinkage == "auto" else shrinkage
        expected.append((1 - share) * covariance + share * average)
    prior = adapted(z, labels, shrinkage=shrinkage)
    np.testing.assert_allclose(covariances(prior), expected, rtol=1e-4, atol=1e-5)


@settings(deadline=None, max_examples=20)
@given(cuts=st.lists(st.integers(0, 120), max_size=12))
def test_a_stream_of_batches_of_any_size_equals_one(cuts):
    z, labels = latents()
    whole, streamed = adapted(z, labels), ClassGaussianPrior(NUM_CLASSES)
    edges = [0, *sorted(cuts), 120]
    for start, stop in itertools.pairwise(edges):
        streamed.update_state(z[start:stop], labels[start:stop])
    streamed.finalize_state()
    # The moments run in float64; only rounding to the float32 weights may differ.
    for name in ("count", "mean", "scale"):
        one, other = to_numpy(getattr(whole, name)), to_numpy(getattr(streamed, name))
        np.testing.assert_allclose(one, other, rtol=2.5e-7, atol=1e-9)


def test_a_stream_is_stable_far_from_the_origin():
    """Sums of squares would lose all digits of a spread of 1 beside a mean of a million."""
    z, labels = latents(offset=1e6)
    prior = ClassGaussianPrior(NUM_CLASSES, shrinkage=0.0)
    for start in range(0, 120, 7):
        prior.update_state(z[start : start + 7], labels[start : start + 7])
    prior.finalize_state()
    expected = numpy_covariances(z - 1e6, labels)
    np.testing.assert_allclose(covariances(prior), expected, rtol=1e-5, atol=1e-6)


def test_adapt_forgets_what_it_knew():
    z, labels = latents()
    prior = adapted(z + 10, labels)
    prior.update_state(z + 5, labels)  # a pass that was not ended
    prior.adapt(z, labels)
    np.testing.assert_array_equal(to_numpy(prior.mean), to_numpy(adapted(z, labels).mean))
    np.testing.assert_array_equal(to_numpy(prior.scale), to_numpy(adapted(z, labels).scale))


def test_samples_are_the_mean_plus_the_symmetric_root_times_noise():
    """What makes one model and one seed draw the same latents on every backend."""
    z, labels = latents()
    prior = adapted(z, labels, shrinkage=0.0)
    found = prior.sample(6, 1, np.random.default_rng(3))
    assert found.shape == (6, DIM) and found.dtype == np.float32
    own = z[labels == 1]
    root = scipy.linalg.sqrtm(np.cov(own, rowvar=False)).real
    expected = own.mean(axis=0) + np.random.default_rng(3).standard_normal((6, DIM)) @ root
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(found, prior.sample(6, 1, np.random.default_rng(3)))
    assert not np.allclose(found, prior.sample(6, 1, np.random.default_rng(4)))


def test_samples_have_the_moments_of_their_class():
    z, labels = latents()
    prior = adapted(z, labels, shrinkage=0.0)
    count = 100_000
    for k in range(NUM_CLASSES):
        drawn = prior.sample(count, k, np.random.default_rng(k)).astype("float64")
        own = z[labels == k]
        covariance = np.cov(own, rowvar=False)
        deviations = np.sqrt(np.diag(covariance))
        assert (np.abs(drawn.mean(axis=0) - own.mean(axis=0)) < 5 * deviations / count**0.5).all()
        # An entry of the covariance of n samples errs by at most s_i s_j sqrt(2 / n).
        error = np.abs(np.cov(drawn, rowvar=False) - covariance)
        assert (error < 5 * np.outer(deviations, deviations) * np.sqrt(2 / count)).all()


def test_fewer_samples_than_dimensions_are_stable():
    z, labels = latents(9, dim=10)  # 3 samples of each class in 10 dimensions
    plain = adapted(z, labels, shrinkage=0.0)
    np.testing.assert_allclose(covariances(plain), numpy_covariances(z, labels), atol=1e-5)
    drawn = plain.sample(50, 2, np.random.default_rng(0)).astype("float64")
    own = z[labels == 2]
    directions = (own - own.mean(axis=0))[:2]
    inside = np.linalg.pinv(directions) @ directions  # three points span a plane
    offsets = drawn - own.mean(axis=0)
    np.testing.assert_allclose(offsets @ inside, offsets, atol=1e-3)
    # The average covariance of three classes spans the 6 dimensions of all their spreads.
    ranks = np.linalg.matrix_rank(covariances(adapted(z, labels)), tol=1e-4)
    np.testing.assert_array_equal(ranks, 6)


def test_a_class_of_one_sample_is_drawn_with_the_average_covariance():
    z, labels = latents(30)
    labels[labels == 2] = 1
    labels[0] = 2
    plain = adapted(z, labels, shrinkage=0.0)
    drawn = plain.sample(3, 2, np.random.default_rng(0))
    np.testing.assert_allclose(drawn, np.tile(z[0], (3, 1)), rtol=1e-6)
    counts = np.bincount(labels)
    average = sum((n - 1) * np.cov(z[labels == k], rowvar=False) for k, n in enumerate(counts[:2]))
    average = average / sum(counts[:2] - 1)
    shrunk = covariances(adapted(z, labels))[2]
    np.testing.assert_allclose(shrunk, average * DIM / (1 + DIM), rtol=1e-4, atol=1e-5)


def test_equal_latents_draw_themselves():
    z = np.full((6, DIM), 0.1)
    prior = adapted(z, np.arange(6) % 3)
    np.testing.assert_allclose(prior.sample(2, 0, np.random.default_rng(0)), z[:2], rtol=1e-6)


def test_config_and_saving_in_a_model(tmp_path):
    again = check_config(ClassGaussianPrior(NUM_CLASSES, shrinkage=0.25))
    assert (again.num_classes, again.shrinkage) == (NUM_CLASSES, 0.25)
    z, labels = latents()
    prior = adapted(z, labels, shrinkage=0.25)
    encoder = csae_linear_encoder((8, 8, 1), latent_dim=DIM, hidden=3)
    model = CSAE(encoder, None, PEDCCHead(NUM_CLASSES), prior=prior)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").prior
    assert loaded.adapted and loaded.shrinkage == 0.25
    np.testing.assert_array_equal(
        loaded.sample(4, 1, np.random.default_rng(0)), prior.sample(4, 1, np.random.default_rng(0))
    )


def test_weights_stay_float32_in_mixed_precision():
    z, labels = latents()
    mixed = adapted(z, labels, dtype="mixed_bfloat16")
    np.testing.assert_array_equal(to_numpy(mixed.scale), to_numpy(adapted(z, labels).scale))


def test_drawing_before_adapting_is_refused():
    prior = ClassGaussianPrior(NUM_CLASSES)
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.sample(1, 0, np.random.default_rng(0))
    prior.build((None, DIM))
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.class_mean(0)
    with pytest.raises(ValueError, match="saw no latents"):
        prior.finalize_state()


def test_unknown_classes_are_refused():
    z, labels = latents()
    prior = adapted(z[labels != 1], labels[labels != 1])
    with pytest.raises(ValueError, match="without class 1"):
        prior.sample(1, 1, np.random.default_rng(0))
    for class_id in (-1, 3):
        with pytest.raises(ValueError, match=rf"lie in 0\.\.2.*class_id={class_id}"):
            prior.sample(1, class_id, np.random.default_rng(0))


@pytest.mark.parametrize(
    "z, labels, message",
    [
        (np.zeros((3, DIM)), np.array([0, 1, 3]), r"lie in 0\.\.2.*3 at index 2"),
        (np.zeros((3, DIM)), np.array([0, -1, 2]), r"-1 at index 1"),
        (np.zeros((3, DIM)), np.array([0.0, 1.0, 2.0]), "must be integers"),
        (np.zeros((3, DIM)), np.array([0, 1]), "one label per image, 3 in all"),
        (np.zeros(3), np.array([0, 1, 2]), r"shape \(batch, latent_dim\).*\(3,\)"),
        (np.zeros((3, 2, DIM)), np.array([0, 1, 2]), r"shape \(batch, latent_dim\).*\(3, 2, 4\)"),
        (np.full((3, DIM), np.nan), np.array([0, 1, 2]), "must be finite"),
        (np.zeros((0, DIM)), np.zeros(0, int), "saw no latents"),
    ],
)
def test_bad_latents_and_labels_are_refused_and_leave_no_trace(z, labels, message):
    prior = ClassGaussianPrior(NUM_CLASSES)
    with pytest.raises(ValueError, match=message):
        prior.adapt(z, labels)
    assert not prior.adapted
    prior.adapt(*latents())
    assert prior.adapted


def test_latents_of_another_dimension_are_refused():
    z, labels = latents()
    with pytest.raises(ValueError, match=rf"\(batch, {DIM}\).*\(120, 3\)"):
        adapted(z, labels).update_state(z[:, :3], labels)


@pytest.mark.parametrize("shrinkage", [-0.1, 1.1, float("nan"), "none"])
def test_bad_shrinkage_is_named(shrinkage):
    with pytest.raises(ValueError, match=f"`shrinkage` must be 'auto'.*{shrinkage}"):
        ClassGaussianPrior(NUM_CLASSES, shrinkage=shrinkage)
