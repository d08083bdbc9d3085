"""SourceSets: every set once in a round, all sets equally likely, for any size of the calls."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from keras_regen.priors import source_sets
from keras_regen.priors.source_sets import SourceSets

pytestmark = pytest.mark.any_backend


def rows(sets):
    return [tuple(row) for row in sets.tolist()]


@settings(deadline=None, max_examples=60)
@given(
    population=st.integers(1, 9), num_sources=st.integers(1, 9), sizes=st.lists(st.integers(0, 60))
)
def test_no_set_repeats_in_a_round(population, num_sources, sizes):
    num_sources = min(num_sources, population)
    sample_sets = SourceSets(population, num_sources, np.random.default_rng(0))
    sets = [row for size in sizes for row in rows(sample_sets(size))]
    total = math.comb(population, num_sources)
    assert len(sets) == sum(sizes)
    assert all(row[0] >= 0 and row[-1] < population for row in sets)
    assert all(a < b for row in sets for a, b in itertools.pairwise(row))
    for start in range(0, len(sets), total):
        part = sets[start : start + total]
        assert len(set(part)) == len(part)


# A number of sets to shuffle; above that limit; above 64 bits; sets of nearly all indices.
SIZES = [(500, 2), (500, 3), (500, 40), (40, 36)]


@pytest.mark.parametrize(("population", "num_sources"), SIZES)
def test_the_sets_do_not_depend_on_the_size_of_the_calls(population, num_sources):
    sets = SourceSets(population, num_sources, np.random.default_rng(3))(3000)
    parts = SourceSets(population, num_sources, np.random.default_rng(3))
    np.testing.assert_array_equal(np.concatenate([parts(n) for n in (1, 1999, 0, 1000)]), sets)
    assert len(set(rows(sets))) == 3000


def test_used_sets_are_left_out_until_the_last_set(monkeypatch):
    monkeypatch.setattr(source_sets, "_SHUFFLED", 100)  # above this number, sets are tried
    sample_sets = SourceSets(20, 3, np.random.default_rng(0))
    total = math.comb(20, 3)
    sets = np.concatenate([sample_sets(total // 2), sample_sets(total - total // 2)])
    assert len(np.unique(sets, axis=0)) == total
    assert len(np.unique(sample_sets(1000), axis=0)) == 1000  # a new round


@pytest.mark.parametrize(("population", "num_sources"), SIZES)
def test_all_indices_are_equally_likely(population, num_sources):
    sets = SourceSets(population, num_sources, np.random.default_rng(1))(4000)
    counts = np.bincount(sets.ravel(), minlength=population)
    share = num_sources / population
    # The indices of a set differ, which makes the statistic smaller by the factor 1 - share.
    statistic = np.sum((counts - 4000 * share) ** 2 / (4000 * share * (1 - share)))
    assert 1e-4 < stats.chi2.sf(statistic, population - 1) < 1 - 1e-4
