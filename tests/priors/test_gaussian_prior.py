"""GaussianPrior against NumPy's moments."""

import numpy as np
import pytest

from keras_regen.priors import GaussianPrior
from tests.contract import check_config

LATENTS = np.random.default_rng(0).normal(size=(40, 3)) @ np.diag([1.0, 2.0, 0.1]) + 5


def adapted():
    prior = GaussianPrior()
    prior.reset_state()
    for batch in np.split(LATENTS, 4):
        prior.update_state(batch, labels=None)
    prior.finalize_state()
    return prior


def test_samples_have_the_mean_and_covariance_of_the_latents():
    drawn = adapted().sample(200_000, None, np.random.default_rng(1))
    assert drawn.dtype == "float32"
    np.testing.assert_allclose(drawn.mean(axis=0), LATENTS.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(
        np.cov(drawn, rowvar=False), np.cov(LATENTS, rowvar=False), atol=0.03
    )


def test_it_draws_the_same_whatever_the_class():
    prior = adapted()
    draws = [prior.sample(3, label, np.random.default_rng(2)) for label in (None, 0, 7)]
    np.testing.assert_array_equal(draws[0], draws[1])
    np.testing.assert_array_equal(draws[0], draws[2])
    with pytest.raises(ValueError, match="knows no classes"):
        prior.class_mean(0)


def test_what_it_learned_is_in_its_weights():
    prior = adapted()
    again = GaussianPrior()
    again.build((None, 3))
    again.set_weights(prior.get_weights())
    one, other = (p.sample(5, None, np.random.default_rng(0)) for p in (prior, again))
    np.testing.assert_array_equal(one, other)
    assert again.latent_dim == 3


def test_config_and_bad_input():
    assert check_config(GaussianPrior()).num_classes is None
    prior = GaussianPrior()
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.sample(1, None, np.random.default_rng(0))
    with pytest.raises(ValueError, match="saw no latents"):
        prior.finalize_state()
    with pytest.raises(ValueError, match="must be finite"):
        prior.adapt(np.full((3, 2), np.nan))
