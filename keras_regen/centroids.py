"""Evenly distributed class centroids: points on a sphere with the largest distances."""

import numpy as np
import numpy.typing as npt

from keras_regen.arrays import as_numbers
from keras_regen.checks import check_choice, check_integer, check_seed

METHODS = ("auto", "simplex", "orthoplex", "repulsion", "paper")

# The number of random starts of a small problem, of which the best result is kept: in three
# dimensions, some starts end in a local minimum.
_RESTARTS = 24
# The largest number of coordinates of a small problem.
_SMALL = 1_000
# The relaxation stops at this ratio of the largest tangential force to the mean radial force. The
# energy of many points is flat near its minimum: after 1e-4, it falls by less than 1e-5 of itself.
_REST, _REST_LARGE = 1e-6, 1e-4
_MOST_STEPS = 10_000
_PAPER_STEP = 0.01
_PAPER_THRESHOLD = 0.01


def pedcc(
    num_classes: int,
    dim: int,
    method: str = "auto",
    seed: int | None = None,
    *,
    iterations: int = 1_000,
) -> np.ndarray:
    """Computes predefined evenly-distributed class centroids (PEDCC) on the unit sphere.

    Args:
        num_classes: Integer, at least 2: the number of points.
        dim: Integer, at least 1: the dimension of the space.
        method: Method that places the points.

            - `"simplex"`, for at most `dim + 1` points: the regular simplex. The distance of all
              pairs is `sqrt(2 n / (n - 1))`, the largest possible distance.
            - `"orthoplex"`, for at most `2 dim` points: the vectors of an orthonormal basis and
              their negatives. The smallest distance is `sqrt(2)`, the largest possible value for
              more than `dim + 1` points.
            - `"repulsion"`, for any number of points: equal charges on the sphere that move until
              the tangential force vanishes.
            - `"paper"`: algorithm 1 of the papers. In one dimension, its points cannot move, so
              the simplex is used.
            - `"auto"`: the first of simplex, orthoplex and repulsion that is possible.
        seed: Integer, at least 0, or `None`: the seed of the rotation (simplex, orthoplex) or the
            start (repulsion, paper).
        iterations: Integer, at least 0: the number of steps of `"paper"`.

    Returns:
        Array `(num_classes, dim)` of unit vectors, float64. The papers scale it by `sqrt(dim)`.

    Raises:
        ValueError: If a number is not an integer or out of range, the method is unknown, or it
            cannot place `num_classes` points in `dim` dimensions.

    Source: CSAE, both versions, section 3.1. The closed forms are an addition of this package.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import least_distance, pedcc
        >>> points = pedcc(10, 40, seed=0)
        >>> bool(np.isclose(least_distance(points), np.sqrt(2 * 10 / 9)))
        True
    """
    check_integer("num_classes", num_classes, 2)
    check_integer("dim", dim, 1)
    check_choice("method", method, METHODS)
    check_seed(seed)
    check_integer("iterations", iterations, 0)
    if dim == 1 and num_classes > 2:
        raise ValueError(
            "One dimension has two points only, -1 and 1. "
            f"Received: num_classes={num_classes}, dim=1. Use dim=2 or more."
        )
    if method == "auto":
        if num_classes <= dim + 1:
            method = "simplex"
        else:
            method = "orthoplex" if num_classes <= 2 * dim else "repulsion"
    if dim == 1 and method in ("repulsion", "paper"):
        # A charge cannot move from -1 to 1.
        method = "simplex"
    rng = np.random.default_rng(seed)
    if method == "simplex":
        return _simplex(num_classes, dim, rng)
    if method == "orthoplex":
        return _orthoplex(num_classes, dim, rng)
    if method == "repulsion":
        return _repulsion(num_classes, dim, rng)
    return _paper(num_classes, dim, rng, iterations)


def coulomb_energy(points: npt.ArrayLike) -> float:
    """Computes the energy of unit charges: the sum of 1 / distance over all pairs of points.

    Args:
        points: Array `(num_points, dim)` of at least two points.

    Returns:
        Float; infinite if two points are equal.

    Raises:
        ValueError: If `points` are not two or more points with finite coordinates.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import coulomb_energy
        >>> coulomb_energy(np.array([[-1.0], [1.0]]))
        0.5
    """
    with np.errstate(divide="ignore"):
        return float(np.sum(1 / _pairwise_distances(points)))


def least_distance(points: npt.ArrayLike) -> float:
    """Computes the smallest distance between two points.

    Args:
        points: Array `(num_points, dim)` of at least two points.

    Returns:
        Float.

    Raises:
        ValueError: If `points` are not two or more points with finite coordinates.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import least_distance
        >>> least_distance(np.array([[-1.0], [1.0]]))
        2.0
    """
    return float(np.min(_pairwise_distances(points)))


def as_points(name: str, points: npt.ArrayLike) -> np.ndarray:
    """Converts an argument to an array of points.

    Args:
        name: Name of the argument in the error message.
        points: Array `(num_points, dim)`.

    Returns:
        Array of the same shape, in its own type.

    Raises:
        ValueError: If `points` are not two or more points with finite coordinates.

    Examples:
        >>> from keras_regen.centroids import as_points
        >>> as_points("points", [[1, 2]])
        Traceback (most recent call last):
        ...
        ValueError: `points` must hold at least 2 points. Received: shape (1, 2).
    """
    points = as_numbers(name, points, 2)
    if len(points) < 2:
        raise ValueError(f"`{name}` must hold at least 2 points. Received: shape {points.shape}.")
    return points


