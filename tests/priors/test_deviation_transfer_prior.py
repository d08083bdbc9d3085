"""DeviationTransferPrior against every sum of a latent and a deviation, written out."""

import numpy as np
import pytest

from keras_regen.priors import DeviationTransferPrior
from tests.contract import check_config, to_numpy

Z = np.array([[0.0, 0], [1, 0], [10, 2], [12, 6], [14, 4], [100, 100]])
LABELS = np.array([0, 0, 1, 1, 1, 2])


def adapted(strength=0.5, **options):
    prior = DeviationTransferPrior(3, strength, **options)
    prior.adapt(Z, LABELS)
    return prior


def possible(label, strength):
    """All latents that can be sampled: class 2 has one latent and so no deviation."""
    others = [k for k in range(3) if k != label and (k == LABELS).sum() > 1]
    deviations = [z - Z[k == LABELS].mean(axis=0) for k in others for z in Z[k == LABELS]]
    return {
        tuple(np.round(own + strength * deviation, 4))
        for own in Z[label == LABELS]
        for deviation in deviations
    }


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.5])
@pytest.mark.parametrize("label", [0, 1, 2])
def test_every_sum_of_a_latent_and_a_deviation_is_sampled(label, strength):
    samples = adapted(strength).sample(2000, label, np.random.default_rng(0))
    assert samples.dtype == np.float32
    assert {tuple(np.round(row, 4)) for row in samples.tolist()} == possible(label, strength)


def test_a_single_class_varies_by_its_own_deviations():
    prior = DeviationTransferPrior(1, 1.0)
    prior.adapt(np.array([[0.0], [2.0]]), [0, 0])
    samples = prior.sample(500, 0, np.random.default_rng(0))
    assert set(samples.ravel().tolist()) == {-1.0, 1.0, 3.0}


def test_a_large_class_is_thinned_and_keeps_its_mean():
    z = np.arange(100.0)[:, None]
    prior = DeviationTransferPrior(1, bank_size=10)
    prior.adapt(z, np.zeros(100, int))
    bank = to_numpy(prior.bank)[0, :, 0]
    assert len(set(bank.tolist())) == 10 and set(bank.tolist()) <= set(z.ravel().tolist())
    assert prior.class_mean(0) == [49.5]


def test_the_latents_do_not_depend_on_how_many_are_sampled_at_once():
    sample = adapted().sampler(1, np.random.default_rng(4))
    parts = np.concatenate([sample(3), sample(1), sample(6)])
    np.testing.assert_array_equal(parts, adapted().sample(10, 1, np.random.default_rng(4)))


def test_config_and_wrong_arguments():
    check_config(DeviationTransferPrior(3, 0.25, 7, 2))
    for options in ({"strength": -1}, {"strength": float("nan")}, {"bank_size": 0}, {"seed": 1.5}):
        (name,) = options
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            DeviationTransferPrior(3, **options)
    with pytest.raises(ValueError, match="not adapted"):
        DeviationTransferPrior(3).sample(1, 0, np.random.default_rng(0))
