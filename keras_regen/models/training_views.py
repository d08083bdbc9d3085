"""The changed images that models with few training images see in training."""

from typing import Any

import keras

from keras_regen.layers import MirrorAndShift
from keras_regen.models.decoder_checks import check_part


def check_augmentation(augmentation: Any) -> None:
    """Raises a `ValueError` unless the argument of a model is a layer or `None`."""
    if augmentation is not None:
        check_part("augmentation", augmentation, keras.layers.Layer)


def mirror_and_shift(mirror: bool, shift: int, seed: int) -> MirrorAndShift | None:
    """Builds the augmentation of `for_images`, or returns `None` if it would change nothing."""
    layer = MirrorAndShift(mirror, shift, seed=seed)
    return layer if mirror or shift else None
