"""LaplacianLoss: compares the edges of two images."""

from typing import Any

import keras
from keras import ops

from keras_regen.losses.checked_loss import ImageLoss
from keras_regen.losses.image_pair import image_difference


def laplacian_loss(y_true: Any, y_pred: Any) -> Any:
    """Computes the mean squared difference of the Laplacians of two batches of images.

    Args:
        y_true: Images `(batch, height, width, channels)`: floats, or integers in 0..255, which are
            divided by 255.
        y_pred: Images of the same shape.

    Returns:
        Tensor `(batch,)`.

    Raises:
        ValueError: If the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import laplacian_loss
        >>> dot = np.zeros((1, 3, 3, 1), "float32")
        >>> dot[0, 1, 1, 0] = 1.0
        >>> round(float(laplacian_loss(np.zeros_like(dot), dot)[0]), 4)  # (16 + 4 * 1) / 9
        2.2222
    """
    return _loss_of_difference(image_difference(y_true, y_pred))


def _loss_of_difference(difference):
    # The operator is linear, so the Laplacian of the difference is the difference of the
    # Laplacians. Outside of the image, the difference is 0.
    padded = ops.pad(difference, ((0, 0), (1, 1), (1, 1), (0, 0)))
    laplacian = (
        padded[:, :-2, 1:-1]
        + padded[:, 2:, 1:-1]
        + padded[:, 1:-1, :-2]
        + padded[:, 1:-1, 2:]
        - 4.0 * difference
    )
    return ops.mean(laplacian**2, axis=(1, 2, 3))


@keras.saving.register_keras_serializable(package="keras_regen")
class LaplacianLoss(ImageLoss):
    """Computes the mean squared difference of the Laplacians of images.

    It keeps edges sharp. The first version of CSAE adds it to the mean squared error:
    `CSAE(..., image_losses=[keras.losses.MeanSquaredError(), LaplacianLoss()])`.

    Args:
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: From the call, if the inputs are not images of the same shape.

    Source: CSAE, first version, equations 8 and 9. Equation 9 prints a sum over the pixels; this
    loss is the mean, as in the text of the paper and in equation 7.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import LaplacianLoss
        >>> image = np.random.default_rng(0).random((2, 8, 8, 1))
        >>> float(LaplacianLoss()(image, image))
        0.0
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "laplacian_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return _loss_of_difference(ops.subtract(y_pred, y_true))