def _pairwise_distances(points: npt.ArrayLike) -> np.ndarray:
    """Computes the distances of all pairs from differences, which is exact for close points."""
    points = as_points("points", points).astype("float64")
    rows = [np.linalg.norm(points[i + 1 :] - point, axis=1) for i, point in enumerate(points[:-1])]
    return np.concatenate(rows)


def _simplex(num_points: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    if num_points > dim + 1:
        raise ValueError(
            f"A simplex of {num_points} points needs at least {num_points - 1} dimensions. "
            f"Received: dim={dim}. Use dim={num_points - 1} or more, or method='repulsion'."
        )
    # The centered corners of the standard simplex, in an orthonormal basis of their hyperplane.
    centered = np.eye(num_points) - 1 / num_points
    plane = np.linalg.svd(centered)[2][: num_points - 1]
    points = centered @ plane.T
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points @ _random_rotation(dim, rng)[: num_points - 1]


def _orthoplex(num_points: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    if num_points > 2 * dim:
        raise ValueError(
            f"An orthoplex in {dim} dimensions has {2 * dim} points. Received: num_classes="
            f"{num_points}. Use dim={-(-num_points // 2)} or more, or method='repulsion'."
        )
    basis = _random_rotation(dim, rng)
    # Opposite points follow each other, so that the mean of the first points is near the center.
    pairs = np.stack([basis, -basis], axis=1).reshape(2 * dim, dim)
    return pairs[:num_points]


def _random_rotation(dim: int, rng: np.random.Generator) -> np.ndarray:
    """Samples a uniformly distributed orthogonal matrix."""
    q, r = np.linalg.qr(rng.standard_normal((dim, dim)))
    return q * np.sign(np.diag(r))


def _random_points(num_points: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    points = rng.standard_normal((num_points, dim))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _repulsion(num_points: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    if num_points * dim > _SMALL:
        return _relax(_rotated_orthoplexes(num_points, dim, rng), _REST_LARGE)
    starts = (_random_points(num_points, dim, rng) for _ in range(_RESTARTS))
    return min((_relax(points, _REST) for points in starts), key=coulomb_energy)


def _rotated_orthoplexes(num_points: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    """Samples a start for many points, with large distances within each orthoplex."""
    count = -(-num_points // (2 * dim))
    return np.concatenate([_orthoplex(2 * dim, dim, rng) for _ in range(count)])[:num_points]


def _relax(points: np.ndarray, rest: float) -> np.ndarray:
    """Moves charges along the sphere until they rest, with gradient steps of Barzilai and Borwein.

    The last two gradients determine the step length, so a step needs a single evaluation. The
    method converges as fast as quasi-Newton methods, with less overhead.
    """
    last_points = last_gradient = None
    for index in range(_MOST_STEPS):
        gradient, radial_force = _gradient(points)
        largest = np.max(np.linalg.norm(gradient, axis=1))
        if largest <= rest * radial_force:
            break
        if last_points is None:
            step = 0.1 / largest
        else:
            moved, change = points - last_points, gradient - last_gradient
            product = np.vdot(moved, change)
            # Alternating the two step lengths is more robust than using the same length.
            long, short = np.vdot(moved, moved) / product, product / np.vdot(change, change)
            step = abs(long if index % 2 else short)
        # A flat energy can suggest a long step, so a step is at most half a radius.
        step = min(step, 0.5 / largest)
        last_points, last_gradient = points, gradient
        points = points - step * gradient
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points


def _gradient(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Computes the tangential gradient of the energy and the mean radial force."""
    # The Gram matrix avoids an array of shape (points, points, dim).
    squared = 2 - 2 * (points @ points.T)
    np.fill_diagonal(squared, 1)
    cubed = np.maximum(squared, 1e-24) ** -1.5
    np.fill_diagonal(cubed, 0)
    gradient = cubed @ points
    along = np.sum(gradient * points, axis=1, keepdims=True)
    return gradient - along * points, np.mean(np.sum(cubed, axis=1) - along[:, 0])


def _paper(num_points: int, dim: int, rng: np.random.Generator, iterations: int) -> np.ndarray:
    """Computes algorithm 1: equations 1 to 4, in the order of its table."""
    points = _random_points(num_points, dim, rng)
    velocity = np.zeros_like(points)
    for _ in range(iterations):
        squared = np.maximum(2 - 2 * (points @ points.T), 0)
        inverse = 1 / np.maximum(np.sqrt(squared), _PAPER_THRESHOLD)
        np.fill_diagonal(inverse, 0)
        cubed = inverse**3
        force = cubed.sum(axis=1, keepdims=True) * points - cubed @ points
        tangential = force - np.sum(points * force, axis=1, keepdims=True) * points
        points = points + velocity
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        velocity = velocity + _PAPER_STEP * tangential
    return points
