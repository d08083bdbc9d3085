"""projection_discriminator: the discriminator of images and their classes."""

import math
from typing import Any

import keras
from keras import layers

from keras_regen.checks import check_integer
from keras_regen.constraints import SpectralNorm
from keras_regen.networks.csae import check_network
from keras_regen.networks.scoped_model import ScopedModel

# The discriminator halves an image down to about this size.
_SMALLEST_MAP = 4
_LEAKY_SLOPE = 0.1


def projection_discriminator(
    image_shape: tuple[int, int, int],
    num_classes: int | None = None,
    filters: int = 64,
    name: str = "discriminator",
) -> keras.Model:
    """Builds a discriminator of images and classes, for `keras_regen.losses.AdversarialLoss`.

    Pairs of a 3x3 convolution and a 4x4 convolution that halves the image, down to about 4x4
    pixels, and a last 3x3 convolution. Each pair doubles the filters, up to four times `filters`.
    The logit is a linear function of the feature maps, added up over the pixels, plus their product
    with a vector of the class. A constraint keeps the spectral norm of every layer at 1.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        num_classes: Integer, at least 2, or `None` for a discriminator of images alone.
        filters: Integer, at least 1: the number of filters of the first convolution.
        name: Name of the model.

    Returns:
        A functional model from a list of images `(batch, height, width, channels)` in [0, 1] and
        one-hot labels `(batch, num_classes)`, or from images alone, to logits `(batch, 1)`.

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: Miyato and Koyama, 2018, https://arxiv.org/abs/1802.05637, equation 3 and figure 1; the
    convolutions as in Miyato et al., 2018, https://arxiv.org/abs/1802.05957, table 3.

    Examples:
        >>> from keras_regen.networks import projection_discriminator
        >>> projection_discriminator((28, 28, 1), num_classes=10).output_shape
        (None, 1)
    """
    image_shape, filters = check_network(image_shape, name, filters=filters)
    if num_classes is not None:
        check_integer("num_classes", num_classes, 2)
    halvings = max(1, round(math.log2(min(image_shape[:2]) / _SMALLEST_MAP)))
    with keras.name_scope(name):
        images = keras.Input(image_shape, name="image")
        x = layers.Rescaling(2.0, offset=-1.0, name="range")(images)
        count = filters
        for index in range(1, halvings + 1):
            x = _convolution(x, count, 3, 1, f"conv{index}")
            count = min(2 * count, 4 * filters)
            x = _convolution(x, count, 4, 2, f"half{index}")
        x = _convolution(x, count, 3, 1, "last")
        pixels = x.shape[1] * x.shape[2]
        features = layers.GlobalAveragePooling2D(name="mean")(x)
        features = layers.Rescaling(float(pixels), name="sum")(features)
        logits = _dense(1, "logits")(features)
        if num_classes is None:
            return ScopedModel(images, logits, name=name)
        labels = keras.Input((int(num_classes),), name="label")
        vector = _dense(count, "class_vector", use_bias=False)(labels)
        product = layers.Dot(axes=1, dtype="float32", name="projection")([features, vector])
        logits = layers.Add(dtype="float32", name="sum_of_logits")([logits, product])
    return ScopedModel([images, labels], logits, name=name)


def _convolution(x: Any, filters: int, size: int, strides: int, name: str) -> Any:
    x = layers.Conv2D(
        filters,
        size,
        strides,
        padding="same",
        kernel_initializer="orthogonal",
        kernel_constraint=SpectralNorm(),
        name=name,
    )(x)
    return layers.LeakyReLU(_LEAKY_SLOPE, name=f"{name}_relu")(x)


def _dense(units: int, name: str, **options: Any) -> layers.Dense:
    # float32 under every dtype policy, because the losses are computed from the logits.
    return layers.Dense(
        units,
        kernel_initializer="orthogonal",
        kernel_constraint=SpectralNorm(),
        dtype="float32",
        name=name,
        **options,
    )
