"""HiddenSpaceLoss: DE-GAN's distance of images in the features of the discriminator."""

from typing import Any

import keras
from keras import ops

from keras_regen.arrays import as_floats
from keras_regen.losses.checked_loss import CheckedLoss
from keras_regen.losses.image_pair import check_same_shape


@keras.saving.register_keras_serializable(package="keras_regen")
class HiddenSpaceLoss(CheckedLoss):
    """Computes the Euclidean distance between pairs of feature maps.

    A high convolutional layer of the discriminator computes the feature maps of a real and a
    generated image. The generator minimizes their distance in addition to its adversarial loss.

    Args:
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss, also in the logs.
        dtype: As in `keras.losses.Loss`.

    Call arguments:
        y_true: Feature maps of real images, `(batch, ...)`.
        y_pred: Feature maps of generated images, of the same shape.

    Raises:
        ValueError: From the call, if the shapes of the feature maps differ.

    Source: DE-GAN, equation 12 and figure 3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import HiddenSpaceLoss
        >>> real, fake = np.zeros((5, 2, 2, 1), "float32"), np.full((5, 2, 2, 1), 3, "float32")
        >>> float(HiddenSpaceLoss()(real, fake))
        6.0
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "hidden_space_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)

    def checked(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_true, y_pred = as_floats("y_true", y_true), as_floats("y_pred", y_pred)
        check_same_shape(y_true, y_pred, "The hidden-space loss", "(batch, ...)")
        return y_true, y_pred

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y_true, y_pred = self.checked(y_true, y_pred)
        difference = ops.cast(ops.subtract(y_pred, y_true), "float32")
        squares = ops.sum(ops.square(difference), axis=tuple(range(1, len(y_true.shape))))
        # The square root has no gradient at 0, so the distance has a small lower bound.
        return ops.sqrt(ops.maximum(squares, keras.config.epsilon()))
