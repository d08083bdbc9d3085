"""Evenly distributed class centroids: points on a sphere, as far apart as they can be."""

import difflib

import numpy as np

from keras_regen.checks import check_integer

# Small problems are solved this often from different starts and the best is kept: in three
# dimensions, some starts end in an arrangement that is balanced but not the best.
_RESTARTS = 24
# Problems of up to this many coordinates are small.
_SMALL = 1_000
# The largest force along the sphere, beside the mean force away from it, at which points rest. A
# large set is flat about its best arrangement: beyond 1e-4 its energy falls by less than 1e-5 of
# itself.
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
    """Returns predefined evenly-distributed class centroids on the unit sphere.

    Args:
        num_classes: Integer, at least 2: the number of points.
        dim: Integer, at least 1: the dimensions of the space.
        method: How the points are found.

            - `"simplex"`, for at most `dim + 1` points: the regular simplex. All pairs have the
              distance `sqrt(2 n / (n - 1))`, the most that is possible.
            - `"orthoplex"`, for at most `2 dim` points: plus and minus an orthonormal basis. The
              least distance is `sqrt(2)`, the most that more than `dim + 1` points can have.
            - `"repulsion"`, for any number: like charges on the sphere, moved until the force
              along the sphere vanishes.
            - `"paper"`: the papers' algorithm 1 to the letter; in one dimension, where its points
              could not move, the simplex.
            - `"auto"`: the first of simplex, orthoplex and repulsion that fits.
        seed: Integer seed of the rotation (simplex, orthoplex) or the start (repulsion, paper).
        iterations: Integer, at least 0: steps of `"paper"`, which alone uses it.

    Returns:
        Array `(num_classes, dim)` of unit vectors, float64. The papers scale it by `sqrt(dim)`.

    Raises:
        ValueError: If a number is not an integer or out of range, the method is not known, or it
            cannot place that many points in so few dimensions.

    Source: CSAE, both versions, section 3.1; the closed forms are this package's own.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import least_distance, pedcc
        >>> points = pedcc(10, 40, seed=0)
        >>> bool(np.isclose(least_distance(points), np.sqrt(2 * 10 / 9)))
        True
    """
    check_integer("num_classes", num_classes, 2)
    check_integer("dim", dim, 1)
    check_integer("iterations", iterations, 0)
    if dim == 1 and num_classes > 2:
        raise ValueError(
            "One dimension has room for two points, -1 and 1. "
            f"Received: num_classes={num_classes}, dim=1. Use dim=2 or more."
        )
    if method == "auto":
        if num_classes <= dim + 1:
            method = "simplex"
        else:
            method = "orthoplex" if num_classes <= 2 * dim else "repulsion"
    if dim == 1 and method in ("repulsion", "paper"):
        # Charges that start on the same of the two points have no way to the other.
        method = "simplex"
    rng = np.random.default_rng(seed)
    if method == "simplex":
        return _simplex(num_classes, dim, rng)
    if method == "orthoplex":
        return _orthoplex(num_classes, dim, rng)
    if method == "repulsion":
        return _repulsion(num_classes, dim, rng)
    if method == "paper":
        return _paper(num_classes, dim, rng, iterations)
    known = ("auto", "simplex", "orthoplex", "repulsion", "paper")
    nearest = difflib.get_close_matches(str(method), known, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise ValueError(f"`method` must be one of {known}. Received: method={method!r}.{hint}")


def coulomb_energy(points: np.ndarray) -> float:
    """Returns the energy of unit charges: the sum of 1 / distance over all pairs of points.

    Args:
        points: Array `(num_points, dim)`.

    Returns:
        Float; infinite where two points are the same.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import coulomb_energy
        >>> coulomb_energy(np.array([[-1.0], [1.0]]))
        0.5
    """
    with np.errstate(divide="ignore"):
        return float(np.sum(1 / _pairwise_distances(points)))


def least_distance(points: np.ndarray) -> float:
    """Returns the distance of the two points that are nearest to each other.

    Args:
        points: Array `(num_points, dim)`.

    Returns:
        Float.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import least_distance
        >>> least_distance(np.array([[-1.0], [1.0]]))
        2.0
    """
    return float(np.min(_pairwise_distances(points)))


def _pairwise_distances(points):
    """Distances of all pairs, from differences: exact also for points that nearly touch."""
    points = np.asarray(points, "float64")
    rows = [np.linalg.norm(points[i + 1 :] - point, axis=1) for i, point in enumerate(points[:-1])]
    return np.concatenate(rows)


def _simplex(num_points, dim, rng):
    if num_points > dim + 1:
        raise ValueError(
            f"A simplex of {num_points} points needs at least {num_points - 1} dimensions. "
            f"Received: dim={dim}. Use dim={num_points - 1} or more, or method='repulsion'."
        )
    # The corners of the standard simplex about their center, in an orthonormal basis of the
    # hyperplane that they span.
    centered = np.eye(num_points) - 1 / num_points
    plane = np.linalg.svd(centered)[2][: num_points - 1]
    points = centered @ plane.T
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points @ _random_rotation(dim, rng)[: num_points - 1]


def _orthoplex(num_points, dim, rng):
    if num_points > 2 * dim:
        raise ValueError(
            f"An orthoplex in {dim} dimensions has {2 * dim} points. Received: num_classes="
            f"{num_points}. Use dim={-(-num_points // 2)} or more, or method='repulsion'."
        )
    basis = _random_rotation(dim, rng)
    # Opposite pairs first, so that the chosen points stay balanced about the center.
    pairs = np.stack([basis, -basis], axis=1).reshape(2 * dim, dim)
    return pairs[:num_points]


def _random_rotation(dim, rng):
    """An orthogonal matrix, uniformly distributed."""
    q, r = np.linalg.qr(rng.standard_normal((dim, dim)))
    return q * np.sign(np.diag(r))


def _random_points(num_points, dim, rng):
    points = rng.standard_normal((num_points, dim))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _repulsion(num_points, dim, rng):
    if num_points * dim > _SMALL:
        return _relax(_rotated_orthoplexes(num_points, dim, rng), _REST_LARGE)
    starts = (_random_points(num_points, dim, rng) for _ in range(_RESTARTS))
    return min((_relax(points, _REST) for points in starts), key=coulomb_energy)


def _rotated_orthoplexes(num_points, dim, rng):
    """A start for many points: already far apart within each orthoplex, and balanced."""
    count = -(-num_points // (2 * dim))
    return np.concatenate([_orthoplex(2 * dim, dim, rng) for _ in range(count)])[:num_points]


def _relax(points, rest):
    """Moves charges along the sphere until they rest, by gradient steps of Barzilai and Borwein.

    Their step length comes from the last two gradients, so a step costs one evaluation, and
    convergence is as fast as that of quasi-Newton methods at a fraction of their overhead.
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
            # The two lengths in turn: neither alone is as robust.
            long, short = np.vdot(moved, moved) / product, product / np.vdot(change, change)
            step = abs(long if index % 2 else short)
        # No point goes further than half a radius, however flat the energy looks from afar.
        step = min(step, 0.5 / largest)
        last_points, last_gradient = points, gradient
        points = points - step * gradient
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points


def _gradient(points):
    """The energy's gradient along the sphere (minus the force), and the mean force outwards."""
    # The Gram matrix gives all distances without an array of shape (points, points, dim).
    squared = 2 - 2 * (points @ points.T)
    np.fill_diagonal(squared, 1)
    cubed = np.maximum(squared, 1e-24) ** -1.5
    np.fill_diagonal(cubed, 0)
    gradient = cubed @ points
    along = np.sum(gradient * points, axis=1, keepdims=True)
    return gradient - along * points, np.mean(np.sum(cubed, axis=1) - along[:, 0])


def _paper(num_points, dim, rng, iterations):
    """Algorithm 1: equations 1 to 4, in the order of its table."""
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
