"""The dimension of the manifold that images lie on."""

import warnings
from collections.abc import Sequence

import numpy as np

from keras_regen.arrays import as_array, check_images
from keras_regen.checks import check_choice, check_integer, elements_of
from keras_regen.metrics.duplicates import first_equals
from keras_regen.metrics.neighbors import nearest_neighbors

_AVERAGES = ("arithmetic", "harmonic")
# A larger ratio of both means shows that few points determine the arithmetic mean.
_LARGEST_RATIO = 2.0


def intrinsic_dimension(
    points: np.ndarray, k: int = 20, *, average: str = "arithmetic", block_size: int = 2048
) -> float:
    """Estimates the dimension of the manifold that points lie on, by maximum likelihood.

    On a manifold of `m` dimensions the number of neighbors of a point within a distance `T` is
    proportional to `T**m`. From the distances `T_1 <= ... <= T_k` to the nearest neighbors,

        m_k = 1 / mean(log(T_k / T_j) for j in 1..k-1)

    and the estimate is the mean of `m_k` over all points. A generator whose noise has fewer
    dimensions than the images cannot generate all of them.

    For a point whose neighbors have almost the same distance, such as an outlier, the mean of the
    logarithms is almost 0, and its inverse `m_k` so large that a single point can determine the
    arithmetic mean. The harmonic mean averages before it inverts, and has no such points.

    With too few neighbors the estimate depends on noise; with too many it depends on the curvature
    and the borders of the manifold, and falls: see `intrinsic_dimension_curve`. A high dimension
    needs many points; with too few points the estimate is too low.

    Args:
        points: Images `(num_points, height, width, channels)`, integers 0..255 or floats 0..1; or
            rows of any numbers `(num_points, dim)`. All must differ: see `without_duplicates`.
            They are compared in float32.
        k: Integer, 2 to `num_points - 1`: neighbors of each point.
        average: `"arithmetic"`, the mean of `m_k` as in the papers; or `"harmonic"`, the inverse of
            the mean of `1 / m_k`.
        block_size: Integer, at least 1: points to compare at once. Memory grows with
            `block_size` times the size of a point, and holds all points as float32.

    Returns:
        The estimate.

    Raises:
        ValueError: If points or a number is not as described, two points are equal, or all
            neighbors of a point (of every point, for the harmonic mean) have the same distance,
            from which no dimension follows.

    Warns:
        UserWarning: If the arithmetic mean is more than twice as large, in relation to the harmonic
            mean, as the number of neighbors explains.

    Source: DE-GAN, equations 15 and 16; Levina and Bickel, 2004, Maximum likelihood estimation of
    intrinsic dimension. The harmonic mean: MacKay and Ghahramani, 2005, Comments on "Maximum
    likelihood estimation of intrinsic dimension".

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import intrinsic_dimension
        >>> plane = np.random.default_rng(0).random((1000, 2)) @ [[1, 2, 3], [3, 2, -1]]
        >>> round(intrinsic_dimension(plane), 1)
        2.0
    """
    return float(_curve(points, [k], average, block_size)[0])


def intrinsic_dimension_curve(
    points: np.ndarray,
    ks: Sequence[int],
    *,
    average: str = "arithmetic",
    block_size: int = 2048,
) -> np.ndarray:
    """Estimates the intrinsic dimension for several numbers of neighbors, with one search.

    The paper takes the limit of the curve for large `k` as the dimension (equation 17).

    Args:
        points: As in `intrinsic_dimension`.
        ks: Integers, each 2 to `num_points - 1`: numbers of neighbors.
        average: As in `intrinsic_dimension`.
        block_size: Integer, at least 1: as in `intrinsic_dimension`.

    Returns:
        Array `(len(ks),)`, float64: the estimate for each number.

    Raises:
        ValueError: As `intrinsic_dimension`.

    Warns:
        UserWarning: As `intrinsic_dimension`.

    Source: DE-GAN, equations 15 to 17 and figure 4.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import intrinsic_dimension_curve
        >>> plane = np.random.default_rng(0).random((1000, 2)) @ [[1, 2, 3], [3, 2, -1]]
        >>> intrinsic_dimension_curve(plane, [10, 20, 40]).round(1)
        array([2.2, 2. , 2. ])
    """
    return _curve(points, ks, average, block_size)


