"""The search behind `closest_match` and `novelty`: two measures of a pair of images, and a loop.

A measure compares blocks of queries and references fast, in float32, to find who may be near; and
then those few pairs exactly, in float64. Its values are lowest for the nearest.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
from keras import ops

from keras_regen.losses.ssim import fitting_window
from keras_regen.metrics.gpu import gpu_product, keras_is_on_gpu
from keras_regen.pixel_range import unit_range

# Fast values are a little wrong: so many more are kept, to be compared exactly at the end.
_SPARE = 8
_CENTER_SAMPLES = 1000
# Pairs that SSIM compares at once: what is made of them should stay in the processor's cache.
_CACHE_BYTES = 2**17


class SquaredErrors:
    """Mean squared differences of queries and references, images or rows of features.

    Args:
        queries: Array `(num_queries, ...)`; integers 0..255, or floats.
        references: Array `(num_references, ...)`, with as many values in each.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.nearest import SquaredErrors
        >>> errors = SquaredErrors(np.zeros((1, 2)), np.array([[0.0, 0.0], [0.0, 1.0]]))
        >>> errors.exact(slice(0, 1), np.array([[0, 1]]))
        array([[0. , 0.5]])
    """

    def __init__(self, queries: np.ndarray, references: np.ndarray):
        self.queries = queries.reshape(len(queries), -1)
        self.references = references.reshape(len(references), -1)
        # A distance stays when both ends move, and near the origin fewer digits cancel.
        self._center = unit_range(self.references[:_CENTER_SAMPLES]).mean(axis=0)
        self._on_gpu = keras_is_on_gpu()

    def fast(self, rows: slice, columns: slice):
        """Gives float32 `(rows, columns)` that rank a row's columns like the errors do.

        They are an array, or a tensor on the GPU where Keras has one.
        """
        queries = -2 * (unit_range(self.queries[rows]) - self._center)
        references = unit_range(self.references[columns]) - self._center
        # |q - r|² = |q|² - 2 qr + |r|², where |q|² is the same for the whole row.
        squares = np.einsum("ij,ij->i", references, references)
        if self._on_gpu:
            return ops.add(gpu_product(queries, references), squares)
        products = queries @ references.T
        products += squares
        return products

    def exact(self, rows: slice, indices: np.ndarray) -> np.ndarray:
        """Gives the errors of each row and its own references `(rows, count)`, in float64."""
        queries = unit_range(self.queries[rows]).astype("float64")
        errors = np.empty(indices.shape)
        for column, chosen in enumerate(indices.T):
            difference = unit_range(self.references[chosen]) - queries
            errors[:, column] = np.einsum("ij,ij->i", difference, difference)
        return errors / queries.shape[1]


class NegativeSSIM:
    """Minus the structural similarity of queries and references, as `losses.SSIMLoss` defines it.

    Args:
        queries: Images `(num_queries, height, width, channels)`; integers 0..255 or floats 0..1.
        references: Images `(num_references, height, width, channels)`.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.nearest import NegativeSSIM
        >>> images = np.random.default_rng(0).random((2, 16, 16, 1))
        >>> NegativeSSIM(images, images).exact(slice(0, 2), np.array([[0], [1]])).round(6)
        array([[-1.],
               [-1.]])
    """

    def __init__(self, queries: np.ndarray, references: np.ndarray):
        # Channels first: the two axes that the window slides over are the last, and contiguous.
        self.queries = np.moveaxis(queries, -1, 1)
        self.references = np.moveaxis(references, -1, 1)
        height, width = self.queries.shape[2:]
        size = fitting_window((height, width))
        self._filters = _gaussian_filter(height, size), _gaussian_filter(width, size)
        self._cached = max(1, _CACHE_BYTES // (4 * self.queries[0].size))

    def fast(self, rows: slice, columns: slice) -> np.ndarray:
        """Gives minus the similarities `(rows, columns)`, in float32."""
        queries = self._windows(self.queries[rows], "float32")
        values = np.empty((len(queries.images), columns.stop - columns.start), "float32")
        for part in blocks(values.shape[1], self._cached):
            references = self._windows(self.references[columns][part], "float32")
            for row in range(len(values)):
                values[row, part] = self._compare(queries.row(row), references)
        return values

    def exact(self, rows: slice, indices: np.ndarray) -> np.ndarray:
        """Gives minus the similarities of each row and its own references, in float64."""
        queries = self._windows(self.queries[rows], "float64")
        values = np.empty(indices.shape)
        for row, chosen in enumerate(indices):
            for part in blocks(len(chosen), self._cached):
                references = self._windows(self.references[chosen[part]], "float64")
                values[row, part] = self._compare(queries.row(row), references)
        return values

    def _windows(self, images, dtype):
        images = unit_range(images).astype(dtype, copy=False)
        mean = self._slide(images)
        return _Windows(images, mean, self._slide(images**2) - mean**2)

    def _compare(self, query, references):
        c1, c2 = 0.01**2, 0.03**2
        means = query.mean * references.mean
        covariance = self._slide(query.images * references.images) - means
        upper = (2 * means + c1) * (2 * covariance + c2)
        lower = query.mean**2 + references.mean**2 + c1
        lower *= query.variance + references.variance + c2
        upper /= lower
        return -upper.mean(axis=(1, 2, 3))

    def _slide(self, images):
        """Means of all windows `(num_images, channels, positions across, positions down)`."""
        down, across = (matrix.astype(images.dtype, copy=False) for matrix in self._filters)
        # The window is a product of two, so two thin matrix products do the work of one large.
        return np.tensordot(np.tensordot(images, across, (3, 1)), down, (2, 1))


@dataclasses.dataclass
class _Windows:
    """Images, and the mean and variance of each window in them."""

    images: np.ndarray
    mean: np.ndarray
    variance: np.ndarray

    def row(self, index):
        """One image, as a batch."""
        part = slice(index, index + 1)
        return _Windows(self.images[part], self.mean[part], self.variance[part])


def _gaussian_filter(length, size, sigma=1.5):
    """A matrix `(positions, length)`: a row holds the window's weights where the window lies."""
    weights = np.exp(-((np.arange(size) - (size - 1) / 2) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    positions = length - size + 1
    matrix = np.zeros((positions, length))
    for position in range(positions):
        matrix[position, position : position + size] = weights
    return matrix


def nearest(
    measure: SquaredErrors | NegativeSSIM,
    num_matches: int,
    block_size: int,
    exclude_self: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the references that have the lowest values for each query.

    Args:
        measure: What compares a query with a reference.
        num_matches: Integer: references to find for each query.
        block_size: Integer: queries, and references, to compare at once.
        exclude_self: Boolean: whether query number i passes over reference number i.

    Returns:
        The references' indices `(num_queries, num_matches)`, nearest first, and their exact values.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.nearest import SquaredErrors, nearest
        >>> points = np.array([[0.0], [3.0], [4.0]])
        >>> nearest(SquaredErrors(points, points), 1, block_size=2, exclude_self=True)
        (array([[1], [2], [1]]), array([[9.], [1.], [1.]]))
    """
    shape = len(measure.queries), num_matches
    indices, values = np.empty(shape, "int64"), np.empty(shape)
    count = min(num_matches + _SPARE, len(measure.references) - exclude_self)
    for rows in blocks(len(measure.queries), block_size):
        found = _nearly_nearest(measure, rows, count, block_size, exclude_self)
        indices[rows], values[rows] = rank(measure, rows, found, num_matches)
    return indices, values


def rank(measure, rows: slice, indices: np.ndarray, num_matches: int) -> tuple:
    """Sorts each row's references by exact values, and gives the first, with the values.

    Args:
        measure: What compares a query with a reference.
        rows: Slice: the queries.
        indices: Integer array `(rows, count)`: references to choose from.
        num_matches: Integer: references to choose for each query.

    Returns:
        Their indices `(rows, num_matches)` and values.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.nearest import SquaredErrors, rank
        >>> errors = SquaredErrors(np.zeros((1, 1)), np.array([[2.0], [1.0]]))
        >>> rank(errors, slice(0, 1), np.array([[0, 1]]), 1)
        (array([[1]]), array([[1.]]))
    """
    values = measure.exact(rows, indices)
    # By value, and by index where values are equal: the answer does not hang on the blocks.
    order = np.lexsort((indices, values), axis=-1)[:, :num_matches]
    return np.take_along_axis(indices, order, 1), np.take_along_axis(values, order, 1)


def blocks(length: int, size: int) -> Iterator[slice]:
    """Cuts `range(length)` into slices of at most `size`.

    Examples:
        >>> from keras_regen.metrics.nearest import blocks
        >>> list(blocks(5, 3))
        [slice(0, 3, None), slice(3, 5, None)]
    """
    for start in range(0, length, size):
        yield slice(start, min(start + size, length))


def feature_rows(images: np.ndarray, features: Callable, batch_size: int) -> np.ndarray:
    """Gives each image's features as a row, in float32.

    Args:
        images: Images `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        features: What takes a batch of float images in [0, 1] and gives an array or tensor of
            vectors or maps: a Keras model, or `model.encode`.
        batch_size: Integer: images in one call.

    Returns:
        Array `(num_images, num_features)`.

    Raises:
        ValueError: If what comes is not one array with a row or map for each image.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.nearest import feature_rows
        >>> feature_rows(np.ones((3, 2, 2, 1)), lambda x: x[:, ::2], batch_size=2)
        array([[1., 1.], [1., 1.], [1., 1.]], dtype=float32)
    """
    rows = None
    for part in blocks(len(images), batch_size):
        batch = unit_range(images[part])
        found = features(batch)
        shape = tuple(getattr(found, "shape", ()))
        if len(shape) < 2 or shape[0] != len(batch):
            raise ValueError(
                "`features` must give one array, with a vector or map for each image of the batch: "
                "a model with one output, or `model.encode`. "
                f"Received: {type(found).__name__} of shape {shape} for {len(batch)} images."
            )
        found = ops.convert_to_numpy(found).reshape(len(found), -1)
        if rows is None:
            rows = np.empty((len(images), found.shape[1]), "float32")
        rows[part] = found
    return rows


def _nearly_nearest(measure, rows, count, block_size, exclude_self):
    """References with the lowest fast values `(rows, count)`, in no order."""
    queries = np.arange(rows.start, rows.stop)[:, None]
    values, indices = np.empty((len(queries), 0), "float32"), np.empty((len(queries), 0), "int64")
    for columns in blocks(len(measure.references), block_size):
        # One more, as a query's own reference may be among them.
        part, found = _lowest(measure.fast(rows, columns), count + exclude_self)
        found += columns.start
        if exclude_self:
            part[found == queries] = np.inf
        values, kept = _lowest(np.hstack([values, part]), count)
        indices = np.take_along_axis(np.hstack([indices, found]), kept, 1)
    return indices


def _lowest(values, count):
    """The lowest values of each row, and their columns, in no order."""
    count = min(count, values.shape[1])
    if isinstance(values, np.ndarray):
        columns = np.argpartition(values, count - 1, axis=1)[:, :count]
        return np.take_along_axis(values, columns, 1), columns
    lowest, columns = ops.top_k(-values, count, sorted=False)
    return -ops.convert_to_numpy(lowest), ops.convert_to_numpy(columns).astype("int64")
