"""Prior: the contract that a new prior fills."""

import numpy as np
import pytest

from keras_regen.priors import ClassGaussianPrior, Prior


class Recorder(Prior):
    """Writes down what `adapt` calls."""

    def __init__(self, num_classes, **kwargs):
        super().__init__(num_classes, **kwargs)
        self.calls = []

    def reset_state(self):
        self.calls.append("reset")

    def update_state(self, latents, labels):
        self.calls.append(f"update {len(latents)}")

    def finalize_state(self):
        self.calls.append("finalize")


def test_adapt_is_one_pass_over_all_latents():
    prior = Recorder(3)
    prior.adapt(np.zeros((5, 2)), np.zeros(5, int))
    assert list(prior.calls) == ["reset", "update 5", "finalize"]
    assert prior.get_config()["num_classes"] == 3


def test_the_contract_must_be_filled():
    prior = Prior(3)
    for call in (prior.reset_state, prior.finalize_state, lambda: prior.adapted):
        with pytest.raises(NotImplementedError):
            call()
    with pytest.raises(NotImplementedError):
        prior.update_state(np.zeros((1, 2)), np.zeros(1, int))
    with pytest.raises(NotImplementedError):
        prior.sample(1, 0, np.random.default_rng(0))


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match=r"at least 1.*num_classes=0"):
        Prior(0)


def test_a_sampler_draws_what_sample_draws_at_once():
    prior = ClassGaussianPrior(2)
    rng = np.random.default_rng(0)
    prior.adapt(rng.normal(size=(40, 5)), np.arange(40) % 2)
    draw = prior.sampler(1, np.random.default_rng(7))
    found = np.concatenate([draw(3), draw(1), draw(6)])
    np.testing.assert_allclose(found, prior.sample(10, 1, np.random.default_rng(7)), atol=1e-6)
