"""Nearest neighbors by the mean squared error, searched in blocks that bound the memory."""

import numpy as np

from keras_regen.arrays import unit_range

# Candidates in addition to the neighbors: exact errors decide between almost equal candidates.
_SPARE = 8
_CENTER_SAMPLES = 1000


def nearest_neighbors(
    queries: np.ndarray,
    references: np.ndarray,
    num_neighbors: int,
    *,
    exclude_self: bool = False,
    block_size: int = 2048,
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the references with the lowest mean squared errors to each query.

    scikit-learn's brute-force search finds a few more candidates than `num_neighbors`. Their
    errors are then computed again from the differences, so that no digits cancel.

    Args:
        queries: Array `(num_queries, ...)`, images or rows of features; integers 0..255, or
            floats.
        references: Array `(num_references, ...)` with the same shape of an element.
        num_neighbors: Integer: references to find for each query.
        exclude_self: Boolean: whether query number i skips reference number i.
        block_size: Integer: queries, and references, that are compared at once.

    Returns:
        The indices of the references `(num_queries, num_neighbors)`, nearest first, and their
        mean squared errors, float64. Equal errors are in the order of the references.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.neighbors import nearest_neighbors
        >>> points = np.array([[0.0], [3.0], [4.0]])
        >>> nearest_neighbors(points, points, 1, exclude_self=True)
        (array([[1], [2], [1]]), array([[9.], [1.], [1.]]))
    """
    from sklearn.utils import gen_batches  # scikit-learn takes seconds to import

    queries = queries.reshape(len(queries), -1)
    references = references.reshape(len(references), -1)
    num_candidates = min(num_neighbors + _SPARE, len(references) - exclude_self)
    indices = np.empty((len(queries), num_neighbors), "int64")
    errors = np.empty((len(queries), num_neighbors))
    for rows in gen_batches(len(queries), block_size):
        own = np.arange(rows.start, rows.stop)[:, None] if exclude_self else None
        candidates = _candidates(queries[rows], references, num_candidates, own, block_size)
        exact = _squared_errors(queries[rows], references, candidates)
        indices[rows], errors[rows] = lowest(candidates, exact, num_neighbors)
    return indices, errors


def lowest(indices: np.ndarray, values: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the lowest values of each row and their indices, by value and then by index.

    Args:
        indices: Integer array `(num_rows, num_candidates)`.
        values: Array `(num_rows, num_candidates)`.
        count: Integer: values to return of each row.

    Returns:
        Indices and values `(num_rows, count)`.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.neighbors import lowest
        >>> lowest(np.array([[7, 5, 6]]), np.array([[1.0, 1.0, 0.0]]), 2)
        (array([[6, 5]]), array([[0., 1.]]))
    """
    order = np.lexsort((indices, values), axis=-1)[:, :count]
    return np.take_along_axis(indices, order, 1), np.take_along_axis(values, order, 1)


def _candidates(queries, references, count, own, block_size):
    """Indices of the `count` nearest references of each query, in any order."""
    from sklearn.neighbors import NearestNeighbors
    from sklearn.utils import gen_batches

    dtype = _common_dtype(queries, references)
    # A distance stays the same when both ends move; near the origin fewer digits cancel.
    center = _floats(references[:_CENTER_SAMPLES], dtype).mean(axis=0)
    queries = _floats(queries, dtype) - center
    indices, distances = np.empty((len(queries), 0), "int64"), np.empty((len(queries), 0))
    for columns in gen_batches(len(references), block_size):
        block = _floats(references[columns], dtype) - center
        # One more, because the query itself may be among them.
        size = min(count + (own is not None), len(block))
        search = NearestNeighbors(n_neighbors=size, algorithm="brute").fit(block)
        block_distances, block_indices = search.kneighbors(queries)
        block_indices += columns.start
        if own is not None:
            block_distances[block_indices == own] = np.inf
        indices, distances = lowest(
            np.hstack([indices, block_indices]), np.hstack([distances, block_distances]), count
        )
    return indices


def _squared_errors(queries, references, candidates):
    """Mean squared errors of each query and its candidates `(num_queries, num_candidates)`."""
    dtype = _common_dtype(queries, references)
    queries = _floats(queries, dtype).astype("float64")
    errors = np.empty(candidates.shape)
    for column, chosen in enumerate(candidates.T):
        difference = _floats(references[chosen], dtype) - queries
        errors[:, column] = np.einsum("ij,ij->i", difference, difference)
    return errors / queries.shape[1]


def _common_dtype(queries, references):
    return "float64" if queries.dtype == references.dtype == "float64" else "float32"


def _floats(values, dtype):
    """Images in [0, 1], or features, in the precision that both sides have."""
    return values if dtype == "float64" else unit_range(values)
