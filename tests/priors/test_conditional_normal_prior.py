"""ConditionalNormalPrior: noise followed by the one-hot class."""

import numpy as np
import pytest
import scipy.stats

from keras_regen.priors import ConditionalNormalPrior
from tests.contract import check_config


def test_the_noise_is_standard_normal_and_the_class_follows():
    prior = ConditionalNormalPrior(num_classes=3, noise_dim=2)
    samples = prior.sample(10_000, 1, np.random.default_rng(0))
    assert samples.shape == (10_000, prior.latent_dim) and samples.dtype == "float32"
    np.testing.assert_array_equal(samples[:, 2:], np.tile([0, 1, 0], (10_000, 1)))
    assert scipy.stats.kstest(samples[:, :2].ravel(), "norm").pvalue > 1e-3
    np.testing.assert_array_equal(prior.class_mean(2), [0, 0, 0, 0, 1])


def test_a_sampler_continues_the_latents_of_sample():
    prior = ConditionalNormalPrior(3, 2)
    sample = prior.sampler(0, np.random.default_rng(7))
    latents = np.concatenate([sample(3), sample(4)])
    np.testing.assert_array_equal(latents, prior.sample(7, 0, np.random.default_rng(7)))


def test_config_and_bad_input():
    again = check_config(ConditionalNormalPrior(3, 2))
    assert (again.num_classes, again.noise_dim, again.adapted, again.learns) == (3, 2, True, False)
    with pytest.raises(ValueError, match="noise_dim=0"):
        ConditionalNormalPrior(3, 0)
    with pytest.raises(ValueError, match=r"0\.\.2.*class_id=3"):
        ConditionalNormalPrior(3, 2).sample(1, 3, np.random.default_rng(0))
