"""The mean of losses that are computed already."""

import keras
from keras import ops


class _AsItIs(keras.losses.Loss):
    """A loss that is what it is given: all that is left to it is Keras's mean over a batch."""

    def call(self, y_true, y_pred):
        return y_pred


def mean_loss(values, sample_weight=None):
    """Computes the mean of each sample's loss, as Keras's own losses do.

    Keras's gradients are the sum of those of all devices that share a batch, so that its losses
    divide by their number; a plain mean would not.

    Args:
        values: Tensor `(batch,)` or `()`.
        sample_weight: Tensor `(batch,)` or `(batch, 1)` of factors, or `None`.

    Returns:
        Tensor `()`, float32.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses.reduction import mean_loss
        >>> float(mean_loss(np.array([1.0, 2.0, 6.0], "float32")))
        3.0
    """
    values = ops.reshape(ops.cast(values, "float32"), (-1,))
    if sample_weight is not None:
        sample_weight = ops.reshape(sample_weight, (-1,))
    return _AsItIs(name="mean_loss", dtype="float32")(values, values, sample_weight)
