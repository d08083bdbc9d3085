"""Which training latents are combined: sets of indices, by chance, each once before any twice."""

import math

import numpy as np

# Up to so many sets are shuffled whole; of more, sets are drawn and those seen before left out.
_SHUFFLED = 2**17
_BLOCK = 1024


class SourceSets:
    """Draws sets of different indices; none comes again before all were there.

    A set has its number among all sets of its size (the combinatorial number system), so that
    different sets are different numbers. Which sets come, and in which order, does not depend on
    how many are drawn in one call.

    Args:
        population: Integer: the indices are 0..`population` - 1.
        num_sources: Integer, from 1 to `population`: the size of each set.
        rng: The generator of random numbers.

    Examples:
        >>> draw = SourceSets(4, 2, np.random.default_rng(0))
        >>> sorted(map(tuple, draw(6).tolist()))
        [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    """

    def __init__(self, population: int, num_sources: int, rng: np.random.Generator):
        self.population, self.num_sources, self.rng = population, num_sources, rng
        self.total = math.comb(population, num_sources)
        self._seen: set[bytes] = set()
        self._left = np.empty((0, num_sources), "int64")

    def __call__(self, num_sets: int) -> np.ndarray:
        """Draws the next sets.

        Args:
            num_sets: Integer: how many.

        Returns:
            Integer array `(num_sets, num_sources)`, each row in rising order.
        """
        blocks, found = [self._left], len(self._left)
        while found < num_sets:
            blocks.append(self._block())
            found += len(blocks[-1])
        sets = np.concatenate(blocks)
        # A copy: a view would keep all that was ever drawn with it in memory.
        self._left = sets[num_sets:].copy()
        return sets[:num_sets]

    def _block(self):
        if self.total <= _SHUFFLED:
            return self._sets(self.rng.permutation(self.total))
        if self.total < 2**63:
            sets = self._sets(self.rng.integers(self.total, size=_BLOCK))
        else:
            # Too many to number: as the first of a shuffle of all indices.
            rows = min(_BLOCK, max(1, 2**20 // self.population))
            every = np.tile(np.arange(self.population), (rows, 1))
            sets = np.sort(self.rng.permuted(every, axis=1)[:, : self.num_sources], axis=1)
        new = []
        for one in sets:
            if len(self._seen) == self.total:
                self._seen.clear()
            key = one.tobytes()
            if key not in self._seen:
                self._seen.add(key)
                new.append(one)
        return np.array(new, "int64").reshape(-1, self.num_sources)

    def _sets(self, numbers):
        """The sets of these numbers: the number of a < b < c is C(a, 1) + C(b, 2) + C(c, 3)."""
        sets = np.empty((len(numbers), self.num_sources), "int64")
        for size in range(self.num_sources, 0, -1):
            # What exceeds every number may be cut to fit in 64 bits.
            counts = [min(math.comb(top, size), self.total) for top in range(self.population)]
            sets[:, size - 1] = np.searchsorted(counts, numbers, side="right") - 1
            numbers = numbers - np.array(counts)[sets[:, size - 1]]
        return sets
