"""WaveletLoss: compares the Haar transforms of images."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_regen.arrays import as_numbers
from keras_regen.layers.haar_transform import check_levels, haar_bands
from keras_regen.losses.checked_loss import ImageLoss
from keras_regen.losses.image_pair import image_difference


def wavelet_loss(
    y_true: Any,
    y_pred: Any,
    levels: int = 2,
    weights: Sequence[float] = (1.0, 1.0, 6.0, 10.0),
    normalization: str = "average",
) -> Any:
    """Computes the wavelet loss of each image of a batch.

    Args:
        y_true: Images `(batch, height, width, channels)`: floats, or integers in 0..255, which are
            divided by 255.
        y_pred: Images of the same shape.
        levels: Integer, at least 1: levels of the Haar transform.
        weights: Four floats of at least 0: the weights of the low-pass image and of the
            horizontal, vertical and diagonal details.
        normalization: `"average"` or `"orthonormal"`, as in `HaarTransform2D`.

    Returns:
        Tensor `(batch,)`.

    Raises:
        ValueError: If `levels` is below 1 or too large for the size of the images, `weights` are
            not four numbers of at least 0, the normalization is unknown, or the inputs are not
            images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import wavelet_loss
        >>> black = np.zeros((1, 8, 8, 1), "float32")
        >>> float(wavelet_loss(black, black + 0.5)[0])
        0.25
    """
    check_levels(levels, normalization)
    weights = _checked_weights(weights)
    return _loss_of_difference(image_difference(y_true, y_pred), levels, weights, normalization)


def _loss_of_difference(difference, levels, weights, normalization):
    # The transform is linear, so only the difference of the images is transformed.
    low, *details = haar_bands(difference, levels, normalization)
    loss = weights[0] * ops.mean(low**2, axis=(1, 2, 3))
    for level in details:
        for weight, band in zip(weights[1:], level, strict=True):
            # Not `ops.abs`: on JAX, its gradient at 0 is 1, and equal flat regions have the
            # difference 0.
            loss = loss + weight * ops.mean(band * ops.sign(band), axis=(1, 2, 3))
    return loss


def _checked_weights(weights: Sequence[float]) -> tuple[float, ...]:
    numbers = as_numbers("weights", weights, 1)
    if len(numbers) != 4 or min(numbers) < 0:
        raise ValueError(
            "`weights` must be four numbers of at least 0: for the low-pass image and for the "
            f"horizontal, vertical and diagonal details. Received: weights={weights}."
        )
    return tuple(numbers.tolist())


@keras.saving.register_keras_serializable(package="keras_regen")
class WaveletLoss(ImageLoss):
    """Computes the squared error of the low-pass image plus the absolute error of the details.

    The squared error alone blurs edges, because its gradient vanishes with the error. The gradient
    of the absolute error of the wavelet details does not vanish.

    Args:
        levels: Integer, at least 1: levels of the Haar transform. The papers use 2 for 28x28
            images and 3 for 128x128 images.
        weights: Four floats of at least 0: the weights of the low-pass image and of the
            horizontal, vertical and diagonal details.
        normalization: `"average"` (details keep the range of the image) or `"orthonormal"`
            (PyWavelets' `haar`; each level multiplies the values by 2, compared with `"average"`).
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `levels` is below 1, `weights` are not four numbers of at least 0, or the
            normalization is unknown; from the call, if `levels` is too large for the size of the
            images, or the inputs are not images of the same shape.

    Source: CSAE, second version, equations 8 and 9.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import WaveletLoss
        >>> black = np.zeros((1, 28, 28, 1), "float32")
        >>> float(WaveletLoss(levels=2)(black, black + 0.5))
        0.25
    """

    def __init__(
        self,
        levels: int = 2,
        weights: tuple[float, float, float, float] = (1.0, 1.0, 6.0, 10.0),
        normalization: str = "average",
        reduction: str = "sum_over_batch_size",
        name: str = "wavelet_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)
        check_levels(levels, normalization)
        self.levels = int(levels)
        self.weights = _checked_weights(weights)
        self.normalization = normalization

    def call(self, y_true: Any, y_pred: Any) -> Any:
        difference = ops.subtract(y_pred, y_true)
        return _loss_of_difference(difference, self.levels, self.weights, self.normalization)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "levels": self.levels,
            "weights": self.weights,
            "normalization": self.normalization,
        }
