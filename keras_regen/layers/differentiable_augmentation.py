"""DifferentiableAugmentation: what a discriminator sees of images when there are few of them."""

import keras
from keras import ops

from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class DifferentiableAugmentation(SeededLayer):
    """Changes color, place and content of images at random, in a way that gradients pass through.

    In front of a discriminator, for real and generated images alike, it keeps the discriminator
    from learning few real images by heart. As the generator learns through it, generated images
    do not come to look augmented. Each image draws its own changes. Outside training images pass
    unchanged.

    Args:
        translation: Float from 0 (off) to below 1. Images are shifted by whole pixels, at most
            this share of each side, and what moves in is zero.
        cutout: Float from 0 (off) to below 1. A rectangle with this share of each side becomes
            zero. Its center lies anywhere in the image, so that part of it may lie outside.
        color: Whether to change brightness (by -0.25 to 0.25), saturation (0 to 2 times, for 3
            channels only) and contrast (0.5 to 1.5 times), in this order. Values are not clipped.
        seed: Integer seed of the changes, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`, floats; the brightness is meant for [0, 1].
    Output shape: the input's.

    Raises:
        ValueError: If `translation` or `cutout` is out of range, or inputs are not images.

    Source: Zhao et al., 2020, "Differentiable augmentation for data-efficient GAN training",
    https://arxiv.org/abs/2006.10738. Its code has images in [-1, 1], where brightness changes by
    up to 0.5.

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
        **kwargs,
    ):
        for name, share in (("translation", translation), ("cutout", cutout)):
            if not 0 <= share < 1:
                raise ValueError(
                    f"`{name}` must be a share of the image's sides, at least 0 (off) and below 1. "
                    f"Received: {name}={share}."
                )
        super().__init__(seed=seed, **kwargs)
        self.translation = translation
        self.cutout = cutout
        self.color = color
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def call(self, inputs, training=False):
        images = inputs
        if not training:
            return images
        if self.color:
            images = self._recolored(images)
        if self.translation:
            for axis in (1, 2):
                images = self._shifted(images, axis)
        if self.cutout:
            rows, columns = (self._cut(images, axis) for axis in (1, 2))
            images = ops.where(ops.logical_and(rows, columns), ops.zeros_like(images), images)
        return images

    def _recolored(self, images):
        images = images + self._factor(images, -0.25, 0.25)
        if images.shape[-1] == 3:
            gray = ops.mean(images, axis=-1, keepdims=True)
            images = gray + (images - gray) * self._factor(images, 0.0, 2.0)
        mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
        return mean + (images - mean) * self._factor(images, 0.5, 1.5)

    def _shifted(self, images, axis):
        side = images.shape[axis]
        most = self._pixels(self.translation, side)
        places = _places(side, axis) - self._integers(images, -most, most + 1)
        inside = ops.logical_and(places >= 0, places < side)
        moved = ops.take_along_axis(images, ops.clip(places, 0, side - 1), axis=axis)
        return ops.where(inside, moved, ops.zeros_like(moved))

    def _cut(self, images, axis):
        """Returns which rows or columns of each image lie in its rectangle."""
        side = images.shape[axis]
        size = self._pixels(self.cutout, side)
        # A rectangle of an even size has its center between two pixels, or on the image's edge.
        start = self._integers(images, 0, side + 1 - size % 2) - size // 2
        places = _places(side, axis)
        return ops.logical_and(places >= start, places < start + size)

    @staticmethod
    def _pixels(share, side):
        return int(share * side + 0.5)

    def _factor(self, images, low, high):
        shape = (ops.shape(images)[0], 1, 1, 1)
        return keras.random.uniform(shape, low, high, dtype=images.dtype, seed=self.seed_generator)

    def _integers(self, images, low, end):
        shape = (ops.shape(images)[0], 1, 1, 1)
        return keras.random.randint(shape, low, end, dtype="int32", seed=self.seed_generator)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "translation": self.translation,
            "cutout": self.cutout,
            "color": self.color,
        }


def _places(side, axis):
    """Returns 0 to `side` - 1 along one axis of images."""
    shape = [1, 1, 1, 1]
    shape[axis] = side
    return ops.reshape(ops.arange(side, dtype="int32"), shape)
