"""The features of many images as rows of numbers, computed in batches."""

from collections.abc import Callable

import numpy as np
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import named_errors
from keras_regen.metrics.feature_checks import check_features


def feature_rows(images: np.ndarray, features: Callable, batch_size: int) -> np.ndarray:
    """Computes the features of each image as a row of float32 numbers.

    Args:
        images: Images `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        features: Function from a batch of float images in [0, 1] to an array or tensor of vectors
            or maps, such as a Keras model or `model.encode`.
        batch_size: Integer: images per call.

    Returns:
        Array `(num_images, num_features)`.

    Raises:
        ValueError: If `features` is not a function or raises an error, or does not return one array
            with a vector or map of finite numbers for each image.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.feature_rows import feature_rows
        >>> feature_rows(np.ones((3, 2, 2, 1)), lambda x: x[:, ::2], batch_size=2)
        array([[1., 1.], [1., 1.], [1., 1.]], dtype=float32)
    """
    if not callable(features):
        raise ValueError(
            "`features` must be a function from images to vectors, such as a Keras model or "
            f"`model.encode`. Received: features={features!r}."
        )
    rows = None
    for start in range(0, len(images), batch_size):
        batch = unit_range(images[start : start + batch_size])
        with named_errors("features", f"images of shape {batch.shape}"):
            output = features(batch)
        shape = tuple(getattr(output, "shape", ()))
        if len(shape) < 2 or shape[0] != len(batch):
            raise ValueError(
                "`features` must return one array, with a vector or map for each image of the "
                "batch: a model with one output, or `model.encode`. "
                f"Received: {type(output).__name__} of shape {shape} for {len(batch)} images."
            )
        output = ops.convert_to_numpy(output).reshape(len(batch), -1)
        check_features(output, "features of images")
        if rows is None:
            rows = np.empty((len(images), output.shape[1]), "float32")
        if output.shape[1] != rows.shape[1]:
            raise ValueError(
                "`features` must return vectors or maps of the same size for every batch. "
                f"Received: {output.shape[1]} numbers for an image, after {rows.shape[1]}."
            )
        rows[start : start + batch_size] = output
    return rows
