"""SourceSets: random sets of indices, without repetition until every set has been used."""

import math

import numpy as np

# Up to this number, all sets are shuffled. Above it, random sets are kept if they are new.
_SHUFFLED = 2**17
_BLOCK = 1024


class SourceSets:
    """Samples sets of different indices. No set comes twice before every set has come once.

    Each set has a number in the combinatorial number system, so different sets have different
    numbers. The sequence of the sets does not depend on the number of sets in each call.

    Args:
        population: Integer: the indices are 0..`population` - 1.
        num_sources: Integer, from 1 to `population`: the size of each set.
        rng: Generator of random numbers.

    Examples:
        >>> sample_sets = SourceSets(4, 2, np.random.default_rng(0))
        >>> sorted(map(tuple, sample_sets(6).tolist()))
        [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    """

    def __init__(self, population: int, num_sources: int, rng: np.random.Generator):
        self.population, self.num_sources, self.rng = population, num_sources, rng
        self.total = math.comb(population, num_sources)
        self._used: set[bytes] = set()
        self._waiting = np.empty((0, num_sources), "int64")

    def __call__(self, num_sets: int) -> np.ndarray:
        """Samples the next sets.

        Args:
            num_sets: Integer: the number of sets.

        Returns:
            Integer array `(num_sets, num_sources)`. The indices in each row ascend.
        """
        blocks, count = [self._waiting], len(self._waiting)
        while count < num_sets:
            blocks.append(self._next_block())
            count += len(blocks[-1])
        sets = np.concatenate(blocks)
        # A copy, because a view would keep all earlier sets in memory.
        self._waiting = sets[num_sets:].copy()
        return sets[:num_sets]

    def _next_block(self) -> np.ndarray:
        if self.total <= _SHUFFLED:
            return self._numbered_sets(self.rng.permutation(self.total))
        if self.total < 2**63:
            sets = self._numbered_sets(self.rng.integers(self.total, size=_BLOCK))
        else:
            # The numbers do not fit in 64 bits: take the start of a shuffle of all indices.
            rows = min(_BLOCK, max(1, 2**20 // self.population))
            indices = np.tile(np.arange(self.population), (rows, 1))
            sets = np.sort(self.rng.permuted(indices, axis=1)[:, : self.num_sources], axis=1)
        new_sets = []
        for row in sets:
            if len(self._used) == self.total:
                self._used.clear()
            key = row.tobytes()
            if key not in self._used:
                self._used.add(key)
                new_sets.append(row)
        return np.array(new_sets, "int64").reshape(-1, self.num_sources)

    def _numbered_sets(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the sets of these numbers: {a < b < c} has C(a, 1) + C(b, 2) + C(c, 3)."""
        sets = np.empty((len(numbers), self.num_sources), "int64")
        for size in range(self.num_sources, 0, -1):
            # Counts above every number are cut, so that they fit in 64 bits.
            counts = [min(math.comb(top, size), self.total) for top in range(self.population)]
            sets[:, size - 1] = np.searchsorted(counts, numbers, side="right") - 1
            numbers = numbers - np.array(counts)[sets[:, size - 1]]
        return sets
