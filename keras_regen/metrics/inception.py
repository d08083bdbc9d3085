"""The inception score: high for images that are clear and, as a set, diverse."""

import numpy as np

from keras_regen.arrays import as_array
from keras_regen.checks import check_integer, check_seed


def inception_score(
    probabilities: np.ndarray, splits: int = 10, seed: int | None = 0
) -> tuple[float, float]:
    """Computes the score from the class probabilities of generated images.

    The score is 1 if all images have the same probabilities, and the number of classes if every
    image has a certain class and all classes are equally frequent. It does not use real images.

    Args:
        probabilities: Array `(num_images, num_classes)`; rows sum to 1.
        splits: Integer, at least 1: parts whose scores are averaged.
        seed: Integer: of the random order in which images are assigned to the parts; a part of
            images that are sorted by class has few classes. `None` keeps the order.

    Returns:
        The mean and standard deviation of the scores of the parts.

    Raises:
        ValueError: If the rows are not probabilities, or the images are fewer than the parts.

    Source: Salimans et al., 2016, https://arxiv.org/abs/1606.03498, section 4; 10 parts, as there.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import inception_score
        >>> unsure, sure = np.full((100, 5), 0.2), np.eye(5)
        >>> [round(inception_score(rows, splits=1)[0], 6) for rows in (unsure, sure)]
        [1.0, 5.0]
    """
    check_integer("splits", splits, 1)
    check_seed(seed)
    probabilities = as_array("probabilities", probabilities)
    _check_probabilities(probabilities)
    if len(probabilities) < splits:
        raise ValueError(
            f"{splits} parts need at least {splits} images. Received: {len(probabilities)} images. "
            "Generate more, or use fewer `splits`."
        )
    order = np.arange(len(probabilities))
    if seed is not None:
        np.random.default_rng(seed).shuffle(order)
    scores = [
        _score(probabilities[part].astype("float64")) for part in np.array_split(order, splits)
    ]
    return float(np.mean(scores)), float(np.std(scores))


def _score(probabilities):
    # A probability of zero contributes nothing to the divergence.
    ratios = np.divide(
        probabilities,
        probabilities.mean(axis=0),
        out=np.ones_like(probabilities),
        where=probabilities > 0,
    )
    return np.exp(np.sum(probabilities * np.log(ratios), axis=1).mean())


def _check_probabilities(probabilities):
    if probabilities.ndim != 2 or probabilities.dtype.kind not in "iuf":
        raise ValueError(
            "`probabilities` must be numbers of shape (num_images, num_classes). "
            f"Received: shape={probabilities.shape}, dtype={probabilities.dtype}."
        )
    wrong = (probabilities < 0).any(axis=1)
    # Sums of probabilities in half precision differ from 1 by some thousandths; NaN is an error.
    wrong |= ~(np.abs(probabilities.sum(axis=1, dtype="float64") - 1) < 5e-3)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            "Rows of `probabilities` must be at least 0 and sum to 1. Received: row "
            f"{row} from {probabilities[row].min():g} with the sum {probabilities[row].sum():g}. "
            "Apply a softmax to logits."
        )
