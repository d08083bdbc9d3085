"""The most similar images by SSIM, searched in blocks that bound the memory."""

import dataclasses

import numpy as np

from keras_regen.arrays import unit_range
from keras_regen.losses.ssim import fitting_window
from keras_regen.metrics.neighbors import lowest

# The windows of the images that are compared at once should stay in the processor's cache.
_CACHE_BYTES = 2**18


class SimilaritySearch:
    """A search for the images with the highest structural similarity, as in `losses.SSIMLoss`.

    The similarities are computed in float64.

    Args:
        queries: Images `(num_queries, height, width, channels)`; integers 0..255 or floats 0..1.
        references: Images `(num_references, height, width, channels)`.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.similarity_search import SimilaritySearch
        >>> images = np.random.default_rng(0).random((3, 16, 16, 1))
        >>> indices, similarities = SimilaritySearch(images[1:2], images).among_all(1)
        >>> indices, similarities.round(6)
        (array([[1]]), array([[1.]]))
    """

    def __init__(self, queries: np.ndarray, references: np.ndarray):
        # Channels first: the window slides over the last two axes, which are contiguous.
        self.queries = np.moveaxis(queries, -1, 1)
        self.references = np.moveaxis(references, -1, 1)
        height, width = self.queries.shape[2:]
        size = fitting_window((height, width))
        self._filters = _gaussian_filter(height, size), _gaussian_filter(width, size)
        self._cached = max(1, _CACHE_BYTES // (8 * self.queries[0].size))

    def among_all(
        self, num_matches: int, *, exclude_self: bool = False, block_size: int = 2048
    ) -> tuple[np.ndarray, np.ndarray]:
        """Compares each query with all references.

        Args:
            num_matches: Integer: references to find for each query.
            exclude_self: Boolean: whether query number i skips reference number i.
            block_size: Integer: queries that are compared at once.

        Returns:
            The indices `(num_queries, num_matches)`, the most similar first, and the similarities.
        """
        from sklearn.utils import gen_batches

        results = []
        for rows in gen_batches(len(self.queries), block_size):
            queries = self._windows(self.queries[rows])
            count = len(queries.images)
            indices, values = np.empty((count, 0), "int64"), np.empty((count, 0))
            for columns in gen_batches(len(self.references), self._cached):
                references = self._windows(self.references[columns])
                block = np.stack([-self._compare(queries[row], references) for row in range(count)])
                numbers = np.tile(np.arange(columns.start, columns.stop), (count, 1))
                if exclude_self:
                    block[numbers == np.arange(rows.start, rows.stop)[:, None]] = np.inf
                indices, values = lowest(
                    np.hstack([indices, numbers]), np.hstack([values, block]), num_matches
                )
            results.append((indices, -values))
        indices, similarities = (np.concatenate(parts) for parts in zip(*results, strict=True))
        return indices, similarities

    def among_candidates(
        self, candidates: np.ndarray, num_matches: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Compares each query with its candidates only.

        Args:
            candidates: Integer array `(num_queries, num_candidates)`: indices of references.
            num_matches: Integer: references to find for each query.

        Returns:
            The indices `(num_queries, num_matches)`, the most similar first, and the similarities.
        """
        from sklearn.utils import gen_batches

        values = np.empty(candidates.shape)
        for row, chosen in enumerate(candidates):
            query = self._windows(self.queries[row : row + 1])
            for part in gen_batches(len(chosen), self._cached):
                references = self._windows(self.references[chosen[part]])
                values[row, part] = -self._compare(query, references)
        indices, values = lowest(candidates, values, num_matches)
        return indices, -values

    def _windows(self, images):
        images = unit_range(images).astype("float64")
        mean = self._slide(images)
        return _Windows(images, mean, self._slide(images**2) - mean**2)

    def _compare(self, query, references):
        """Similarities of a query and some references `(num_references,)`."""
        c1, c2 = 0.01**2, 0.03**2
        means = query.mean * references.mean
        covariance = self._slide(query.images * references.images) - means
        upper = (2 * means + c1) * (2 * covariance + c2)
        lower = query.mean**2 + references.mean**2 + c1
        lower *= query.variance + references.variance + c2
        upper /= lower
        return upper.mean(axis=(1, 2, 3))

    def _slide(self, images):
        """Means of all windows `(num_images, channels, positions across, positions down)`."""
        down, across = self._filters
        # The window is an outer product, so two thin matrix products replace a large product.
        return np.tensordot(np.tensordot(images, across, (3, 1)), down, (2, 1))


@dataclasses.dataclass
class _Windows:
    """Images, and the mean and variance of each window in them."""

    images: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    def __getitem__(self, index):
        """Returns a batch of a single image."""
        part = slice(index, index + 1)
        return _Windows(self.images[part], self.mean[part], self.variance[part])


def _gaussian_filter(length, size, sigma=1.5):
    """A matrix `(positions, length)`: a row holds the weights of the window at its position."""
    weights = np.exp(-((np.arange(size) - (size - 1) / 2) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    positions = length - size + 1
    matrix = np.zeros((positions, length))
    for position in range(positions):
        matrix[position, position : position + size] = weights
    return matrix
