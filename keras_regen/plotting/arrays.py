"""Arrays of images and numbers, from the arguments of plotting functions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_regen.arrays import as_array, as_numbers, check_images, check_labels
from keras_regen.checks import check_strings


def as_images(
    name: str, value: npt.ArrayLike, image_shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """Returns images as an array, after a check.

    Args:
        name: Name of the argument in the error message.
        value: Array `(num_images, height, width, channels)`.
        image_shape: The expected `(height, width, channels)`, or `None` for any shape.

    Returns:
        The array.

    Raises:
        ValueError: If the argument is no valid batch of images.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting.arrays import as_images
        >>> as_images("images", np.zeros((2, 8, 8, 1)).tolist()).shape
        (2, 8, 8, 1)
    """
    images = as_array(name, value)
    check_images(images, image_shape, name=name)
    return images


def as_image_rows(
    name: str, value: npt.ArrayLike, image_shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """Returns rows of images as an array, after a check.

    Args:
        name: Name of the argument in the error message.
        value: Array `(num_rows, num_columns, height, width, channels)`.
        image_shape: The expected `(height, width, channels)`, or `None` for any shape.

    Returns:
        The array.

    Raises:
        ValueError: If the argument is no valid array of rows of images.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting.arrays import as_image_rows
        >>> as_image_rows("matches", np.zeros((2, 3, 8, 8, 1))).shape
        (2, 3, 8, 8, 1)
    """
    rows = as_array(name, value)
    if rows.ndim != 5 or rows.size == 0:
        raise ValueError(
            f"`{name}` must have shape (num_rows, num_columns, height, width, channels), with at "
            f"least one image. Received: shape={rows.shape}."
        )
    check_images(rows.reshape(-1, *rows.shape[2:]), image_shape, name=name)
    return rows


def as_class_names(class_names: Sequence[str]) -> list[str]:
    """Returns names of classes as a list, after a check.

    Args:
        class_names: List or tuple of strings.

    Returns:
        The list.

    Raises:
        ValueError: If the argument is no list or tuple of strings, or is empty.

    Examples:
        >>> from keras_regen.plotting.arrays import as_class_names
        >>> as_class_names(("cat", "dog"))
        ['cat', 'dog']
    """
    check_strings("class_names", class_names)
    if not class_names:
        raise ValueError("`class_names` must have at least one name. Received: class_names=[].")
    return list(class_names)


def as_labels(name: str, value: npt.ArrayLike, num_samples: int, num_classes: int) -> np.ndarray:
    """Returns labels as an array, after a check.

    Args:
        name: Name of the argument in the error message.
        value: Integer array `(num_samples,)`.
        num_samples: Integer: the expected number of labels.
        num_classes: Integer: the number of classes.

    Returns:
        The array.

    Raises:
        ValueError: If the argument does not hold the label of a class for each sample.

    Examples:
        >>> from keras_regen.plotting.arrays import as_labels
        >>> as_labels("labels", [0, 2, 1], 3, 3)
        array([0, 2, 1])
    """
    labels = as_array(name, value)
    check_labels(labels, num_samples, num_classes, name=name)
    return labels


def as_points(name: str, value: npt.ArrayLike) -> np.ndarray:
    """Returns rows of numbers, such as latents, as a float64 array, after a check.

    Args:
        name: Name of the argument in the error message.
        value: Array `(num_points, dim)`.

    Returns:
        The array, float64.

    Raises:
        ValueError: If the argument is no such array, or a value is too large to compute with.

    Examples:
        >>> from keras_regen.plotting.arrays import as_points
        >>> as_points("latents", [[1, 2], [3, 4]]).dtype
        dtype('float64')
    """
    points = as_numbers(name, value, 2).astype("float64")
    check_magnitude(name, points)
    return points


def as_series(name: str, value: npt.ArrayLike) -> np.ndarray:
    """Returns numbers by epoch or step as a float64 array, after a check.

    Args:
        name: Description of the numbers in the error message.
        value: List or array of numbers. NaN and infinite numbers become gaps in a curve.

    Returns:
        Array `(num_values,)`, float64, in which NaN marks a gap.

    Raises:
        ValueError: If the argument is no such list, or a value is too large for an axis.

    Examples:
        >>> from keras_regen.plotting.arrays import as_series
        >>> as_series("loss", [2.0, float("inf"), 0.5])
        array([2. , nan, 0.5])
    """
    array = as_array(name, value)
    if array.size == 0 and array.ndim == 1:
        return np.empty(0)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        received = (
            f"shape={array.shape}, dtype={array.dtype}"
            if isinstance(value, (list, tuple, np.ndarray))
            else f"a {type(value).__name__}"
        )
        raise ValueError(f"`{name}` must be a list of numbers. Received: {received}.")
    array = array.astype("float64")
    array = np.where(np.isfinite(array), array, np.nan)
    check_magnitude(name, array)
    return array


def check_magnitude(name: str, array: np.ndarray) -> None:
    """Raises an error if a number is so large that sums, squares or axes would overflow.

    Args:
        name: Name of the argument in the error message.
        array: Float array. NaN is ignored.

    Raises:
        ValueError: If a number is above 1e100 or below -1e100.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting.arrays import check_magnitude
        >>> check_magnitude("latents", np.array([1e200]))
        Traceback (most recent call last):
        ...
        ValueError: `latents` must be between -1e100 and 1e100. Received: 1e+200.
    """
    large = array[np.abs(array) > 1e100]
    if large.size:
        raise ValueError(f"`{name}` must be between -1e100 and 1e100. Received: {large[0]:g}.")


def check_mapping(name: str, value: Mapping[str, Any], meaning: str) -> None:
    """Raises an error unless `value` is a dict from strings that is not empty.

    Args:
        name: Name of the argument in the error message.
        value: Value of the argument.
        meaning: Keys and values of the dict, for the error message.

    Raises:
        ValueError: If `value` is anything else.

    Examples:
        >>> from keras_regen.plotting.arrays import check_mapping
        >>> check_mapping("curves", [1, 2], "names to estimates")
        Traceback (most recent call last):
        ...
        ValueError: `curves` must be a dict from names to estimates. Received: curves=[1, 2].
    """
    if (
        not isinstance(value, Mapping)
        or not value
        or not all(isinstance(key, str) for key in value)
    ):
        raise ValueError(f"`{name}` must be a dict from {meaning}. Received: {name}={value!r}.")
