"""The errors and similarities of reconstructions."""

import numpy as np
from keras import ops

from keras_regen.arrays import as_array, check_images, unit_range
from keras_regen.losses import ssim_loss

_BLOCK = 256


def reconstruction_error(images: np.ndarray, reconstructions: np.ndarray) -> dict[str, float]:
    """Computes the errors of reconstructions, for pixels in [0, 1].

    Args:
        images: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        reconstructions: Array of the same shape and either kind.

    Returns:
        A dict of `mae` and `mse`, the mean absolute and mean squared error over all pixels;
        `ssim`, the mean structural similarity of the images, as in `keras_regen.losses.SSIMLoss`
        (a Gaussian window of 11 pixels, or the largest odd window that fits into smaller images);
        and `psnr`, the peak signal-to-noise ratio in decibels, of the error over all pixels:
        `-10 * log10(mse)`, infinite for equal images.

    Raises:
        ValueError: If the shapes differ or do not belong to a batch of images, or values are out
            of range.

    Source: Wang et al., 2004, https://doi.org/10.1109/TIP.2003.819861, for the similarity.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import reconstruction_error
        >>> error = reconstruction_error(np.zeros((2, 8, 8, 1)), np.full((2, 8, 8, 1), 0.5))
        >>> {name: round(value, 4) for name, value in error.items()}
        {'mae': 0.5, 'mse': 0.25, 'ssim': 0.0004, 'psnr': 6.0206}
    """
    images = as_array("images", images)
    reconstructions = as_array("reconstructions", reconstructions)
    if images.shape != reconstructions.shape or images.ndim != 4 or not images.size:
        raise ValueError(
            "Images and reconstructions must have the same shape (num_samples, height, width, "
            f"channels). Received: {images.shape} and {reconstructions.shape}."
        )
    check_images(images)
    if reconstructions.dtype.kind not in "iuf":
        raise ValueError(
            "`reconstructions` must be integers or floats. "
            f"Received: dtype={reconstructions.dtype}."
        )
    images, reconstructions = unit_range(images), unit_range(reconstructions)
    if not np.isfinite(reconstructions).all():
        raise ValueError("Reconstructions must be finite. Received: NaN or infinite pixels.")
    error = images - reconstructions
    mse = float(np.mean(error**2, dtype="float64"))
    dissimilarities = [
        ops.convert_to_numpy(
            ssim_loss(images[start : start + _BLOCK], reconstructions[start : start + _BLOCK])
        )
        for start in range(0, len(images), _BLOCK)
    ]
    return {
        "mae": float(np.mean(np.abs(error), dtype="float64")),
        "mse": mse,
        "ssim": 1 - float(np.mean(np.concatenate(dissimilarities), dtype="float64")),
        "psnr": float(-10 * np.log10(mse)) if mse > 0 else float("inf"),
    }


def explained_variation(
    images: np.ndarray, reconstructions: np.ndarray, training: np.ndarray
) -> float:
    """Computes the share of the differences between images that their reconstructions keep.

    Args:
        images: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        reconstructions: Array of the same shape and either kind.
        training: Training images of the same image shape. A model that ignores its input could
            at best return their mean.

    Returns:
        Float, at most 1: 1 minus the mean squared error, divided by the mean squared error of the
        mean training image. NaN if all images equal this mean.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics.reconstruction import explained_variation
        >>> images = np.array([0.0, 1.0])[:, None, None, None]
        >>> explained_variation(images, images, images)
        1.0
        >>> explained_variation(images, np.full_like(images, 0.5), images)
        0.0
    """
    images = unit_range(images)
    error = np.mean((images - unit_range(reconstructions)) ** 2, dtype="float64")
    total, count = 0.0, 0
    for start in range(0, len(training), _BLOCK):
        block = unit_range(training[start : start + _BLOCK])
        total, count = total + block.sum(axis=0, dtype="float64"), count + len(block)
    spread = np.mean((images - (total / count).astype("float32")) ** 2, dtype="float64")
    return float(1 - error / spread) if spread > 0 else float("nan")
