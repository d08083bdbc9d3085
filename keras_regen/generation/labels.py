"""The classes that are asked for."""

from collections.abc import Sequence

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.models.base import ImageModel

_DEFAULT_SAMPLES = 16


def labels_asked_for(
    model: ImageModel,
    class_id: int | str | Sequence[int | str] | None,
    num_samples: int | None,
) -> np.ndarray:
    """Gives one label for each sample, from the arguments of `keras_regen.generate`.

    Raises:
        ValueError: If a class is not known, or the numbers of classes and samples differ.
    """
    if num_samples is not None:
        check_integer("num_samples", num_samples, 1)
    if class_id is None:
        return np.arange(num_samples or _DEFAULT_SAMPLES) % model.num_classes
    if isinstance(class_id, (str, int, np.integer)):
        return np.full(num_samples or _DEFAULT_SAMPLES, model.class_index(class_id))
    labels = np.array([model.class_index(one) for one in class_id], "int64")
    if len(labels) == 0 or num_samples not in (None, len(labels)):
        raise ValueError(
            "A sequence of classes has one for each sample, and at least one. "
            f"Received: {len(labels)} classes and num_samples={num_samples}."
        )
    return labels
