"""The images of a set that are nearest to others: shows whether a model copies its training set."""

import dataclasses
from collections.abc import Callable

import numpy as np

from keras_regen.arrays import as_array, check_images
from keras_regen.checks import check_choice, check_flag, check_integer
from keras_regen.metrics.feature_rows import feature_rows
from keras_regen.metrics.neighbors import nearest_neighbors
from keras_regen.metrics.similarity_search import SimilaritySearch

_METRICS = ("mse", "ssim")


@dataclasses.dataclass(frozen=True)
class ClosestMatches:
    """The nearest references of each query, nearest first.

    Args:
        indices: Integer array `(num_queries, num_matches)`: indices of the references.
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
    """Finds the nearest images of a set, such as the training images nearest to generated images.

    Duplicates among the references are separate matches with equal values. For different matches
    leave them out first, by `without_duplicates`.

    Args:
        queries: Images `(num_queries, height, width, channels)`; integers 0..255 or floats 0..1.
        references: Images `(num_references, height, width, channels)` of the same shape and
            either kind.
        num_matches: Integer, at least 1: references to find for each query.
        metric: `"mse"`, the mean squared error of all pixels (or features), lowest first; or
            `"ssim"`, the structural similarity of `keras_regen.losses.SSIMLoss`, largest first.
        features: Function from a batch of float images in [0, 1] to vectors or maps, whose squared
            errors are then compared: any Keras model with one output, or `model.encode` for
            distances in the latent space. The features of all images are held in memory.
        exclude_self: Boolean: whether to leave each image out of the matches of that image, where
            queries and references are the same images. A duplicate of it remains a match.
        candidates: Integer: number of references with the lowest squared error to the query that
            are compared by SSIM, which may miss a match. Defaults to `None`, all references:
            about ten microseconds for each pair of 28x28 images.
        block_size: Integer, at least 1: queries and references to compare at once. Memory grows
            with `block_size` times the size of an image (or its features).
        batch_size: Integer, at least 1: images per call of `features`.

    Returns:
        `ClosestMatches` with indices and values. Equal values are in the order of the references.

    Raises:
        ValueError: If images, metric or a number is not as described; if `exclude_self` is set and
            the two sets differ; if the references are fewer than the matches; or if `features` is
            combined with SSIM, or `candidates` with the squared error.

    Source: ReGene, section 6.4 and figures 12 and 13.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import closest_match
        >>> references = np.linspace(0, 1, 5)[:, None, None, None] * np.ones((1, 8, 8, 1))
        >>> matches = closest_match(references[3:4] - 0.05, references, num_matches=2)
        >>> matches.indices, matches.values.round(4)
        (array([[3, 2]]), array([[0.0025, 0.04  ]]))
    """
    queries, references = as_array("queries", queries), as_array("references", references)
    check_images(queries, name="queries")
    check_images(references, queries.shape[1:], name="references")
    check_integer("block_size", block_size, 1)
    check_integer("batch_size", batch_size, 1)
    check_flag("exclude_self", exclude_self)
    _check_metric(metric, features, candidates)
    _check_counts(queries, references, num_matches, candidates, exclude_self)
    options = {"exclude_self": exclude_self, "block_size": block_size}
    if metric == "ssim":
        search = SimilaritySearch(queries, references)
        if candidates is None:
            return ClosestMatches(*search.among_all(num_matches, **options))
        nearest, _ = nearest_neighbors(queries, references, candidates, **options)
        return ClosestMatches(*search.among_candidates(nearest, num_matches))
    if features is not None:
        queries, references = (
            feature_rows(images, features, batch_size) for images in (queries, references)
        )
    return ClosestMatches(*nearest_neighbors(queries, references, num_matches, **options))


def _check_metric(metric, features, candidates):
    check_choice("metric", metric, _METRICS)
    if metric == "ssim" and features is not None:
        raise ValueError(
            "SSIM compares images, not features. Leave out `features`, or set `metric='mse'`."
        )
    if metric == "mse" and candidates is not None:
        raise ValueError(
            "`candidates` limits the pairs that SSIM compares; leave it out for squared errors. "
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
            f"Only {available} references can be matched. Received: num_matches={num_matches}."
        )
    if candidates is not None:
        check_integer("candidates", candidates, num_matches)
        if candidates > available:
            raise ValueError(
                f"Only {available} references can be matched. Received: candidates={candidates}."
            )
