"""What every loss of labels begins with."""

from keras import ops


def class_numbers(y_true):
    """Gives labels as a tensor of class numbers.

    Args:
        y_true: Labels `(batch,)` or `(batch, 1)`, integers or, as `keras.losses.Loss` turns them
            into, whole floats.

    Returns:
        Integer tensor `(batch,)`.

    Raises:
        ValueError: If the labels are not class numbers, such as one-hot rows.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.class_labels import class_numbers
        >>> tuple(class_numbers(np.array([[0.0], [2.0]])).shape)
        (2,)
    """
    y_true = ops.convert_to_tensor(y_true)
    if len(y_true.shape) > 1 and y_true.shape[-1] != 1:
        raise ValueError(
            "The labels must be class numbers, `(batch,)` or `(batch, 1)`. "
            f"Received labels of shape {tuple(y_true.shape)}. For one-hot rows take "
            "`argmax(axis=-1)`."
        )
    return ops.cast(ops.reshape(y_true, (-1,)), "int32")
