"""WaveletLoss: compares two images scale by scale."""

import keras
from keras import ops

from keras_regen.layers.haar_transform import check_levels, haar_transform_2d
from keras_regen.losses.pixel_differences import image_difference


def wavelet_loss(
    y_true, y_pred, levels: int = 2, weights=(1.0, 1.0, 6.0, 10.0), normalization: str = "average"
):
    """Computes the wavelet loss of each image of a batch.

    Args:
        y_true: Float images `(batch, height, width, channels)`.
        y_pred: Float images of the same shape.
        levels: Integer, at least 1: levels of the Haar transform.
        weights: Four floats: of the low-pass image, and of the horizontal, vertical and diagonal
            details.
        normalization: `"average"` or `"orthonormal"`, as in `HaarTransform2D`.

    Returns:
        Tensor `(batch,)`.

    Raises:
        ValueError: If there are more levels than the images can be halved, or the two are not
            images of one shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import wavelet_loss
        >>> black = np.zeros((1, 8, 8, 1), "float32")
        >>> float(wavelet_loss(black, black + 0.5)[0])
        0.25
    """
    # The transform is linear, so one transform of the difference serves for both images.
    low, *details = haar_transform_2d(image_difference(y_true, y_pred), levels, normalization)
    loss = weights[0] * ops.mean(low**2, axis=(1, 2, 3))
    for level in details:
        for weight, band in zip(weights[1:], level, strict=True):
            # Not `ops.abs`: its gradient at 0, where flat parts of images agree, is 1 on JAX.
            loss = loss + weight * ops.mean(band * ops.sign(band), axis=(1, 2, 3))
    return loss


@keras.saving.register_keras_serializable(package="keras_regen")
class WaveletLoss(keras.losses.Loss):
    """Squared error of the coarse image plus absolute error of the details at every level.

    The squared error alone blurs edges, since its gradient fades as the error does. The absolute
    error of the wavelet details does not fade.

    Args:
        levels: Integer, at least 1. The papers use 2 for 28x28 images and 3 for 128x128.
        weights: Four floats of at least 0: the low-pass image, horizontal, vertical and diagonal
            details.
        normalization: `"average"` (details keep the range of the image) or `"orthonormal"`
            (PyWavelets' `haar`; each level then counts twice as much as with `"average"`).
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `levels` is below 1, `weights` are not four numbers of at least 0, or the
            normalization is not known; when called, if there are more levels than the images can
            be halved, or the two are not images of one shape.

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
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_levels(levels, normalization)
        if len(weights) != 4 or not all(weight >= 0 for weight in weights):
            raise ValueError(
                "`weights` must be four numbers of at least 0: low-pass, horizontal, vertical, "
                f"diagonal. Received: weights={weights}."
            )
        self.levels = levels
        self.weights = tuple(weights)
        self.normalization = normalization

    def call(self, y_true, y_pred):
        return wavelet_loss(y_true, y_pred, self.levels, self.weights, self.normalization)

    def get_config(self):
        return {
            **super().get_config(),
            "levels": self.levels,
            "weights": self.weights,
            "normalization": self.normalization,
            "dtype": self.dtype,
        }
