"""ConvexCombinationPrior: its samples against convex hulls, loops and counts."""

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
    """Returns whether the point is a convex combination of the corners, by a linear program."""
    conditions = np.vstack([corners.T, np.ones(len(corners))])
    return linprog(np.zeros(len(corners)), A_eq=conditions, b_eq=[*point, 1]).status == 0


@pytest.mark.parametrize("ratios", ["uniform", "random", [0.2, 0.3, 0.5]])
def test_samples_lie_in_the_hull_of_their_class(ratios):
    prior, latents, labels = adapted(num_sources=3, ratios=ratios)
    for label in (0, 1):
        corners = latents[labels == label].astype("float64")
        for latent in prior.sample(20, label, np.random.default_rng(1)):
            # A small step to the center, because float32 rounding can leave the hull.
            shifted = latent + 1e-5 * (corners.mean(axis=0) - latent)
            assert in_hull(shifted, corners)


def test_no_set_of_sources_repeats_before_all_sets_are_used():
    prior, latents, labels = adapted(num_sources=2, per_class=5)
    corners = latents[labels == 1]
    means = {tuple(np.round((corners[i] + corners[j]) / 2, 5)) for i in range(5) for j in range(i)}
    latents = prior.sample(20, 1, np.random.default_rng(0))
    rounds = [{tuple(np.round(row, 5)) for row in half} for half in (latents[:10], latents[10:])]
    assert rounds == [means, means]
    few = prior.sample(7, 1, np.random.default_rng(3))
    assert len({tuple(np.round(row, 5)) for row in few}) == 7


def test_many_sources_of_a_large_bank_are_all_different():
    prior, _, _ = adapted(num_classes=1, per_class=200, dim=8, num_sources=2)
    samples = prior.sample(4000, 0, np.random.default_rng(0))
    assert math.comb(200, 2) > 4 * 4000
    assert len(np.unique(np.round(samples, 6), axis=0)) == 4000


def test_a_small_class_keeps_all_latents_in_order():
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat([0, 1, 2], [7, 10, 11]))
    latents = rng.normal(size=(28, 3)).astype("float32")
    prior = ConvexCombinationPrior(3, bank_size=10)
    prior.adapt(latents, labels)
    for label in (0, 1):
        np.testing.assert_array_equal(prior.class_latents(label), latents[labels == label])
    rows = [latents[labels == 2].tolist().index(row) for row in prior.class_latents(2).tolist()]
    assert rows == sorted(set(rows)) and len(rows) == 10


def test_the_bank_is_a_uniform_choice():
    # Each of 40 latents should be in a bank of 10 for a quarter of the seeds.
    latents = np.arange(40, dtype="float32")[:, None]
    counts = np.zeros(40)
    for seed in range(300):
        prior = ConvexCombinationPrior(1, bank_size=10, seed=seed)
        prior.adapt(latents, np.zeros(40, int))
        bank = keras.ops.convert_to_numpy(prior.bank)[0, :, 0]
        assert len(set(bank)) == 10
        counts[bank.astype(int)] += 1
    # A chi-squared statistic of 39 degrees of freedom; its variance is smaller, because the
    # choice is without replacement.
    assert stats.chi2.sf(np.sum((counts - 75) ** 2 / (75 * 0.75)), 39) > 1e-4


