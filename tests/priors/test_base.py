"""Prior: the contract of a new prior."""

import numpy as np
import pytest

from keras_regen.priors import (
    ClassGaussianPrior,
    ConvexCombinationPrior,
    GaussianPrior,
    Prior,
    StandardNormalPrior,
)


def test_a_subclass_must_define_the_contract():
    prior = Prior(3)
    assert prior.get_config()["num_classes"] == 3
    for call in (
        lambda: prior.adapted,
        lambda: prior.adapt(np.zeros((1, 2)), np.zeros(1, int)),
        lambda: prior.sample(1, 0, np.random.default_rng(0)),
    ):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(ValueError, match="Prior has no classes"):
        prior.class_mean(0)


def test_adapt_leaves_a_prior_unchanged_that_does_not_learn():
    prior = StandardNormalPrior(3)
    prior.adapt(np.ones((5, 3)))
    noise = np.random.default_rng(0).standard_normal((2, 3), "float32")
    np.testing.assert_array_equal(prior.sample(2, None, np.random.default_rng(0)), noise)


def test_zero_classes_are_an_error():
    with pytest.raises(ValueError, match=r"at least 1.*num_classes=0"):
        Prior(0)


def test_a_sampler_continues_the_latents_of_sample():
    prior = ClassGaussianPrior(2)
    rng = np.random.default_rng(0)
    prior.adapt(rng.normal(size=(40, 5)), np.arange(40) % 2)
    sample = prior.sampler(1, np.random.default_rng(7))
    latents = np.concatenate([sample(3), sample(1), sample(6)])
    np.testing.assert_allclose(latents, prior.sample(10, 1, np.random.default_rng(7)), atol=1e-6)


@pytest.mark.parametrize(
    ("latents", "message"),
    [
        (np.zeros(3), r"\(num_samples, 4\).*\(3,\)"),
        (np.zeros((3, 5)), r"\(num_samples, 4\).*\(3, 5\)"),
        (np.full((3, 4), np.inf), "must be finite"),
        (np.zeros((0, 4)), r"empty array.*\(0, 4\)"),
        (np.full((3, 4), 1e300), "must be finite in float32"),
        ([["a"] * 4] * 3, "must be integers or floats"),
        (None, "num_samples, 4"),
    ],
)
def test_bad_latents_are_an_error(latents, message):
    prior = GaussianPrior()
    prior.build((None, 4))
    with pytest.raises(ValueError, match=message):
        prior.adapt(latents)


@pytest.mark.parametrize(
    "prior", [ClassGaussianPrior(2), ConvexCombinationPrior(2), GaussianPrior()], ids=type
)
def test_bad_arguments_of_sample(prior):
    prior.adapt(np.random.default_rng(0).normal(size=(9, 3)), np.arange(9) % 2)
    for num_samples in (-1, 2.5, "2", None):
        with pytest.raises(ValueError, match="`num_samples` must be an integer, at least 0"):
            prior.sample(num_samples, 1, np.random.default_rng(0))
    for rng in (0, None, np.random.RandomState(0)):
        with pytest.raises(ValueError, match="`rng` must be a NumPy generator"):
            prior.sample(2, 1, rng)
    for class_id in (2, -1, 0.5, "1", None) if prior.num_classes else ():
        with pytest.raises(ValueError, match=r"`class_id` must lie in 0\.\.1"):
            prior.sample(2, class_id, np.random.default_rng(0))
