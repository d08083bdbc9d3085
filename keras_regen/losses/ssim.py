"""SSIMLoss: the structural dissimilarity of images."""

from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_integer, check_number
from keras_regen.losses.checked_loss import ImageLoss
from keras_regen.losses.image_pair import image_pair


def ssim_loss(y_true: Any, y_pred: Any, filter_size: int = 11, filter_sigma: float = 1.5) -> Any:
    """Computes `1 - SSIM` of two batches of images in [0, 1].

    Args:
        y_true: Images `(batch, height, width, channels)`: floats, or integers in 0..255, which are
            divided by 255.
        y_pred: Images of the same shape.
        filter_size: Odd integer, at least 1: size of the Gaussian window. For smaller images,
            the window is the largest odd size that fits.
        filter_sigma: Float, above 0: standard deviation of the window, in pixels.

    Returns:
        Tensor `(batch,)`, in [0, 2].

    Raises:
        ValueError: If an argument is out of range, or the inputs are not images of the same shape.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import ssim_loss
        >>> images = np.random.default_rng(0).random((2, 16, 16, 1)).astype("float32")
        >>> bool(np.allclose(ssim_loss(images, images), 0, atol=1e-5))
        True
    """
    _check_filter(filter_size, filter_sigma)
    return _dissimilarity(*image_pair(y_true, y_pred), int(filter_size), float(filter_sigma))


def _dissimilarity(y_true, y_pred, filter_size, filter_sigma):
    return 1.0 - ops.image.ssim(
        ops.cast(y_true, "float32"),
        ops.cast(y_pred, "float32"),
        max_val=1.0,
        filter_size=fitting_window(y_true.shape[1:3], filter_size),
        filter_sigma=filter_sigma,
        data_format="channels_last",
    )


def _check_filter(filter_size: int, filter_sigma: float) -> None:
    check_integer("filter_size", filter_size, 1)
    check_number("filter_sigma", filter_sigma, above=0)
    if filter_size % 2 == 0:
        raise ValueError(f"`filter_size` must be odd. Received: filter_size={filter_size}.")


def fitting_window(image_size: tuple[int, int], filter_size: int = 11) -> int:
    """Returns the largest odd window size that fits images, at most `filter_size`.

    Args:
        image_size: `(height, width)` of the images.
        filter_size: Odd integer: the largest size.

    Returns:
        Odd integer.

    Examples:
        >>> from keras_regen.losses.ssim import fitting_window
        >>> fitting_window((28, 28)), fitting_window((8, 8))
        (11, 7)
    """
    smaller = min(image_size)
    return min(filter_size, smaller - (smaller + 1) % 2)


@keras.saving.register_keras_serializable(package="keras_regen")
class SSIMLoss(ImageLoss):
    """Computes `1 - SSIM`: it compares the local means, contrasts and structures of images.

    Args:
        filter_size: Odd integer, at least 1: size of the Gaussian window.
        filter_sigma: Float, above 0: standard deviation of the window, in pixels.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `filter_size` is even or below 1, or `filter_sigma` is not above 0; from the
            call, if the inputs are not images of the same shape.

    Source: ReGene, equation 6 and its reference [31]. `keras.ops.image.ssim` computes the
    similarity.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import SSIMLoss
        >>> images = np.random.default_rng(0).random((2, 16, 16, 1))
        >>> 0.9 < float(SSIMLoss()(images, 1 - images)) < 2
        True
    """

    def __init__(
        self,
        filter_size: int = 11,
        filter_sigma: float = 1.5,
        reduction: str = "sum_over_batch_size",
        name: str = "ssim_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)
        _check_filter(filter_size, filter_sigma)
        self.filter_size = int(filter_size)
        self.filter_sigma = float(filter_sigma)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return _dissimilarity(y_true, y_pred, self.filter_size, self.filter_sigma)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filter_size": self.filter_size,
            "filter_sigma": self.filter_sigma,
        }
