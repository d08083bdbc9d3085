"""The share of generated images that are copies of training images."""

import dataclasses
import hashlib
from collections.abc import Callable

import numpy as np

from keras_regen.arrays import as_array, as_numbers, check_images, unit_range
from keras_regen.checks import check_integer
from keras_regen.metrics.duplicates import first_equals
from keras_regen.metrics.feature_rows import feature_rows
from keras_regen.metrics.neighbors import nearest_neighbors


@dataclasses.dataclass(frozen=True)
class Novelty:
    """The distances of generated images to training images, as mean squared errors.

    Args:
        copied_share: Float in [0, 1]: the share of generated images that are at least as near to
            their nearest training image as any different training image is.
        generated_distance: Float: mean distance of a generated image to its nearest training
            image.
        training_distance: Float: mean distance of a training image to the nearest different
            training image.
        num_copies: Integer: generated images that equal a training image pixel by pixel, when
            both are rounded to 8 bits.

    Examples:
        >>> from keras_regen.metrics import Novelty
        >>> Novelty(0.25, 0.02, 0.01, num_copies=0).authenticity
        0.75
    """

    copied_share: float
    generated_distance: float
    training_distance: float
    num_copies: int

    @property
    def authenticity(self) -> float:
        """The share of generated images that are new: 1 minus `copied_share`."""
        return 1 - self.copied_share


def novelty(
    generated: np.ndarray,
    training: np.ndarray,
    features: Callable | None = None,
    block_size: int = 2048,
    batch_size: int = 256,
    training_distances: np.ndarray | None = None,
) -> Novelty:
    """Measures how many generated images are nearer to a training image than its neighbors are.

    A generated image counts as copied if its distance to the nearest training image is not above
    the distance of that training image to its nearest neighbor (Alaa et al.: not authentic).
    About half of all new images from the distribution of the training images count as copied by
    this measure: compare with the share of held-out images.

    Duplicates of a training image are not its neighbors: next to a duplicate at the distance 0, no
    generated image but an exact copy would count as copied. Duplicates are equal in all pixels.
    Training images that are almost equal, such as two photographs of one scene, remain neighbors,
    and hide copies of them.

    Args:
        generated: Images `(num_generated, height, width, channels)`; integers 0..255 or floats
            0..1.
        training: Images `(num_training, height, width, channels)`, at least 2 different images, of
            the same shape and either kind.
        features: Function from a batch of float images in [0, 1] to vectors or maps, such as
            `model.encode`, between which distances are measured. Defaults to the pixels.
        block_size: Integer, at least 1: as in `closest_match`.
        batch_size: Integer, at least 1: images per call of `features`.
        training_distances: Array `(num_training,)`: the result of `neighbor_distances` for the
            same training images and features, to compute it only once for several generated sets:
            this is by far the longest part of the work. By default it is computed.

    Returns:
        A `Novelty`.

    Raises:
        ValueError: If images or distances are not as described, or `training` holds fewer than 2
            different images.

    Source: Alaa et al., 2022, How faithful is your synthetic data?,
    https://arxiv.org/abs/2102.08921, the authenticity; ReGene, section 6.4, compares by eye.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import novelty
        >>> training = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> novelty(training[:5], training).copied_share
        1.0
        >>> novelty(np.zeros((5, 8, 8, 1)), training).copied_share
        0.0
    """
    generated, training = as_array("generated", generated), as_array("training", training)
    check_images(generated, name="generated")
    check_images(training, generated.shape[1:], name="training")
    check_integer("block_size", block_size, 1)
    check_integer("batch_size", batch_size, 1)
    if training_distances is None:
        firsts = _checked_firsts(training, "training")
    else:
        training_distances = as_numbers("training_distances", training_distances, 1)
        if len(training_distances) != len(training):
            raise ValueError(
                "`training_distances` must have one distance for each training image. "
                f"Received: shape {training_distances.shape} for {len(training)} images."
            )
    num_copies = _count_copies(generated, training)
    if features is not None:
        generated, training = (
            feature_rows(images, features, batch_size) for images in (generated, training)
        )
    if training_distances is None:
        training_distances = _to_nearest_different(training, firsts, block_size)
    indices, distances = nearest_neighbors(generated, training, 1, block_size=block_size)
    return Novelty(
        copied_share=float(np.mean(distances <= training_distances[indices])),
        generated_distance=float(distances.mean()),
        training_distance=float(training_distances.mean()),
        num_copies=num_copies,
    )


def neighbor_distances(
    images: np.ndarray,
    features: Callable | None = None,
    block_size: int = 2048,
    batch_size: int = 256,
) -> np.ndarray:
    """Measures the mean squared error of each image to the nearest different image of the same set.

    Args:
        images: Images `(num_images, height, width, channels)`, of which at least 2 are different;
            integers 0..255 or floats 0..1. Duplicates, equal in all pixels, have the same result.
        features: As in `novelty`.
        block_size: Integer, at least 1: as in `closest_match`.
        batch_size: Integer, at least 1: images per call of `features`.

    Returns:
        Array `(num_images,)`, float64.

    Raises:
        ValueError: If images are not as described, or fewer than 2 are different.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import neighbor_distances
        >>> neighbor_distances(np.array([0.0, 0.5, 0.75])[:, None, None, None])
        array([0.25  , 0.0625, 0.0625])
    """
    images = as_array("images", images)
    check_images(images, name="images")
    check_integer("block_size", block_size, 1)
    check_integer("batch_size", batch_size, 1)
    firsts = _checked_firsts(images, "images")
    if features is not None:
        images = feature_rows(images, features, batch_size)
    return _to_nearest_different(images, firsts, block_size)


def _checked_firsts(images, name):
    """The index of the first equal image of each image, of at least two different images."""
    firsts = first_equals(images)
    if not firsts.any():
        raise ValueError(
            f"`{name}` must hold at least 2 different images. Received: {len(images)} image"
            f"{'s, all equal' if len(images) > 1 else ''}."
        )
    return firsts


def _to_nearest_different(rows, firsts, block_size):
    different, numbers = np.unique(firsts, return_inverse=True)
    rows = rows if len(different) == len(rows) else rows[different]
    _, distances = nearest_neighbors(rows, rows, 1, exclude_self=True, block_size=block_size)
    return distances[numbers, 0]


def _count_copies(generated, training):
    known = {_digest(image) for image in training}
    return sum(_digest(image) in known for image in generated)


def _digest(image):
    pixels = np.rint(unit_range(image) * 255).astype("uint8")
    return hashlib.sha256(pixels.tobytes()).digest()
