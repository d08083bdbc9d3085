"""The diversity of generated images of a class, relative to real images."""

import numpy as np

from keras_regen.arrays import as_array, check_images, check_labels, unit_range
from keras_regen.datasets import ImageDataset


def relative_diversity(
    images: np.ndarray, labels: np.ndarray, real_images: np.ndarray, real_labels: np.ndarray
) -> np.ndarray:
    """Computes the ratio of the diversity of generated images to the diversity of real images.

    The diversity of a class is the sum of the squared distances of its images to their mean,
    divided by the number of images less 1. A ratio of 1 means that generated images vary like real
    images; a lower ratio means that they are too similar (mode collapse), and a higher ratio that
    they vary too much. `np.nanmean` of the ratios is the average over the classes.

    The paper does not divide, and its sum grows with the number of images. For equal numbers of
    images the ratio is the same. The number less 1 makes the diversity unbiased: its expectation
    does not depend on the number of images, down to 2. A single image has no diversity.

    Args:
        images: Generated images `(num_images, height, width, channels)`; integers 0..255 or floats
            0..1.
        labels: Their classes `(num_images,)`, integers: the requested classes, or the classes that
            an independent classifier assigns.
        real_images: Real images `(num_real, height, width, channels)` of the same shape, of either
            kind.
        real_labels: Their classes `(num_real,)`, integers.

    Returns:
        Array `(num_classes,)`, float64, where `num_classes` is the largest of the real labels plus
        1; NaN for a class with no generated image or a single generated image.

    Raises:
        ValueError: If images or labels are not as described, or a class with generated images has
            fewer than two different real images.

    Source: DE-GAN, definition 3 and table VI.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import relative_diversity
        >>> real = np.array([0.0, 1.0, 0.0, 1.0])[:, None, None, None]
        >>> images = np.array([0.25, 0.75])[:, None, None, None]
        >>> relative_diversity(images, np.array([1, 1]), real, np.array([0, 0, 1, 1]))
        array([ nan, 0.25])
    """
    images, real_images = as_array("images", images), as_array("real_images", real_images)
    labels, real_labels = as_array("labels", labels), as_array("real_labels", real_labels)
    check_images(images, name="images")
    check_images(real_images, images.shape[1:], name="real_images")
    check_labels(real_labels, len(real_images), name="real_labels")
    ratios = np.full(real_labels.max() + 1, np.nan)
    check_labels(labels, len(images), len(ratios), name="labels")
    for label in np.unique(labels):
        real = real_images[real_labels == label]
        diversity = _diversity(real)
        # NaN fails, too.
        if not diversity > 0:
            raise ValueError(
                "`real_images` must hold at least two different images of each class that has "
                f"generated images. Received: {len(real)} images of class {label}"
                f"{', all equal' if len(real) > 1 else ''}."
            )
        ratios[label] = _diversity(images[labels == label]) / diversity
    return ratios


def training_diversity(data: ImageDataset, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Computes `relative_diversity` compared with the training images of a dataset.

    A dataset may have classes of a single training image, which are no error here.

    Args:
        data: The dataset.
        images: Generated images, as in `relative_diversity`.
        labels: Their classes `(num_images,)`, which may be classes without training images.

    Returns:
        Array `(num_classes,)` for all classes of the dataset; NaN for a class with fewer than two
        generated images, or with fewer than two different training images.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.diversity import training_diversity
        >>> digits = load("digits")
        >>> training_diversity(digits, digits.x_test, digits.y_test).round(1).tolist()
        [1.1, 0.9, 0.9, 1.0, 1.0, 1.1, 0.9, 1.0, 1.0, 1.2]
    """
    ratios = np.full(data.num_classes, np.nan)
    for label in np.unique(labels):
        diversity = _diversity(data.x_train[data.y_train == label])
        if diversity > 0:
            ratios[label] = _diversity(images[labels == label]) / diversity
    return ratios


def mean_diversity(ratios: np.ndarray) -> float:
    """Computes the mean over the classes that have a ratio; NaN if no class has a ratio.

    Args:
        ratios: Array `(num_classes,)`, as `relative_diversity` returns it.

    Returns:
        The mean.

    Examples:
        >>> from keras_regen.metrics.diversity import mean_diversity
        >>> mean_diversity(np.array([0.5, np.nan, 1.5]))
        1.0
    """
    known = ratios[~np.isnan(ratios)]
    return float(known.mean()) if len(known) else float("nan")


def _diversity(images):
    if len(images) < 2:
        return np.nan
    # The squared distances to the mean are summed over the pixels: a sum of variances.
    return unit_range(images).var(axis=0, dtype="float64", ddof=1).sum()
