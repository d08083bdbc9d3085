"""SourceSets: every set once, all alike, whatever the size of the draws."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from keras_regen.priors import source_sets
from keras_regen.priors.source_sets import SourceSets


def rows(sets):
    return [tuple(row) for row in sets.tolist()]


@settings(deadline=None, max_examples=60)
@given(
    population=st.integers(1, 9), num_sources=st.integers(1, 9), sizes=st.lists(st.integers(0, 60))
)
def test_every_set_comes_once_in_each_round(population, num_sources, sizes):
    num_sources = min(num_sources, population)
    draw = SourceSets(population, num_sources, np.random.default_rng(0))
    found = [row for size in sizes for row in rows(draw(size))]
    total = math.comb(population, num_sources)
    assert len(found) == sum(sizes)
    assert all(row[0] >= 0 and row[-1] < population for row in found)
    assert all(a < b for row in found for a, b in itertools.pairwise(row))
    for start in range(0, len(found), total):
        part = found[start : start + total]
        assert len(set(part)) == len(part)


# Few enough to shuffle; too many for that; too many for 64 bits; nearly all of the population.
SIZES = [(500, 2), (500, 3), (500, 40), (40, 36)]


@pytest.mark.parametrize(("population", "num_sources"), SIZES)
def test_draws_of_any_size_give_the_same_sets(population, num_sources):
    whole = SourceSets(population, num_sources, np.random.default_rng(3))(3000)
    parts = SourceSets(population, num_sources, np.random.default_rng(3))
    np.testing.assert_array_equal(np.concatenate([parts(n) for n in (1, 1999, 0, 1000)]), whole)
    assert len(set(rows(whole))) == 3000


def test_sets_seen_before_are_left_out_to_the_last(monkeypatch):
    monkeypatch.setattr(source_sets, "_SHUFFLED", 100)  # of more, the last are found by trying
    draw = SourceSets(20, 3, np.random.default_rng(0))
    total = math.comb(20, 3)
    found = np.concatenate([draw(total // 2), draw(total - total // 2)])
    assert len(np.unique(found, axis=0)) == total
    assert len(np.unique(draw(1000), axis=0)) == 1000  # and then they come again


@pytest.mark.parametrize(("population", "num_sources"), SIZES)
def test_every_index_is_as_likely(population, num_sources):
    sets = SourceSets(population, num_sources, np.random.default_rng(1))(4000)
    counts = np.bincount(sets.ravel(), minlength=population)
    share = num_sources / population
    # Indices of one set exclude each other, which makes the statistic smaller by 1 - share.
    statistic = np.sum((counts - 4000 * share) ** 2 / (4000 * share * (1 - share)))
    assert 1e-4 < stats.chi2.sf(statistic, population - 1) < 1 - 1e-4
