"""DifferentiableAugmentation: random changes of the images before a discriminator."""

from typing import Any

import keras
from keras import ops

from keras_regen.arrays import image_floats
from keras_regen.checks import check_flag, check_number
from keras_regen.layers.random_changes import pixel_positions, random_integers
from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class DifferentiableAugmentation(SeededLayer):
    """Changes the color, the position and the content of images at random.

    The layer precedes a discriminator, for real and for generated images. It keeps the
    discriminator from memorizing a small set of real images. Gradients pass through the changes to
    the generator, so that the generated images do not look augmented. Each image is changed
    independently. Outside of training, the images stay unchanged.

    Args:
        translation: Float from 0 (off) to below 1: the largest shift, as a share of each side.
            Images are shifted by whole pixels, and the new pixels are zero.
        cutout: Float from 0 (off) to below 1: the size of a rectangle that becomes zero, as a
            share of each side. Its center lies anywhere in the image, so that the image may
            contain only a part of it.
        color: Boolean: whether to change brightness (by -0.25 to 0.25), saturation (by a factor
            of 0 to 2, for 3 channels only) and contrast (by a factor of 0.5 to 1.5), in this
            order. Values are not clipped.
        seed: Integer seed of the changes, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`: floats, or integers in 0..255, which are
    divided by 255. The change of the brightness is for images in [0, 1].
    Output shape: the same as the input shape, floats.

    Raises:
        ValueError: If an argument is out of range, or the inputs are not images.

    Source: Zhao et al., 2020, "Differentiable augmentation for data-efficient GAN training",
    https://arxiv.org/abs/2006.10738. The images in its code are in [-1, 1], and their brightness
    changes by up to 0.5.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import DifferentiableAugmentation
        >>> cut = DifferentiableAugmentation(translation=0, cutout=0.5, color=False, seed=0)
        >>> image = np.ones((1, 4, 4, 1), "float32")
        >>> sorted(set(np.asarray(cut(image, training=True)).ravel().tolist()))
        [0.0, 1.0]
        >>> bool(np.all(np.asarray(cut(image)) == image))
        True
    """

    def __init__(
        self,
        translation: float = 0.125,
        cutout: float = 0.5,
        color: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ):
        check_number("translation", translation, 0, below=1)
        check_number("cutout", cutout, 0, below=1)
        check_flag("color", color)
        super().__init__(seed=seed, **kwargs)
        self.translation = translation
        self.cutout = cutout
        self.color = color
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs: Any, training: bool = False) -> Any:
        images = image_floats(inputs, "inputs", self.compute_dtype)
        if not training:
            return images
        if self.color:
            images = self._change_color(images)
        if self.translation:
            for axis in (1, 2):
                images = self._shift(images, axis)
        if self.cutout:
            rows, columns = (self._in_rectangle(images, axis) for axis in (1, 2))
            images = ops.where(ops.logical_and(rows, columns), ops.zeros_like(images), images)
        return images

    def _change_color(self, images: Any) -> Any:
        images = images + self._factor(images, -0.25, 0.25)
        if images.shape[-1] == 3:
            gray = ops.mean(images, axis=-1, keepdims=True)
            images = gray + (images - gray) * self._factor(images, 0.0, 2.0)
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return mean + (images - mean) * self._factor(images, 0.5, 1.5)

    def _shift(self, images: Any, axis: int) -> Any:
        side = images.shape[axis]
        largest = self._pixels(self.translation, side)
        positions = pixel_positions(side, axis) - self._integers(images, -largest, largest + 1)
        inside = ops.logical_and(positions >= 0, positions < side)
        shifted = ops.take_along_axis(images, ops.clip(positions, 0, side - 1), axis=axis)
        return ops.where(inside, shifted, ops.zeros_like(shifted))

    def _in_rectangle(self, images: Any, axis: int) -> Any:
        """Returns a mask of the rows or columns of each image that its rectangle covers."""
        side = images.shape[axis]
        size = self._pixels(self.cutout, side)
        # The center of a rectangle of even size is between two pixels or on the edge of the image.
        start = self._integers(images, 0, side + 1 - size % 2) - size // 2
        positions = pixel_positions(side, axis)
        return ops.logical_and(positions >= start, positions < start + size)

    @staticmethod
    def _pixels(share: float, side: int) -> int:
        return int(share * side + 0.5)

    def _factor(self, images: Any, low: float, high: float) -> Any:
        shape = (ops.shape(images)[0], 1, 1, 1)
        return keras.random.uniform(shape, low, high, dtype=images.dtype, seed=self.seed_generator)

    def _integers(self, images: Any, low: int, end: int) -> Any:
        return random_integers(images, low, end, self.seed_generator)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "translation": self.translation,
            "cutout": self.cutout,
            "color": self.color,
        }
