"""ConvexCombinationPrior: its draws against hulls, loops and counts."""

import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import linprog

from keras_regen import CSAE, generate, load_model
from keras_regen.layers import PEDCCHead
from keras_regen.networks import csae_linear_decoder, csae_linear_encoder
from keras_regen.priors import ConvexCombinationPrior


def adapted(num_classes=2, per_class=6, dim=3, seed=0, **options):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(num_classes), per_class)
    latents = rng.normal(size=(len(labels), dim)).astype("float32")
    prior = ConvexCombinationPrior(num_classes, **options)
    prior.adapt(latents, labels)
    return prior, latents, labels


def in_hull(point, corners):
    """Whether ratios exist that give the point: a linear program."""
    conditions = np.vstack([corners.T, np.ones(len(corners))])
    return linprog(np.zeros(len(corners)), A_eq=conditions, b_eq=[*point, 1]).status == 0


@pytest.mark.parametrize("ratios", ["uniform", "random", [0.2, 0.3, 0.5]])
def test_draws_lie_in_the_hull_of_their_class(ratios):
    prior, latents, labels = adapted(num_sources=3, ratios=ratios)
    for label in (0, 1):
        corners = latents[labels == label].astype("float64")
        for latent in prior.sample(20, label, np.random.default_rng(1)):
            # A little outwards of the centre would leave the hull; float32 rounds by 1e-7.
            inwards = latent + 1e-5 * (corners.mean(axis=0) - latent)
            assert in_hull(inwards, corners)


def test_every_set_of_sources_comes_once_before_any_comes_again():
    prior, latents, labels = adapted(num_sources=2, per_class=5)
    corners = latents[labels == 1]
    wanted = {tuple(np.round((corners[i] + corners[j]) / 2, 5)) for i in range(5) for j in range(i)}
    drawn = prior.sample(20, 1, np.random.default_rng(0))
    rounds = [{tuple(np.round(row, 5)) for row in part} for part in (drawn[:10], drawn[10:])]
    assert rounds == [wanted, wanted]
    few = prior.sample(7, 1, np.random.default_rng(3))
    assert len({tuple(np.round(row, 5)) for row in few}) == 7


def test_many_sources_of_a_large_bank_are_all_different():
    prior, _, _ = adapted(num_classes=1, per_class=200, dim=8, num_sources=2)
    drawn = prior.sample(4000, 0, np.random.default_rng(0))
    assert math.comb(200, 2) > 4 * 4000
    assert len(np.unique(np.round(drawn, 6), axis=0)) == 4000


def test_the_bank_is_a_fair_choice():
    # Each of 40 latents should stay in a bank of 10 in a quarter of the passes.
    latents = np.arange(40, dtype="float32")[:, None]
    kept = np.zeros(40)
    for seed in range(300):
        prior = ConvexCombinationPrior(1, bank_size=10, seed=seed)
        for start in range(0, 40, 7):
            part = latents[start : start + 7]
            prior.update_state(part, np.zeros(len(part), int))
        prior.finalize_state()
        bank = keras.ops.convert_to_numpy(prior.bank)[0, :, 0]
        assert len(set(bank)) == 10
        kept[bank.astype(int)] += 1
    # A chi-squared statistic of 39 degrees of freedom, thinned by drawing without replacement.
    assert stats.chi2.sf(np.sum((kept - 75) ** 2 / (75 * 0.75)), 39) > 1e-4


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    dim=st.integers(1, 8),
    num_classes=st.integers(2, 5),
    num_sources=st.integers(2, 4),
)
def test_lemma_1(seed, dim, num_classes, num_sources):
    """What a linear head puts in a class, it puts there in every convex combination."""
    rng = np.random.default_rng(seed)
    weights, bias = rng.normal(size=(dim, num_classes)), rng.normal(size=num_classes)
    latents = rng.normal(size=(200, dim))
    labels = np.argmax(latents @ weights + bias, axis=1)
    keep = np.bincount(labels, minlength=num_classes)[labels] >= num_sources
    prior = ConvexCombinationPrior(num_classes, num_sources, "random")
    prior.adapt(latents[keep], labels[keep])
    for label in np.unique(labels[keep]):
        scores = prior.sample(20, label, rng) @ weights + bias
        others = np.max(np.delete(scores, label, axis=1), axis=1)
        assert (scores[:, label] > others - 1e-5).all()  # float32 rounds at the very border


