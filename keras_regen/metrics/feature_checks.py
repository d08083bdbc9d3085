"""Checks of the features that metrics compare."""

import numpy as np


def check_features(features: np.ndarray, name: str, least: int = 1) -> None:
    """Raises an error unless `features` holds enough rows of finite numbers.

    Args:
        features: Array `(num_images, num_features)`, integers or floats.
        name: Name of the array in the error message.
        least: Integer: smallest number of rows.

    Raises:
        ValueError: If the rank or type is not as described, a number is not finite, or the rows
            are too few.

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


def check_two_sets(
    features: np.ndarray,
    other_features: np.ndarray,
    names: tuple[str, str] = ("features", "other_features"),
    least: int = 1,
) -> None:
    """Raises an error unless both sets hold enough rows of finite numbers, of the same length.

    Args:
        features: Array `(num_images, num_features)`.
        other_features: Array `(num_others, num_features)`.
        names: Names of the two arrays in the error message.
        least: Integer: smallest number of rows of each set.

    Raises:
        ValueError: If a set is not as described, or the rows differ in length.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.feature_checks import check_two_sets
        >>> check_two_sets(np.ones((3, 5)), np.ones((4, 5)))
    """
    check_features(features, names[0], least)
    check_features(other_features, names[1], least)
    if features.shape[1] != other_features.shape[1]:
        raise ValueError(
            f"`{names[0]}` and `{names[1]}` must come from one extractor. "
            f"Received: rows of {features.shape[1]} and {other_features.shape[1]} numbers."
        )
