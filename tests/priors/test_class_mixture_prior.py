"""ClassMixturePrior: clusters that it finds, moments of its samples, small classes."""

import keras
import numpy as np
import pytest

from keras_regen.priors import ClassGaussianPrior, ClassMixturePrior
from tests.contract import check_config, to_numpy

DIM = 4


def clusters(count, centers, seed=0):
    """Samples of N(center, covariance) around each of the centers, with the same covariance."""
    rng = np.random.default_rng(seed)
    centers = np.asarray(centers, "float64")
    root = np.diag([1.0, 0.5, 2.0, 1.0])
    return np.concatenate([center + rng.normal(size=(count, DIM)) @ root for center in centers])


FAR = [[20.0, 0, 0, 0], [-20.0, 0, 0, 0], [0, 20.0, 0, 0]]


def test_the_components_are_the_clusters():
    z = np.concatenate([clusters(200, FAR), clusters(300, [[0, 0, 0, 5.0]], seed=1)])
    labels = np.repeat([0, 1], [600, 300])
    prior = ClassMixturePrior(2, num_components=6)
    prior.adapt(z, labels)
    share, mean = to_numpy(prior.share), to_numpy(prior.mean)
    assert np.count_nonzero(share[0] > 0.01) >= 3
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-6)
    for center in FAR:
        distance = np.linalg.norm(mean[0][share[0] > 0] - center, axis=1).min()
        assert distance < 2.0
    # No sample is between the clusters, where a single Gaussian has most of its samples.
    samples = prior.sample(3000, 0, np.random.default_rng(0))
    nearest = np.linalg.norm(samples[:, None] - np.array(FAR), axis=2)
    assert nearest.min(axis=1).max() < 12
    np.testing.assert_allclose(np.bincount(nearest.argmin(axis=1)) / 3000, 1 / 3, atol=0.04)
    gaussian = ClassGaussianPrior(2)
    gaussian.adapt(z, labels)
    between = gaussian.sample(3000, 0, np.random.default_rng(0))
    assert np.linalg.norm(between[:, None] - np.array(FAR), axis=2).min(axis=1).max() > 12
    np.testing.assert_allclose(prior.class_mean(0), z[:600].mean(axis=0), atol=0.01)


def test_one_component_has_the_moments_of_the_class():
    z = clusters(4000, [[1.0, 2.0, 3.0, 4.0]])
    prior = ClassMixturePrior(1, num_components=1)
    prior.adapt(z, np.zeros(len(z), int))
    samples = prior.sample(50_000, 0, np.random.default_rng(0))
    np.testing.assert_allclose(samples.mean(axis=0), z.mean(axis=0), atol=0.05)
    np.testing.assert_allclose(np.cov(samples.T), np.cov(z.T), atol=0.08)


def test_few_latents_get_one_component_and_the_spread_of_the_others():
    """A class of two latents varies as the others do, and a class of one has a spread too."""
    z = np.concatenate([clusters(500, [[0, 0, 0, 0.0]]), [[9.0, 9, 9, 9], [9, 9, 9, 11], [5] * 4]])
    prior = ClassMixturePrior(3)
    prior.adapt(z, np.repeat([0, 1, 2], [500, 2, 1]))
    assert np.count_nonzero(to_numpy(prior.share), axis=1)[1:].tolist() == [1, 1]
    for label, mean in ((1, [9, 9, 9, 10]), (2, [5] * 4)):
        samples = prior.sample(20_000, label, np.random.default_rng(0))
        np.testing.assert_allclose(samples.mean(axis=0), mean, atol=0.1)
        assert (samples.std(axis=0) > 0.3).all() and (samples.std(axis=0) < 2.2).all()


def test_the_latents_do_not_depend_on_how_many_are_sampled_at_once():
    prior = ClassMixturePrior(1, num_components=3)
    prior.adapt(clusters(100, FAR), np.zeros(300, int))
    sample = prior.sampler(0, np.random.default_rng(4))
    parts = np.concatenate([sample(3), sample(1), sample(6)])
    np.testing.assert_array_equal(parts, prior.sample(10, 0, np.random.default_rng(4)))


def test_a_saved_prior_samples_the_same(tmp_path):
    prior = ClassMixturePrior(2, num_components=3, seed=5)
    check_config(prior)
    prior.adapt(np.concatenate([clusters(60, FAR)] * 2), np.repeat([0, 1], 180))
    keras.Sequential([keras.Input((DIM,)), prior]).save_weights(tmp_path / "w.weights.h5")
    loaded = ClassMixturePrior(2, num_components=3, seed=5)
    loaded.build((None, DIM))
    keras.Sequential([keras.Input((DIM,)), loaded]).load_weights(tmp_path / "w.weights.h5")
    samples = (p.sample(9, 1, np.random.default_rng(0)) for p in (prior, loaded))
    np.testing.assert_array_equal(*samples)


@pytest.mark.parametrize("options", [{"num_components": 0}, {"seed": -1}, {"num_components": 2.5}])
def test_wrong_arguments(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"`{name}` must be an integer"):
        ClassMixturePrior(3, **options)
    with pytest.raises(ValueError, match="not adapted"):
        ClassMixturePrior(3).sample(1, 0, np.random.default_rng(0))
