"""MirrorAndShift: the augmentation of training images that changes no detail of them."""

from typing import Any

import keras
from keras import ops

from keras_regen.arrays import image_floats
from keras_regen.checks import check_flag, check_integer
from keras_regen.layers.random_changes import pixel_positions, random_integers
from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class MirrorAndShift(SeededLayer):
    """Mirrors and shifts training images at random, each image independently.

    With few training images, a model so sees many views of each. The layer moves whole pixels and
    repeats those at the border, so that no image becomes blurred or gets a black edge. Outside of
    training, the images stay unchanged.

    Args:
        mirror: Boolean: whether to exchange left and right in half of the images. Do not mirror
            digits and letters.
        shift: Integer, at least 0: the largest shift along each axis, in pixels.
        seed: Integer seed of the changes, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`: floats, or integers in 0..255, which are
    divided by 255.
    Output shape: the same as the input shape, floats.

    Raises:
        ValueError: If an argument is out of range, or the inputs are not images.

    Source: He et al., 2016, "Deep residual learning for image recognition", section 4.2,
    https://arxiv.org/abs/1512.03385, pads CIFAR-10 by 4 zeros and crops.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import MirrorAndShift
        >>> columns = np.tile(np.linspace(0, 1, 6, dtype="float32"), (1, 6, 1))[..., None]
        >>> layer = MirrorAndShift(mirror=False, shift=1, seed=0)
        >>> changed = np.asarray(layer(columns, training=True))[0, 0, :, 0] * 5
        >>> bool(abs(changed[2] - 2) <= 1.001)
        True
    """

    def __init__(self, mirror: bool = True, shift: int = 2, seed: int | None = None, **kwargs: Any):
        check_flag("mirror", mirror)
        check_integer("shift", shift, 0)
        super().__init__(seed=seed, **kwargs)
        self.mirror = mirror
        self.shift = int(shift)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs: Any, training: bool = False) -> Any:
        images = image_floats(inputs, "inputs", self.compute_dtype)
        if not training:
            return images
        rows, columns = (self._positions(images, axis) for axis in (1, 2))
        if self.mirror:
            is_mirrored = self._integers(images, 0, 2) == 1
            columns = ops.where(is_mirrored, images.shape[2] - 1 - columns, columns)
        images = ops.take_along_axis(images, rows, axis=1)
        return ops.take_along_axis(images, columns, axis=2)

    def _positions(self, images: Any, axis: int) -> Any:
        """Returns the row or column of the input for each row or column of the output."""
        side = images.shape[axis]
        moves = self._integers(images, -self.shift, self.shift + 1)
        return ops.clip(pixel_positions(side, axis) + moves, 0, side - 1)

    def _integers(self, images: Any, low: int, end: int) -> Any:
        return random_integers(images, low, end, self.seed_generator)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mirror": self.mirror, "shift": self.shift}
