"""Dense networks for GANs."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from keras_regen.checks import as_integers, check_integer, check_name, elements_of
from keras_regen.constraints import ClipWeights
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.networks.csae import check_image_shape, check_network
from keras_regen.networks.degan import HIDDEN_LAYER, LEAKY_SLOPE
from keras_regen.networks.scoped_model import ScopedModel


def dense_generator(
    image_shape: tuple[int, int, int],
    latent_dim: int = 128,
    hidden: Sequence[int] = (256, 512, 1024),
    name: str = "generator",
) -> keras.Model:
    """Builds a generator of dense layers with leaky ReLU, from noise to images.

    Batch normalization follows every layer except the last layer. Without it, the generator
    collapses to a single image.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1: the dimension of the noise.
        hidden: Integers, at least 1: the numbers of units of the hidden layers.
        name: Name of the model. The paths of its variables start with it.

    Returns:
        A functional model from `(batch, latent_dim)` to images in [0, 1].

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: similar to Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661, with the batch
    normalization of DE-GAN's generators.

    Examples:
        >>> from keras_regen.networks import dense_generator
        >>> dense_generator((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    image_shape, latent_dim = check_network(image_shape, name, latent_dim=latent_dim)
    with keras.name_scope(name):
        inputs = keras.Input((latent_dim,), name="latent")
        x = _hidden_layers(inputs, hidden, last="hidden", normalization=True)
        # float32 under every dtype policy, because these are the output images.
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
    """Builds a discriminator of dense layers with leaky ReLU, from images or latents to logits.

    Args:
        input_shape: `(height, width, channels)` of images, with height and width of 8 to 256 and
            1 or 3 channels; or `(latent_dim,)`, for adversarial autoencoders.
        hidden: Integers, at least 1: the numbers of units of the hidden layers.
        clip: `None`, or float above 0: the largest absolute value of kernels and biases.
        name: Name of the model. The paths of its variables start with it.

    Returns:
        A functional model from `(batch, *input_shape)` to logits `(batch, 1)`. The sigmoid is a
        part of the loss. The last hidden activation is the layer `"features"`, as in
        `degan_discriminator`.

    Raises:
        ValueError: If the input shape is not supported, or a number is out of range.

    Source: similar to Goodfellow et al., 2014, https://arxiv.org/abs/1406.2661.

    Examples:
        >>> from keras_regen.networks import dense_discriminator
        >>> dense_discriminator((28, 28, 1)).output_shape
        (None, 1)
        >>> dense_discriminator((8,)).count_params()  # 8 * 512 + 512 + 512 * 256 + 256 + 256 + 1
        136193
    """
    check_name(name)
    if len(elements_of(input_shape) or []) == 1:
        input_shape = as_integers("input_shape", input_shape, 1)
    else:
        input_shape = check_image_shape(input_shape)
    constraint = None if clip is None else ClipWeights(clip)
    options = {"kernel_constraint": constraint, "bias_constraint": constraint}
    with keras.name_scope(name):
        inputs = keras.Input(input_shape, name="latent" if len(input_shape) == 1 else "image")
        x = layers.Flatten(name="flatten")(inputs)
        x = _hidden_layers(x, hidden, HIDDEN_LAYER, **options)
        # float32 under every dtype policy, because the losses are computed from the logits.
        x = layers.Dense(1, dtype="float32", name="logits", **options)(x)
    return ScopedModel(inputs, x, name=name)


def _hidden_layers(
    x: Any, hidden: Sequence[int], last: str, normalization: bool = False, **options: Any
) -> Any:
    """Applies dense layers with leaky ReLU. `last` is the name of the last activation."""
    hidden = as_integers("hidden", hidden, 1)
    check_integer("len(hidden)", len(hidden), 1)
    for index, units in enumerate(hidden, start=1):
        x = layers.Dense(units, use_bias=not normalization, name=f"dense{index}", **options)(x)
        if normalization:
            x = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"dense{index}_norm")(
                x
            )
        name = last if index == len(hidden) else f"dense{index}_relu"
        x = layers.LeakyReLU(LEAKY_SLOPE, name=name)(x)
    return x
