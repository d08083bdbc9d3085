"""ClassGaussianPrior against NumPy's moments, SciPy's matrix root, and the moments of samples."""

import keras
import numpy as np
import pytest
import scipy.linalg

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
    plain = numpy_covariances(z, labels)
    average = sum((n - 1) * c for n, c in zip(counts, plain, strict=True)) / sum(counts - 1)
    expected = []
    for count, covariance in zip(counts, plain, strict=True):
        share = DIM / (count + DIM) if shrinkage == "auto" else shrinkage
        expected.append((1 - share) * covariance + share * average)
    prior = adapted(z, labels, shrinkage=shrinkage)
    np.testing.assert_allclose(covariances(prior), expected, rtol=1e-4, atol=1e-5)


def test_moments_are_stable_far_from_the_origin():
    """Sums of squares would lose all digits of a spread of 1 next to a mean of a million."""
    z, labels = latents(offset=1e6)
    expected = numpy_covariances(z - 1e6, labels)
    np.testing.assert_allclose(
        covariances(adapted(z, labels, shrinkage=0.0)), expected, rtol=1e-5, atol=1e-6
    )


def test_the_order_of_the_latents_does_not_matter():
    z, labels = latents()
    order = np.random.default_rng(0).permutation(len(z))
    prior, shuffled = adapted(z, labels), adapted(z[order], labels[order])
    # The moments are float64, so only the rounding to the float32 weights may differ.
    for name in ("count", "mean", "scale"):
        weight, other = to_numpy(getattr(prior, name)), to_numpy(getattr(shuffled, name))
        np.testing.assert_allclose(weight, other, rtol=2.5e-7, atol=1e-9)


def test_adapt_replaces_the_earlier_state():
    z, labels = latents()
    prior = adapted(z + 10, labels)
    prior.adapt(z, labels)
    np.testing.assert_array_equal(to_numpy(prior.mean), to_numpy(adapted(z, labels).mean))
    np.testing.assert_array_equal(to_numpy(prior.scale), to_numpy(adapted(z, labels).scale))


def test_samples_are_the_mean_plus_the_symmetric_root_times_noise():
    """The symmetric root is unique, so a seed gives the same latents on every backend."""
    z, labels = latents()
    prior = adapted(z, labels, shrinkage=0.0)
    samples = prior.sample(6, 1, np.random.default_rng(3))
    assert samples.shape == (6, DIM) and samples.dtype == np.float32
    members = z[labels == 1]
    root = scipy.linalg.sqrtm(np.cov(members, rowvar=False)).real
    expected = members.mean(axis=0) + np.random.default_rng(3).standard_normal((6, DIM)) @ root
    np.testing.assert_allclose(samples, expected, atol=1e-5)
    np.testing.assert_array_equal(samples, prior.sample(6, 1, np.random.default_rng(3)))
    assert not np.allclose(samples, prior.sample(6, 1, np.random.default_rng(4)))


def test_samples_have_the_moments_of_their_class():
    z, labels = latents()
    prior = adapted(z, labels, shrinkage=0.0)
    count = 100_000
    for k in range(NUM_CLASSES):
        samples = prior.sample(count, k, np.random.default_rng(k)).astype("float64")
        members = z[labels == k]
        covariance = np.cov(members, rowvar=False)
        deviations = np.sqrt(np.diag(covariance))
        error = np.abs(samples.mean(axis=0) - members.mean(axis=0))
        assert (error < 5 * deviations / count**0.5).all()
        # The standard error of a covariance entry of n samples is at most s_i s_j sqrt(2 / n).
        error = np.abs(np.cov(samples, rowvar=False) - covariance)
        assert (error < 5 * np.outer(deviations, deviations) * np.sqrt(2 / count)).all()


def test_fewer_samples_than_dimensions_are_stable():
    z, labels = latents(9, dim=10)  # 3 samples of each class in 10 dimensions
    plain = adapted(z, labels, shrinkage=0.0)
    np.testing.assert_allclose(covariances(plain), numpy_covariances(z, labels), atol=1e-5)
    samples = plain.sample(50, 2, np.random.default_rng(0)).astype("float64")
    members = z[labels == 2]
    directions = (members - members.mean(axis=0))[:2]
    projection = np.linalg.pinv(directions) @ directions  # three points span a plane
    offsets = samples - members.mean(axis=0)
    np.testing.assert_allclose(offsets @ projection, offsets, atol=1e-3)
    # Each of the three classes adds 2 dimensions to the span of the average covariance.
    ranks = np.linalg.matrix_rank(covariances(adapted(z, labels)), tol=1e-4)
    np.testing.assert_array_equal(ranks, 6)


def test_a_class_of_one_sample_has_the_average_covariance():
    z, labels = latents(30)
    labels[labels == 2] = 1
    labels[0] = 2
    plain = adapted(z, labels, shrinkage=0.0)
    samples = plain.sample(3, 2, np.random.default_rng(0))
    np.testing.assert_allclose(samples, np.tile(z[0], (3, 1)), rtol=1e-6)
    counts = np.bincount(labels)
    average = sum((n - 1) * np.cov(z[labels == k], rowvar=False) for k, n in enumerate(counts[:2]))
    average = average / sum(counts[:2] - 1)
    shrunk = covariances(adapted(z, labels))[2]
    np.testing.assert_allclose(shrunk, average * DIM / (1 + DIM), rtol=1e-4, atol=1e-5)


def test_samples_of_equal_latents_are_equal_to_them():
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


def test_sampling_before_adapt_is_an_error():
    prior = ClassGaussianPrior(NUM_CLASSES)
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.sample(1, 0, np.random.default_rng(0))
    prior.build((None, DIM))
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.class_mean(0)


def test_unknown_classes_are_an_error():
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
        (np.zeros(3), np.array([0, 1, 2]), r"shape \(num_samples, latent_dim\).*\(3,\)"),
        (
            np.zeros((3, 2, DIM)),
            np.array([0, 1, 2]),
            r"shape \(num_samples, latent_dim\).*\(3, 2, 4\)",
        ),
        (np.full((3, DIM), np.nan), np.array([0, 1, 2]), "must be finite"),
        (np.zeros((0, DIM)), np.zeros(0, int), r"empty array.*\(0, 4\)"),
    ],
)
def test_bad_latents_and_labels_are_an_error_and_leave_the_prior_unchanged(z, labels, message):
    prior = ClassGaussianPrior(NUM_CLASSES)
    with pytest.raises(ValueError, match=message):
        prior.adapt(z, labels)
    assert not prior.adapted
    prior.adapt(*latents())
    assert prior.adapted


def test_latents_of_another_dimension_are_an_error():
    z, labels = latents()
    with pytest.raises(ValueError, match=rf"\(num_samples, {DIM}\).*\(120, 3\)"):
        adapted(z, labels).adapt(z[:, :3], labels)


@pytest.mark.parametrize("shrinkage", [-0.1, 1.1, float("nan"), "none"])
def test_bad_shrinkage_is_an_error(shrinkage):
    with pytest.raises(ValueError, match=f"`shrinkage` must be .* number.*{shrinkage}"):
        ClassGaussianPrior(NUM_CLASSES, shrinkage=shrinkage)
