"""Do generated images of a class vary as much as real ones?"""

import numpy as np

from keras_regen.checks import check_images, check_labels
from keras_regen.datasets import ImageDataset
from keras_regen.pixel_range import unit_range


def relative_diversity(
    images: np.ndarray, labels: np.ndarray, real_images: np.ndarray, real_labels: np.ndarray
) -> np.ndarray:
    """Measures how much generated images of each class vary, as a ratio to the real ones.

    The diversity of a class is the mean squared distance of its images to their mean; 1 says that
    they vary as much as the real ones, less that they are alike (mode collapse), and more that they
    stray. `np.nanmean` of the ratios is the average over the classes.

    The paper sums squared distances instead, and that grows with the number of images. So means are
    compared here, which for equally many images gives the same ratio.

    Args:
        images: Generated images `(num_images, height, width, channels)`; integers 0..255 or floats
            0..1.
        labels: Their classes `(num_images,)`, integers: those they were drawn for, or that an
            independent classifier gives them.
        real_images: Real images `(num_real, height, width, channels)` of the same shape, of either
            kind.
        real_labels: Their classes `(num_real,)`, integers.

    Returns:
        Array `(num_classes,)`, float64, where `num_classes` is the largest of the real labels plus
        1. It is NaN for a class without generated images.

    Raises:
        ValueError: If images or labels are not as described, or a class with generated images has
            no real ones, or only one or copies of one.

    Source: DE-GAN, definition 3 and table VI.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.metrics import relative_diversity
        >>> real = np.array([0.0, 1.0, 0.0, 1.0])[:, None, None, None]
        >>> drawn = np.array([0.25, 0.75])[:, None, None, None]
        >>> relative_diversity(drawn, np.array([1, 1]), real, np.array([0, 0, 1, 1]))
        array([ nan, 0.25])
    """
    images, real_images = np.asarray(images), np.asarray(real_images)
    labels, real_labels = np.asarray(labels), np.asarray(real_labels)
    check_images(images, name="images")
    check_images(real_images, images.shape[1:], name="real_images")
    check_labels(real_labels, len(real_images), name="real_labels")
    ratios = np.full(real_labels.max() + 1, np.nan)
    check_labels(labels, len(images), len(ratios), name="labels")
    for label in np.unique(labels):
        real = real_images[real_labels == label]
        diversity = _diversity(real) if len(real) else 0
        if diversity == 0:
            raise ValueError(
                "`real_images` must hold at least two different images of each class that there "
                f"are generated images of. Received: {len(real)} images of class {label}"
                f"{', all equal' if len(real) > 1 else ''}."
            )
        ratios[label] = _diversity(images[labels == label]) / diversity
    return ratios


def diversity_beside(data: ImageDataset, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Measures `relative_diversity` beside a dataset's training images, where it has any.

    Args:
        data: The dataset.
        images: Generated images, as in `relative_diversity`.
        labels: Their classes among the dataset's, which a judge may give to images of any kind.

    Returns:
        Array `(num_classes,)` of all the dataset's classes; NaN for one without generated or
        training images.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.datasets import load
        >>> from keras_regen.metrics.diversity import diversity_beside
        >>> digits = load("digits")
        >>> diversity_beside(digits, digits.x_test, digits.y_test).round(1).tolist()
        [1.0, 0.9, 0.9, 1.0, 1.0, 1.1, 0.9, 1.0, 1.0, 1.1]
    """
    ratios = np.full(data.num_classes, np.nan)
    comparable = np.isin(labels, data.y_train)
    if comparable.any():
        found = relative_diversity(
            images[comparable], labels[comparable], data.x_train, data.y_train
        )
        ratios[: len(found)] = found
    return ratios


def mean_diversity(ratios: np.ndarray) -> float:
    """Gives the mean over the classes that have a ratio; NaN where none has.

    Examples:
        >>> from keras_regen.metrics.diversity import mean_diversity
        >>> mean_diversity(np.array([0.5, np.nan, 1.5]))
        1.0
    """
    known = ratios[~np.isnan(ratios)]
    return float(known.mean()) if len(known) else float("nan")


def _diversity(images):
    # The mean squared distance to the mean is the sum of the variances of the pixels.
    return unit_range(images).var(axis=0, dtype="float64").sum()
