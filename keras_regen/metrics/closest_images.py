"""Which images are nearest to generated ones: has the model learned to draw, or by heart?"""

import dataclasses
from collections.abc import Callable

import numpy as np

from keras_regen.checks import check_images, check_integer
from keras_regen.metrics.nearest import (
    NegativeSSIM,
    SquaredErrors,
    blocks,
    feature_rows,
    nearest,
    rank,
)

_METRICS = ("mse", "ssim")


@dataclasses.dataclass(frozen=True)
class ClosestMatches:
    """The nearest references of each query, nearest first.

    Args:
        indices: Integer array `(num_queries, num_matches)`: which references.
        values: Float array `(num_queries, num_matches)`: mean squared errors, which rise along a
            row; or structural similarities, which fall.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import closest_match
        >>> images = np.random.default_rng(0).random((5, 8, 8, 1))
        >>> matches = closest_match(images[:1], images, num_matches=3)
        >>> images[matches.indices[0]].shape
        (3, 8, 8, 1)
    """

    indices: np.ndarray
    values: np.ndarray


def closest_match(
    queries: np.ndarray,
    references: np.ndarray,
    num_matches: int = 3,
    metric: str = "mse",
    features: Callable | None = None,
    exclude_self: bool = False,
    candidates: int | None = None,
    block_size: int = 2048,
    batch_size: int = 256,
) -> ClosestMatches:
    """Finds the nearest images of a set, such as the training images nearest to generated ones.

    Args:
        queries: Images `(num_queries, height, width, channels)`; integers 0..255 or floats 0..1.
        references: Images `(num_references, height, width, channels)` of the same shape and
            either kind, to look among.
        num_matches: Integer, at least 1: references to find for each query.
        metric: `"mse"`, the mean squared error of all pixels (or features), lowest first; or
            `"ssim"`, the structural similarity of `keras_regen.losses.SSIMLoss`, largest first.
        features: What takes a batch of float images in [0, 1] and gives vectors or maps: any Keras
            model with one output, or `model.encode` for distances in the latent space. The errors
            are then of these. The features of all images are held in memory.
        exclude_self: Boolean: whether to leave each image out of its own matches, where queries
            and references are the same images ("other generations").
        candidates: Integer: compare by SSIM only the so many references with the lowest squared
            error to the query, which may miss a match. Defaults to `None`, all of them: some
            microseconds for each pair.
        block_size: Integer, at least 1: queries and references to compare at once. Memory grows
            with `block_size` times the size of an image (or its features) and its own square.
        batch_size: Integer, at least 1: images in one call of `features`.

    Returns:
        `ClosestMatches` with indices and values. Equal values are in the order of the references.

    Raises:
        ValueError: If images, metric or a number is not as described; `exclude_self` is asked for
            sets that differ; there are fewer references than matches; `features` is combined with
            SSIM; or `candidates` with the squared error.

    Source: ReGene, section 6.4 and figures 12 and 13.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import closest_match
        >>> references = np.linspace(0, 1, 5)[:, None, None, None] * np.ones((1, 8, 8, 1))
        >>> matches = closest_match(references[3:4] - 0.05, references, num_matches=2)
        >>> matches.indices, matches.values.round(4)
        (array([[3, 2]]), array([[0.0025, 0.04  ]]))
    """
    queries, references = np.asarray(queries), np.asarray(references)
    check_images(queries, name="queries")
    check_images(references, queries.shape[1:], name="references")
    check_integer("block_size", block_size, 1)
    check_integer("batch_size", batch_size, 1)
    _check_metric(metric, features, candidates)
    _check_counts(queries, references, num_matches, candidates, exclude_self)
    if metric == "ssim":
        measure = NegativeSSIM(queries, references)
        if candidates is None:
            indices, values = nearest(measure, num_matches, block_size, exclude_self)
        else:
            errors = SquaredErrors(queries, references)
            near, _ = nearest(errors, candidates, block_size, exclude_self)
            parts = [
                rank(measure, rows, near[rows], num_matches)
                for rows in blocks(len(queries), block_size)
            ]
            indices, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        return ClosestMatches(indices, -values)
    if features is not None:
        queries, references = (
            feature_rows(images, features, batch_size) for images in (queries, references)
        )
    measure = SquaredErrors(queries, references)
    return ClosestMatches(*nearest(measure, num_matches, block_size, exclude_self))


def _check_metric(metric, features, candidates):
    if metric not in _METRICS:
        raise ValueError(f"`metric` must be one of {_METRICS}. Received: metric={metric!r}.")
    if metric == "ssim" and features is not None:
        raise ValueError(
            "SSIM compares images, not features. Leave out `features`, or take `metric='mse'`."
        )
    if metric == "mse" and candidates is not None:
        raise ValueError(
            "`candidates` thins the pairs for SSIM; squared errors need none. "
            f"Received: candidates={candidates} with metric='mse'."
        )


def _check_counts(queries, references, num_matches, candidates, exclude_self):
    check_integer("num_matches", num_matches, 1)
    if exclude_self and not np.array_equal(queries, references):
        raise ValueError(
            "`exclude_self` leaves out image i for query i, so queries and references must be the "
            f"same images. Received: {len(queries)} queries and {len(references)} references that "
            "differ."
        )
    available = len(references) - exclude_self
    if num_matches > available:
        raise ValueError(
            f"There are {available} references to match. Received: num_matches={num_matches}."
        )
    if candidates is not None:
        check_integer("candidates", candidates, num_matches)
        if candidates > available:
            raise ValueError(
                f"There are {available} references to match. Received: candidates={candidates}."
            )