def test_the_seed_chooses_the_bank():
    latents, labels = np.random.default_rng(0).normal(size=(40, 2)), np.zeros(40, int)
    priors = [ConvexCombinationPrior(1, bank_size=10, seed=seed) for seed in (3, 3, 4)]
    for prior in priors:
        prior.adapt(latents, labels)
    banks = [prior.class_latents(0) for prior in priors]
    np.testing.assert_array_equal(banks[0], banks[1])
    assert not np.array_equal(banks[0], banks[2])


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    dim=st.integers(1, 8),
    num_classes=st.integers(2, 5),
    num_sources=st.integers(2, 4),
)
def test_lemma_1(seed, dim, num_classes, num_sources):
    """A linear head assigns convex combinations of a class's latents to that class."""
    rng = np.random.default_rng(seed)
    weights, bias = rng.normal(size=(dim, num_classes)), rng.normal(size=num_classes)
    latents = rng.normal(size=(200, dim))
    labels = np.argmax(latents @ weights + bias, axis=1)
    keep = np.bincount(labels, minlength=num_classes)[labels] >= num_sources
    prior = ConvexCombinationPrior(num_classes, num_sources, "random")
    prior.adapt(latents[keep], labels[keep])
    for label in np.unique(labels[keep]):
        logits = prior.sample(20, label, rng) @ weights + bias
        others = np.max(np.delete(logits, label, axis=1), axis=1)
        assert (logits[:, label] > others - 1e-5).all()  # the tolerance is for float32 rounding


def test_a_csae_generates_with_it_and_saves_it(tmp_path):
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
    images = generate(model, [0, 2, 2], seed=4)
    np.testing.assert_allclose(generate(again, [0, 2, 2], seed=4), images, atol=1e-5)
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


def test_too_few_latents_and_no_latents_are_an_error():
    prior = ConvexCombinationPrior(2, num_sources=3)
    with pytest.raises(ValueError, match="empty array"):
        prior.adapt(np.zeros((0, 2)), np.zeros(0, int))
    with pytest.raises(ValueError, match=r"num_sources=3.*\[2\] latents of the classes \[1\]"):
        prior.adapt(np.zeros((5, 2)), np.array([0, 0, 0, 1, 1]))
    assert not prior.adapted
    with pytest.raises(ValueError, match="not adapted"):
        prior.sample(1, 0, np.random.default_rng(0))
    prior.adapt(np.zeros((3, 2)), np.zeros(3, int))
    with pytest.raises(ValueError, match="without class 1"):
        prior.sample(1, 1, np.random.default_rng(0))


@pytest.mark.parametrize("ratios", ["uniform", "random", [0.2, 0.3, 0.5]])
def test_a_sampler_continues_the_latents_of_sample(ratios):
    prior, _, _ = adapted(num_sources=3, ratios=ratios, per_class=9)
    latents = prior.sample(80, 1, np.random.default_rng(2))
    sample = prior.sampler(1, np.random.default_rng(2))
    np.testing.assert_array_equal(np.concatenate([sample(30), sample(1), sample(49)]), latents)
    assert len(np.unique(np.round(latents, 6), axis=0)) == 80  # 84 sets exist


def test_the_latents_combine_the_sources_with_the_ratios():
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


def test_combining_the_same_bank_in_another_way():
    prior, latents, labels = adapted(num_classes=3, per_class=4)
    center = latents[labels == 2].mean(axis=0)
    four = prior.combining(num_sources=4)
    np.testing.assert_allclose(four.sample(1, 2, np.random.default_rng(0))[0], center, atol=1e-6)
    assert prior.num_sources == 2 and four.ratios == "uniform"
    assert prior.combining(ratios=[0.1, 0.2, 0.7]).num_sources == 3
    assert prior.combining(ratios="random").num_sources == 2
    prior.adapt(np.zeros((6, 3)), np.arange(6) % 3)
    np.testing.assert_allclose(four.class_latents(2), latents[labels == 2])  # the bank is a copy
    with pytest.raises(ValueError, match=r"num_sources=5.*\[4, 4, 4\].*classes \[0, 1, 2\]"):
        four.combining(num_sources=5)
    with pytest.raises(ValueError, match="num_sources=1"):
        four.combining(num_sources=1)
    with pytest.raises(ValueError, match=r"ratios=\[\]"):
        four.combining(2, [])
    with pytest.raises(ValueError, match="not adapted"):
        ConvexCombinationPrior(2).combining(3).sample(1, 0, np.random.default_rng(0))
