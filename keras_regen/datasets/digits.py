"""Loads the embedded dataset: scikit-learn's 1,797 handwritten digits."""

import numpy as np

from keras_regen.datasets.dataset import ImageDataset, dataset_from_arrays
from keras_regen.datasets.image_decoding import TargetSize
from keras_regen.datasets.split import stratified_split


def load_digits(
    image_size: TargetSize | None,
    color_mode: str | None,
    test_fraction: float,
    seed: int,
) -> ImageDataset:
    """Loads scikit-learn's 8x8 digits, scaled from 0..16 to 0..255, split by `test_fraction`."""
    import sklearn.datasets  # takes a second, and no other source needs it

    digits = sklearn.datasets.load_digits()
    images = np.rint(digits.images * (255 / 16)).astype("uint8")[..., None]
    train, test = stratified_split(digits.target, test_fraction, seed)
    return dataset_from_arrays(
        "digits",
        (images[train], digits.target[train]),
        (images[test], digits.target[test]),
        [str(digit) for digit in range(10)],
        image_size=image_size,
        color_mode=color_mode,
    )
