"""The networks of the first GANs, of dense layers only, as functional Keras models."""

import math
from collections.abc import Sequence

import keras
from keras import layers

from keras_regen.checks import check_integer
from keras_regen.constraints import ClipWeights
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.networks.csae import check_image_shape
from keras_regen.networks.degan import HIDDEN_LAYER, LEAKY_SLOPE
from keras_regen.networks.scoped_model import ScopedModel


def dense_generator(
    image_shape: tuple[int, int, int],
    latent_dim: int = 128,
    hidden: Sequence[int] = (256, 512, 1024),
    name: str = "generator",
) -> keras.Model:
    """Builds a generator of dense layers with leaky ReLU: noise in, images out.

    Batch normalization follows every layer but the last. Without it, the generator soon draws one
    image, whatever the noise.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        latent_dim: Integer, at least 1: dimensions of the noise.
        hidden: Integers, at least 1: units of the hidden layers.
        name: Name of the model, with which the paths of its variables start.

    Returns:
        A functional model from `(batch, latent_dim)` to images in [0, 1].

    Raises:
        ValueError: If the image shape cannot be taken, or a number is out of range.

    Source: the kind of network of Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661; its
    normalization is that of the paper's other generators.

    Examples:
        >>> from keras_regen.networks import dense_generator
        >>> dense_generator((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    check_image_shape(image_shape)
    check_integer("latent_dim", latent_dim, 1)
    with keras.name_scope(name):
        inputs = keras.Input((latent_dim,), name="latent")
        x = _hidden_layers(inputs, hidden, last="hidden", normalization=True)
        # float32 in every precision policy: the images that a model gives back.
        x = layers.Dense(
            math.prod(image_shape), activation="sigmoid", dtype="float32", name="pixels"
        )(x)
        x = layers.Reshape(image_shape, dtype="float32", name="image")(x)
    return ScopedModel(inputs, x, name=name)


def dense_discriminator(
    input_shape: tuple[int, ...],
    hidden: Sequence[int] = (512, 256),
    clip: float | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """Builds a discriminator of dense layers with leaky ReLU: images or latents in, scores out.

    Args:
        input_shape: `(height, width, channels)` of images, with height and width of 8 to 128 and
            1 or 3 channels; or `(latent_dim,)`, for adversarial autoencoders.
        hidden: Integers, at least 1: units of the hidden layers.
        clip: `None`, or float above 0: the largest absolute value of kernels and biases.
        name: Name of the model, with which the paths of its variables start.

    Returns:
        A functional model from `(batch, *input_shape)` to scores `(batch, 1)`. They are logits:
        a sigmoid belongs to the loss. The last hidden activation is the layer `"features"`, as in
        `degan_discriminator`.

    Raises:
        ValueError: If the input shape cannot be taken, or a number is out of range.

    Source: the kind of network of Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661.

    Examples:
        >>> from keras_regen.networks import dense_discriminator
        >>> dense_discriminator((28, 28, 1)).output_shape
        (None, 1)
        >>> dense_discriminator((8,)).count_params()  # 8 * 512 + 512 + 512 * 256 + 256 + 256 + 1
        136193
    """
    input_shape = tuple(input_shape)
    if len(input_shape) == 1:
        check_integer("input_shape[0]", input_shape[0], 1)
    else:
        check_image_shape(input_shape)
    constraint = None if clip is None else ClipWeights(clip)
    options = {"kernel_constraint": constraint, "bias_constraint": constraint}
    with keras.name_scope(name):
        inputs = keras.Input(input_shape, name="latent" if len(input_shape) == 1 else "image")
        x = layers.Flatten(name="flatten")(inputs)
        x = _hidden_layers(x, hidden, HIDDEN_LAYER, **options)
        # float32 in every precision policy: the scores that losses are made of.
        x = layers.Dense(1, dtype="float32", name="score", **options)(x)
    return ScopedModel(inputs, x, name=name)


def _hidden_layers(x, hidden, last, normalization=False, **options):
    """Dense layers, each followed by leaky ReLU, the last of which has the name `last`."""
    check_integer("len(hidden)", len(hidden), 1)
    for index, units in enumerate(hidden, start=1):
        check_integer("hidden", units, 1)
        x = layers.Dense(units, use_bias=not normalization, name=f"dense{index}", **options)(x)
        if normalization:
            x = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"dense{index}_norm")(
                x
            )
        name = last if index == len(hidden) else f"dense{index}_relu"
        x = layers.LeakyReLU(LEAKY_SLOPE, name=name)(x)
    return x
