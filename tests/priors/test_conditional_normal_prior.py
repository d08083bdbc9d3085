"""ConditionalNormalPrior: noise, and the class beside it."""

import numpy as np
import pytest
import scipy.stats

from keras_regen.priors import ConditionalNormalPrior
from tests.contract import check_config


def test_noise_is_standard_normal_and_the_class_stands_beside_it():
    prior = ConditionalNormalPrior(num_classes=3, noise_dim=2)
    drawn = prior.sample(10_000, 1, np.random.default_rng(0))
    assert drawn.shape == (10_000, prior.latent_dim) and drawn.dtype == "float32"
    np.testing.assert_array_equal(drawn[:, 2:], np.tile([0, 1, 0], (10_000, 1)))
    assert scipy.stats.kstest(drawn[:, :2].ravel(), "norm").pvalue > 1e-3
    np.testing.assert_array_equal(prior.class_mean(2), [0, 0, 0, 0, 1])


def test_a_sampler_draws_what_sample_draws_at_once():
    prior = ConditionalNormalPrior(3, 2)
    draw = prior.sampler(0, np.random.default_rng(7))
    found = np.concatenate([draw(3), draw(4)])
    np.testing.assert_array_equal(found, prior.sample(7, 0, np.random.default_rng(7)))


def test_config_and_bad_input():
    again = check_config(ConditionalNormalPrior(3, 2))
    assert (again.num_classes, again.noise_dim, again.adapted, again.learns) == (3, 2, True, False)
    with pytest.raises(ValueError, match="noise_dim=0"):
        ConditionalNormalPrior(3, 0)
    with pytest.raises(ValueError, match=r"0\.\.2.*class_id=3"):
        ConditionalNormalPrior(3, 2).sample(1, 3, np.random.default_rng(0))
