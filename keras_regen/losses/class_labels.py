"""The conversion and the check of labels, in the losses of labels."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import as_floats, as_real

# Types that cannot hold the number of classes, or that some backends cannot compare.
_SMALL = ("bool", "int8", "uint8", "int16", "uint16")


def class_labels(y_true: Any, y_pred: Any, num_classes: int | None = None) -> tuple[Any, Any, Any]:
    """Converts labels to class indices, and predictions to a tensor of floats.

    Args:
        y_true: Labels: class indices `(batch,)` or `(batch, 1)`, or one-hot rows
            `(batch, num_classes)`.
        y_pred: Predictions `(batch, size)`.
        num_classes: Integer: the number of classes. Defaults to `size`.

    Returns:
        A tuple of the class indices, int32 `(batch,)`; a boolean tensor `(batch,)` that is `False`
        for a label that is not valid, whose index is 0; and the predictions.

    Raises:
        ValueError: If the shapes do not fit. Also if a label is not valid and `y_true` is no
            tensor: a compiled step cannot raise an error that depends on values.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.class_labels import class_labels
        >>> rows = np.array([[0, 1], [1, 0]])
        >>> [int(label) for label in class_labels(rows, np.ones((2, 2)))[0]]
        [1, 0]
    """
    y_true, y_pred = as_real("y_true", y_true), as_floats("y_pred", y_pred)
    if len(y_pred.shape) != 2 or 0 in tuple(y_pred.shape):
        raise ValueError(
            "The predictions must be rows, one for each image of the batch. "
            f"Received: y_pred of shape {tuple(y_pred.shape)}."
        )
    batch, size = y_pred.shape
    num_classes = size if num_classes is None else num_classes
    shape = tuple(y_true.shape)
    if len(shape) not in (1, 2) or shape[1:] not in ((), (1,), (num_classes,)):
        raise ValueError(
            "The labels must be class indices of shape (batch,) or (batch, 1), or one-hot rows of "
            f"shape (batch, {num_classes}). Received: y_true of shape {shape}."
        )
    if batch != shape[0] and None not in (batch, shape[0]):
        raise ValueError(
            "The labels and the predictions must have the same number of rows. "
            f"Received: y_true of shape {shape} and y_pred of shape {tuple(y_pred.shape)}."
        )
    concrete = isinstance(y_true, np.ndarray)
    if keras.backend.standardize_dtype(y_true.dtype) in _SMALL:
        y_true = y_true.astype("int32") if concrete else ops.cast(y_true, "int32")
    # NumPy for an array, because a tensor of some backends has no 64 bits.
    array = np if concrete else ops
    if shape[1:] == (num_classes,) and num_classes > 1:
        ones = array.equal(y_true, 1)
        valid = array.all(array.logical_or(ones, array.equal(y_true, 0)), axis=-1)
        valid = array.logical_and(valid, array.equal(array.sum(ones, axis=-1), 1))
        labels = array.argmax(ones, axis=-1)
    else:
        labels = array.reshape(y_true, (-1,))
        valid = array.logical_and(labels >= 0, labels < num_classes)
        if "float" in str(labels.dtype):
            valid = array.logical_and(valid, array.equal(labels, array.floor(labels)))
    if concrete and not valid.all():
        index = int(valid.argmin())
        raise ValueError(
            f"The labels must lie in 0..{num_classes - 1}, or be one-hot rows. "
            f"Received: {y_true[index].tolist()} at index {index}."
        )
    labels = ops.cast(array.where(valid, labels, array.zeros_like(labels)), "int32")
    return labels, ops.convert_to_tensor(valid), y_pred
