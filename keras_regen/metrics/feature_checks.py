"""Checks of the features and the dataset that metrics compare."""

import numpy as np

from keras_regen.arrays import as_array
from keras_regen.datasets import ImageDataset

# No metric raises numbers of this size to a power beyond the range of float64.
_LARGEST = float(np.finfo("float32").max)


def check_features(features: np.ndarray, name: str, least: int = 1) -> None:
    """Raises an error unless `features` holds enough rows of finite numbers.

    Args:
        features: Array `(num_images, num_features)`, integers or floats.
        name: Name of the array in the error message.
        least: Integer: smallest number of rows.

    Raises:
        ValueError: If the rank or type is not as described, a number is not finite or beyond the
            range of float32, or the rows are too few.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.feature_checks import check_features
        >>> check_features(np.ones((1, 5)), "features", least=2)
        Traceback (most recent call last):
        ...
        ValueError: `features` must be of at least 2 images. Received: features of 1.
    """
    if features.ndim != 2 or not features.shape[1] or features.dtype.kind not in "iuf":
        raise ValueError(
            f"`{name}` must be numbers of shape (num_images, num_features), such as a "
            f"`FeatureExtractor` returns. Received: shape={features.shape}, dtype={features.dtype}."
        )
    if len(features) < least:
        raise ValueError(
            f"`{name}` must be of at least {least} images. Received: features of {len(features)}."
        )
    finite = np.isfinite(features).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"`{name}` must be finite. Received: NaN or infinite values in {np.sum(~finite)} of "
            f"{len(features)} rows, first in row {finite.argmin()}. Has the extractor diverged?"
        )
    if (largest := max(-float(features.min()), float(features.max()))) > _LARGEST:
        raise ValueError(
            f"`{name}` must be in the range of float32, up to {_LARGEST:.3g}. "
            f"Received: values up to {largest:.3g}. Divide them by a constant."
        )


def check_two_sets(
    features: np.ndarray,
    other_features: np.ndarray,
    names: tuple[str, str] = ("features", "other_features"),
    least: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Converts two sets of features, which must hold enough rows of numbers of the same length.

    Args:
        features: Array `(num_images, num_features)`.
        other_features: Array `(num_others, num_features)`.
        names: Names of the two arrays in the error message.
        least: Integer: smallest number of rows of each set.

    Returns:
        A tuple of both sets as NumPy arrays.

    Raises:
        ValueError: If a set is not as described, or the rows differ in length.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.feature_checks import check_two_sets
        >>> [len(features) for features in check_two_sets(np.ones((3, 5)), np.ones((4, 5)))]
        [3, 4]
    """
    features, other_features = as_array(names[0], features), as_array(names[1], other_features)
    check_features(features, names[0], least)
    check_features(other_features, names[1], least)
    if features.shape[1] != other_features.shape[1]:
        raise ValueError(
            f"`{names[0]}` and `{names[1]}` must come from one extractor. "
            f"Received: rows of {features.shape[1]} and {other_features.shape[1]} numbers."
        )
    return features, other_features


def check_dataset(data: ImageDataset) -> None:
    """Raises an error unless an argument is a dataset.

    Args:
        data: The argument that should be a `keras_regen.datasets.ImageDataset`.

    Raises:
        ValueError: If it is anything else.

    Examples:
        >>> from keras_regen.metrics.feature_checks import check_dataset
        >>> check_dataset("digits")
        Traceback (most recent call last):
        ...
        ValueError: `data` must be a `keras_regen.datasets.ImageDataset`, such as ...
    """
    if not isinstance(data, ImageDataset):
        raise ValueError(
            "`data` must be a `keras_regen.datasets.ImageDataset`, such as "
            f"`keras_regen.datasets.load` returns. Received: data={data!r}."
        )
