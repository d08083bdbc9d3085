"""GaussianPrior against NumPy's moments."""

import numpy as np
import pytest

from keras_regen.priors import GaussianPrior
from tests.contract import check_config, to_numpy

LATENTS = np.random.default_rng(0).normal(size=(40, 3)) @ np.diag([1.0, 2.0, 0.1]) + 5


def adapted():
    prior = GaussianPrior()
    prior.adapt(LATENTS)
    return prior


def test_moments_equal_numpy():
    prior = adapted()
    scale = to_numpy(prior.scale)
    assert to_numpy(prior.count) == 40
    np.testing.assert_allclose(to_numpy(prior.mean), LATENTS.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(scale @ scale, np.cov(LATENTS, rowvar=False), rtol=1e-4, atol=1e-6)


def test_samples_have_the_mean_and_covariance_of_the_latents():
    samples = adapted().sample(200_000, None, np.random.default_rng(1))
    assert samples.dtype == "float32"
    np.testing.assert_allclose(samples.mean(axis=0), LATENTS.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(
        np.cov(samples, rowvar=False), np.cov(LATENTS, rowvar=False), atol=0.03
    )


def test_the_class_does_not_change_the_samples():
    prior = adapted()
    samples = [prior.sample(3, label, np.random.default_rng(2)) for label in (None, 0, 7)]
    np.testing.assert_array_equal(samples[0], samples[1])
    np.testing.assert_array_equal(samples[0], samples[2])
    with pytest.raises(ValueError, match="GaussianPrior has no classes"):
        prior.class_mean(0)


def test_the_weights_hold_the_whole_state():
    prior = adapted()
    again = GaussianPrior()
    again.build((None, 3))
    again.set_weights(prior.get_weights())
    np.testing.assert_array_equal(
        *(p.sample(5, None, np.random.default_rng(0)) for p in (prior, again))
    )
    assert again.latent_dim == 3


def test_config_and_bad_input():
    assert check_config(GaussianPrior()).num_classes is None
    prior = GaussianPrior()
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.sample(1, None, np.random.default_rng(0))
    with pytest.raises(ValueError, match="empty array"):
        prior.adapt(np.zeros((0, 2)))
    with pytest.raises(ValueError, match="must be finite"):
        prior.adapt(np.full((3, 2), np.nan))
    with pytest.raises(ValueError, match=r"\(num_samples, 3\).*\(5, 2\)"):
        adapted().adapt(np.zeros((5, 2)))
