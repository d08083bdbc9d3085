"""mean_loss: the mean of computed losses over a batch."""

from typing import Any

import keras
from keras import ops


class _ComputedLoss(keras.losses.Loss):
    """Returns `y_pred` as the loss of each sample, for Keras' reduction over the batch."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return y_pred


def mean_loss(values: Any, sample_weight: Any = None) -> Any:
    """Computes the mean of the losses of a batch, like the losses of Keras.

    In distributed training, Keras sums the gradients of all devices, so its losses divide the mean
    by the number of devices. `ops.mean` would not.

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
    return _ComputedLoss(name="mean_loss", dtype="float32")(values, values, sample_weight)