def test_a_csae_draws_with_it_and_keeps_it(tmp_path):
    model = CSAE(
        csae_linear_encoder((8, 8, 1), 4, hidden=8),
        csae_linear_decoder((8, 8, 1), 4, hidden=8),
        PEDCCHead(3),
        prior=ConvexCombinationPrior(3, num_sources=3, ratios="random", bank_size=5),
    )
    images = np.random.default_rng(0).random((30, 8, 8, 1))
    model.adapt_prior(images, np.arange(30) % 3)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    drawn = generate(model, [0, 2, 2], seed=4)
    np.testing.assert_allclose(generate(again, [0, 2, 2], seed=4), drawn, atol=1e-5)
    prior = again.prior
    assert (prior.num_sources, prior.ratios, prior.bank_size) == (3, "random", 5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_sources": 1}, "num_sources=1"),
        ({"bank_size": 2, "num_sources": 3}, "bank_size=2, num_sources=3"),
        ({"ratios": "equal"}, "ratios='equal'"),
        ({"ratios": [0.5, 0.6]}, r"ratios=\[0.5, 0.6\]"),
        ({"ratios": [1.5, -0.5]}, "each at least 0"),
        ({"ratios": [0.2, 0.3, 0.5]}, "num_sources=2"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        ConvexCombinationPrior(2, **options)


def test_too_few_latents_and_none():
    prior = ConvexCombinationPrior(2, num_sources=3)
    with pytest.raises(ValueError, match="saw no latents"):
        prior.finalize_state()
    with pytest.raises(ValueError, match=r"at least num_sources=3.*\[2\] of the classes \[1\]"):
        prior.adapt(np.zeros((5, 2)), np.array([0, 0, 0, 1, 1]))
    with pytest.raises(ValueError, match="not adapted"):
        prior.sample(1, 0, np.random.default_rng(0))
    prior.adapt(np.zeros((3, 2)), np.zeros(3, int))
    with pytest.raises(ValueError, match="without class 1"):
        prior.sample(1, 1, np.random.default_rng(0))


@pytest.mark.parametrize("ratios", ["uniform", "random", [0.2, 0.3, 0.5]])
def test_a_sampler_goes_on_where_it_was(ratios):
    prior, _, _ = adapted(num_sources=3, ratios=ratios, per_class=9)
    whole = prior.sample(80, 1, np.random.default_rng(2))
    draw = prior.sampler(1, np.random.default_rng(2))
    np.testing.assert_array_equal(np.concatenate([draw(30), draw(1), draw(49)]), whole)
    assert len(np.unique(np.round(whole, 6), axis=0)) == 80  # of 84 sets


def test_sources_and_ratios_make_the_latents():
    prior, latents, labels = adapted(num_sources=3, ratios=[0.2, 0.3, 0.5], per_class=9)
    sources, ratios = prior.sample_sources(50, 1, np.random.default_rng(2))
    assert {tuple(sorted(row)) for row in ratios.tolist()} == {(0.2, 0.3, 0.5)}
    assert len({tuple(row) for row in ratios.tolist()}) == 6
    np.testing.assert_array_equal(prior.class_latents(1), latents[labels == 1])
    expected = [
        sum(ratio * latents[labels == 1][source] for ratio, source in zip(*row, strict=True))
        for row in zip(ratios, sources, strict=True)
    ]
    np.testing.assert_allclose(prior.sample(50, 1, np.random.default_rng(2)), expected, atol=1e-6)


def test_the_same_bank_combined_in_other_ways():
    prior, latents, labels = adapted(num_classes=3, per_class=4)
    center = latents[labels == 2].mean(axis=0)
    four = prior.combining(num_sources=4)
    np.testing.assert_allclose(four.sample(1, 2, np.random.default_rng(0))[0], center, atol=1e-6)
    assert prior.num_sources == 2 and four.ratios == "uniform"
    assert prior.combining(ratios=[0.1, 0.2, 0.7]).num_sources == 3
    assert prior.combining(ratios="random").num_sources == 2
    prior.adapt(np.zeros((6, 3)), np.arange(6) % 3)
    np.testing.assert_allclose(four.class_latents(2), latents[labels == 2])  # a bank of its own
    with pytest.raises(ValueError, match=r"num_sources=5.*\[4, 4, 4\] of the classes \[0, 1, 2\]"):
        four.combining(num_sources=5)
    with pytest.raises(ValueError, match="num_sources=1"):
        four.combining(num_sources=1)
    with pytest.raises(ValueError, match=r"ratios=\[\]"):
        four.combining(2, [])
    with pytest.raises(ValueError, match="not adapted"):
        ConvexCombinationPrior(2).combining(3).sample(1, 0, np.random.default_rng(0))
