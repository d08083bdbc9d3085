"""BernoulliLoss and GaussianLoss: negative log-likelihoods of images."""

import math
from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_number
from keras_regen.losses.checked_loss import ImageLoss
from keras_regen.losses.image_pair import image_difference, image_pair


def bernoulli_loss(y_true: Any, y_pred: Any) -> Any:
    """Computes the negative log-likelihood of images with Bernoulli pixels, in nats.

    Args:
        y_true: Images `(batch, height, width, channels)`: floats in [0, 1], or integers in 0..255,
            which are divided by 255.
        y_pred: Images of the same shape: the probability that a pixel is white.

    Returns:
        Tensor `(batch,)`, float32: the cross-entropy, summed over pixels and channels. A pixel
        with the probability 0 adds about 16 instead of infinity. The loss of an image with NaN is
        NaN.

    Raises:
        ValueError: If the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import bernoulli_loss
        >>> gray = np.full((1, 2, 2, 1), 0.5, "float32")
        >>> round(float(bernoulli_loss(np.ones_like(gray), gray)[0]), 4)  # 4 log 2
        2.7726
    """
    return _cross_entropy(*image_pair(y_true, y_pred))


def _cross_entropy(y_true, y_pred):
    y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
    if keras.backend.backend() != "torch":
        return ops.sum(ops.binary_crossentropy(y_true, y_pred), axis=(1, 2, 3))
    # PyTorch raises an error for NaN and for a target out of [0, 1]. The other backends compute
    # the formula, which is linear in the target. Its second part is 0 for all other values.
    epsilon = keras.config.epsilon()
    y_pred = ops.clip(y_pred, epsilon, 1.0 - epsilon)
    bounded = ops.clip(ops.where(ops.isnan(y_true), 0.5, y_true), 0.0, 1.0)
    values = ops.binary_crossentropy(bounded, ops.where(ops.isnan(y_pred), 0.5, y_pred))
    values += (y_true - bounded) * (ops.log(1.0 - y_pred) - ops.log(y_pred))
    return ops.sum(values, axis=(1, 2, 3))


def gaussian_loss(y_true: Any, y_pred: Any, scale: float = 0.1) -> Any:
    """Computes the negative log-likelihood of images with Gaussian pixels, in nats.

    Args:
        y_true: Images `(batch, height, width, channels)`: floats, or integers in 0..255, which are
            divided by 255.
        y_pred: Images of the same shape: the mean of each pixel.
        scale: Float above 0: standard deviation of each pixel.

    Returns:
        Tensor `(batch,)`, float32: the sum over pixels and channels. It includes the constant of
        the density, so it is negative for a good reconstruction.

    Raises:
        ValueError: If `scale` is not above 0, or the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import gaussian_loss
        >>> gray = np.full((1, 2, 2, 1), 0.5, "float32")
        >>> round(float(gaussian_loss(gray, gray, scale=1.0)[0]), 4)  # 2 log(2 pi)
        3.6758
    """
    check_number("scale", scale, above=0)
    return _negative_log_density(image_difference(y_true, y_pred), float(scale))


def _negative_log_density(difference, scale):
    difference = ops.cast(difference, "float32")
    constant = 0.5 * math.log(2 * math.pi) + math.log(scale)
    return ops.sum(0.5 * ops.square(difference / scale) + constant, axis=(1, 2, 3))


@keras.saving.register_keras_serializable(package="keras_regen")
class BernoulliLoss(ImageLoss):
    """Computes the negative log-likelihood of images with Bernoulli pixels.

    The output of the decoder must be in [0, 1], for example the output of a sigmoid.

    Args:
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: From the call, if the inputs are not images of the same shape.

    Source: DE-GAN, the second term of equation 4.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import BernoulliLoss
        >>> gray = np.full((3, 2, 2, 1), 0.5, "float32")
        >>> round(float(BernoulliLoss()(gray, gray)), 4)  # 4 log 2
        2.7726
    """

    def __init__(
        self,
        reduction: str = "sum_over_batch_size",
        name: str = "bernoulli_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return _cross_entropy(y_true, y_pred)


@keras.saving.register_keras_serializable(package="keras_regen")
class GaussianLoss(ImageLoss):
    """Computes the negative log-likelihood of images with Gaussian pixels.

    Args:
        scale: Float above 0: standard deviation of each pixel. A smaller scale gives the details
            of the images more weight, compared with the divergence of a VAE's latents.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `scale` is not above 0; from the call, if the inputs are not images of the
            same shape.

    Source: DE-GAN, the second term of equation 4.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import GaussianLoss
        >>> gray = np.full((3, 2, 2, 1), 0.5, "float32")
        >>> round(float(GaussianLoss(scale=1.0)(gray, gray)), 4)  # 2 log(2 pi)
        3.6758
    """

    def __init__(
        self,
        scale: float = 0.1,
        reduction: str = "sum_over_batch_size",
        name: str = "gaussian_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)
        check_number("scale", scale, above=0)
        self.scale = float(scale)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return _negative_log_density(ops.subtract(y_pred, y_true), self.scale)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}