def without_duplicates(points: np.ndarray) -> np.ndarray:
    """Returns the points without duplicates of earlier points.

    Args:
        points: As in `intrinsic_dimension`, possibly with duplicates.

    Returns:
        The different points, in their order.

    Raises:
        ValueError: If points are not as described.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import without_duplicates
        >>> without_duplicates(np.array([[3, 4], [1, 2], [3, 4]]))
        array([[3, 4],
               [1, 2]])
    """
    points = as_array("points", points)
    firsts = first_equals(_rows(points))
    return points[firsts == np.arange(len(points))]


def _curve(points, ks, average, block_size):
    rows = _rows(as_array("points", points))
    check_choice("average", average, _AVERAGES)
    check_integer("block_size", block_size, 1)
    ks = _checked_neighbors(ks, len(rows))
    _check_distinct(rows)
    _, squares = nearest_neighbors(rows, rows, max(ks), exclude_self=True, block_size=block_size)
    logs = np.log(squares) / 2
    estimates = np.empty(len(ks))
    for index, k in enumerate(ks):  # a comprehension would be a level of the stack of the warning
        estimates[index] = _estimate(logs, k, average)
    return estimates


def _rows(points):
    """Points as rows of float32, with the ratios of their distances unchanged."""
    if points.ndim == 4:
        check_images(points, name="points")
    elif points.ndim != 2 or points.size == 0 or points.dtype.kind not in "iuf":
        raise ValueError(
            "`points` must be images (num_points, height, width, channels) or rows of numbers "
            f"(num_points, dim). Received: shape={points.shape}, dtype={points.dtype}."
        )
    rows = points.reshape(len(points), -1)
    if points.dtype.kind != "f" and max(-float(rows.min()), float(rows.max())) < 2**24:
        return rows.astype("float32")  # exactly
    finite = np.isfinite(rows).all(axis=1)
    if not finite.all():
        raise ValueError(
            "`points` must be finite. "
            f"Received: NaN or infinite values, first in point {finite.argmin()}."
        )
    # Centered and scaled before rounding, they lose the fewest digits, and no square is too large
    # or too small for float32.
    rows = rows.astype(np.result_type(rows, "float32"))
    rows -= rows.mean(axis=0, dtype="float64").astype(rows.dtype)
    rows /= max(np.abs(rows).max(), np.finfo(rows.dtype).tiny)
    return rows.astype("float32")


def _checked_neighbors(ks, num_points):
    numbers = elements_of(ks)
    if not numbers:
        raise ValueError(
            f"`ks` must be a list with at least one number of neighbors. Received: ks={ks!r}."
        )
    for k in numbers:
        check_integer("k", k, 2)
        if k >= num_points:
            raise ValueError(
                f"`k` must be at most {num_points - 1}, the number of other points. "
                f"Received: k={k}."
            )
    return numbers


def _check_distinct(rows):
    firsts = first_equals(rows)
    again = np.flatnonzero(firsts != np.arange(len(rows)))
    if len(again):
        raise ValueError(
            "`points` must differ: the distance of two equal points is 0, and the estimate takes "
            f"its logarithm. Received: {len(again)} of {len(rows)} points that equal an earlier "
            f"point, first point {again[0]}, which equals point {firsts[again[0]]}. Leave them "
            "out: `keras_regen.metrics.without_duplicates(points)`."
        )


def _estimate(logs, k, average):
    """The mean of equation 15 over all points, from the logarithms of their distances."""
    spread = (logs[:, k - 1 : k] - logs[:, : k - 1]).mean(axis=1)
    flat = spread == 0
    if flat.all() or (average == "arithmetic" and flat.any()):
        advice = "" if flat.all() else ", or `average='harmonic'`"
        raise ValueError(
            f"The {k} nearest neighbors of a point must not all have the same distance, from which "
            f"no dimension follows. Received: {flat.sum()} such points with k={k}, first point "
            f"{flat.argmax()}. Use a larger `k`{advice}."
        )
    harmonic = 1 / np.mean(spread)
    if average == "harmonic":
        return harmonic
    arithmetic = np.mean(1 / spread)
    # The mean of the inverse of a gamma distribution with k - 1 degrees is larger by this factor.
    usual = (k - 1) / max(k - 2, 0.5)
    if arithmetic > _LARGEST_RATIO * usual * harmonic:
        warnings.warn(
            f"The intrinsic dimension with k={k} is {arithmetic:.4g} in the arithmetic mean and "
            f"{harmonic:.4g} in the harmonic mean: few points, whose neighbors have almost the "
            "same distance, determine the arithmetic mean. Use `average='harmonic'`, or leave out "
            "outliers and near-duplicates.",
            stacklevel=4,
        )
    return arithmetic
