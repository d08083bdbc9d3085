"""The networks of the DE-GAN paper.

The networks for grayscale images are from table II. The networks for color images are from tables
III and IV, which show the same architecture at two sizes. The number of convolutions depends on the
size of the image. In the tables, an arrow down is a convolution with stride 2, and an arrow up is a
transposed convolution with stride 2; both have "same" padding.

The paths of the variables start with the name of the network (`"generator/..."`).
"""

import math
from typing import Any

import keras
from keras import layers

from keras_regen.checks import check_flag, check_number
from keras_regen.constraints import ClipWeights
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.layers.conv2d_transpose import Conv2DTranspose
from keras_regen.layers.seeded_layer import keras_seed
from keras_regen.networks.csae import check_network
from keras_regen.networks.regene import scaled
from keras_regen.networks.scoped_model import ScopedModel

HIDDEN_LAYER = "features"
LEAKY_SLOPE = 0.2


def degan_encoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 128,
    width: float = 1.0,
    dropout: float = 0.1,
    seed: int | None = 0,
    name: str = "encoder",
) -> keras.Model:
    """Builds the encoder of DE-GAN's variational autoencoder, from images to posteriors.

    The network has 5x5 convolutions with 32, 64 and 128 filters that halve the image, dropout and
    a dense layer. Images below 16 pixels have two convolutions. Images above 64 pixels have a
    fourth convolution with 256 filters, and images above 128 pixels a fifth with 512.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1: the dimension of the latent.
        width: Float, above 0: factor of the numbers of filters.
        dropout: Float from 0 to below 1: the share of the features to drop in training. The tables
            do not name it.
        seed: Integer seed of the dropout, or `None`.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to `(batch, 2 * latent_dim)`: the mean of the
        posterior, followed by the logarithm of its variance. The layer `128 Fully-Connected` of
        the tables is the mean; the variance is added here.

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: DE-GAN, tables II, III and IV. They do not name the activations; leaky ReLU is used.

    Examples:
        >>> from keras_regen.networks import degan_encoder
        >>> degan_encoder((28, 28, 1)).output_shape
        (None, 256)
    """
    image_shape, latent_dim = check_network(image_shape, name, latent_dim=latent_dim)
    check_number("dropout", dropout, 0, below=1)
    dropout = float(dropout)
    seed = keras_seed(seed)
    with keras.name_scope(name):
        inputs = keras.Input(image_shape, name="image")
        x = _rescale_input(inputs)
        for stage in range(_stages(image_shape, 3)):
            filters = scaled(32 * 2**stage, width)
            x = layers.Conv2D(filters, 5, strides=2, padding="same", name=f"conv{stage + 1}")(x)
            x = layers.LeakyReLU(LEAKY_SLOPE, name=f"conv{stage + 1}_relu")(x)
        # Without a seed, the dropout on PyTorch does not depend on the saved random state.
        x = layers.Dropout(dropout, seed=seed, name="dropout")(x)
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(2 * latent_dim, name="posterior")(x)
    return ScopedModel(inputs, x, name=name)


def degan_decoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 128,
    width: float = 1.0,
    name: str = "decoder",
) -> keras.Model:
    """Builds the decoder of DE-GAN's variational autoencoder, from latents to images.

    A transposed convolution with 128 filters and without padding expands the latent to a map of 4
    to 7 pixels. Transposed 5x5 convolutions double the map up to the image size: 4-8-16-32 and so
    on. For grayscale images, two unpadded convolutions expand the latent: 1-3-7-14-28. The number
    of filters halves with each convolution, down to 16. Larger maps are cropped to the image.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1: the dimension of the latent.
        width: Float, above 0: factor of the numbers of filters.
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to images in [0, 1].

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: DE-GAN, tables II, III and IV. They name the last activation only; the others are leaky
    ReLU.

    Examples:
        >>> from keras_regen.networks import degan_decoder
        >>> degan_decoder((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    image_shape, latent_dim = check_network(image_shape, name, latent_dim=latent_dim)
    doublings = int(math.log2(min(image_shape[:2]) / 4))
    rows, columns = _first_map(image_shape, doublings)
    kernels = [(3, 3), (rows - 2, columns - 2)] if image_shape[-1] == 1 else [(rows, columns)]
    unpadded = len(kernels)
    kernels += [(5, 5)] * (doublings - 1)
    with keras.name_scope(name):
        inputs = keras.Input((latent_dim,), name="latent")
        x = layers.Reshape((1, 1, latent_dim), name="reshape")(inputs)
        for stage, kernel in enumerate(kernels):
            expands = stage < unpadded
            x = Conv2DTranspose(
                scaled(max(16, 128 // 2**stage), width),
                kernel,
                strides=1 if expands else 2,
                padding="valid" if expands else "same",
                name=f"conv{stage + 1}",
            )(x)
            x = layers.LeakyReLU(LEAKY_SLOPE, name=f"conv{stage + 1}_relu")(x)
        x = _images(x, image_shape, "glorot_uniform")
    return ScopedModel(inputs, x, name=name)


def degan_generator(
    image_shape: tuple[int, int, int],
    latent_dim: int = 128,
    width: float = 1.0,
    name: str = "generator",
) -> keras.Model:
    """Builds the generator of DE-GAN, from noise to images.

    For grayscale images, the network has dense layers with 1,024 and 7x7x128 units and two
    transposed convolutions, with 128 filters and with the channels of the image (7-14-28). Images
    below 16 pixels start from a smaller map. Images above 32, 64 or 128 pixels have one, two or
    three additional convolutions.

    For color images, the network has a dense layer with 1,024 units and four transposed
    convolutions, with 512, 256 and 512 filters and with the channels of the image. The 1,024 units
    are a map of 4x4x64 for 64 pixels and of 2x2x256 for 32 pixels. Images below 32 pixels have
    fewer convolutions. Images above 128 pixels have an additional convolution with 512 filters.

    Batch normalization and ReLU follow every layer except the last layer.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1: the dimension of the noise.
        width: Float, above 0: factor of the numbers of filters and of dense units.
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to images in [0, 1].

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: DE-GAN, tables II, III and IV; the initialization is from DCGAN. Tables III and IV end
    with 64 filters instead of 3, and they print neither normalization nor ReLU after the third
    convolution. This package treats both as misprints.

    Examples:
        >>> from keras_regen.networks import degan_generator
        >>> degan_generator((64, 64, 3), width=0.1).output_shape
        (None, 64, 64, 3)
    """
    image_shape, latent_dim = check_network(image_shape, name, latent_dim=latent_dim)
    gray = image_shape[-1] == 1
    doublings = _stages(image_shape, 2 if gray else 4)
    first_map = _first_map(image_shape, doublings)
    size = math.prod(first_map)
    depth = scaled(128 if gray else 1024 / size, width)
    hidden = [scaled(1024, width)] if gray else []
    # Images above 128 pixels have the last number of filters twice.
    filters = [128] * 4 if gray else [512, 256, 512, 512]
    with keras.name_scope(name):
        inputs = keras.Input((latent_dim,), name="latent")
        x = inputs
        for index, units in enumerate([*hidden, size * depth], start=1):
            x = layers.Dense(
                units, use_bias=False, kernel_initializer=_normal(), name=f"dense{index}"
            )(x)
            x = _normalized(x, f"dense{index}")
            x = layers.ReLU(name=f"dense{index}_relu")(x)
        x = layers.Reshape((*first_map, depth), name="reshape")(x)
        for index, count in enumerate(filters[: doublings - 1], start=1):
            x = Conv2DTranspose(
                scaled(count, width),
                5,
                strides=2,
                padding="same",
                use_bias=False,
                kernel_initializer=_normal(),
                name=f"conv{index}",
            )(x)
            x = _normalized(x, f"conv{index}")
            x = layers.ReLU(name=f"conv{index}_relu")(x)
        x = _images(x, image_shape, _normal())
    return ScopedModel(inputs, x, name=name)


def degan_discriminator(
    image_shape: tuple[int, int, int],
    width: float = 1.0,
    normalization: bool = True,
    clip: float | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """Builds the discriminator of DE-GAN, from images to logits.

    The network has 5x5 convolutions that halve the image, and a dense layer with a single unit.
    For grayscale images, the convolutions have 11 and 74 filters, and a dense layer with 1,024
    units follows. For color images, they have 64, 128 and 256 filters. Larger images have
    additional convolutions, each with twice the filters, until the map has at most 8 pixels per
    side. Color images below 16 pixels have two convolutions. Leaky ReLU follows every layer except
    the last layer. Batch normalization follows every layer except the first and the last layer.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        width: Float, above 0: factor of the numbers of filters and of dense units.
        normalization: Boolean: whether to use batch normalization. A Wasserstein critic does not
            use it, because the normalization makes the logit of an image depend on the batch and
            cancels the bound of `clip`.
        clip: `None`, or float above 0: the largest absolute value of kernels and biases.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to logits `(batch, 1)`. The sigmoid of the tables
        is a part of the loss. The activation after the last convolution is the layer `"features"`
        (`HIDDEN_LAYER`).

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: DE-GAN, tables II, III and IV; the initialization is from DCGAN. This package treats
    the line `64 Fully-Connected` below the last unit in tables III and IV as a misprint.

    Examples:
        >>> from keras_regen.networks import degan_discriminator
        >>> model = degan_discriminator((28, 28, 1))
        >>> model.output_shape, model.get_layer("features").output.shape
        ((None, 1), (None, 7, 7, 74))
    """
    (image_shape,) = check_network(image_shape, name)
    check_flag("normalization", normalization)
    gray = image_shape[-1] == 1
    filters = [11, 74, 148, 296, 592] if gray else [64, 128, 256, 512, 1024]
    filters = filters[: _stages(image_shape, 2 if gray else 3)]
    constraint = None if clip is None else ClipWeights(clip)
    options = {"kernel_constraint": constraint, "bias_constraint": constraint}
    with keras.name_scope(name):
        inputs = keras.Input(image_shape, name="image")
        x = _rescale_input(inputs)
        for index, count in enumerate(filters, start=1):
            normalized = normalization and index > 1
            x = layers.Conv2D(
                scaled(count, width),
                5,
                strides=2,
                padding="same",
                use_bias=not normalized,
                kernel_initializer=_normal(),
                name=f"conv{index}",
                **options,
            )(x)
            x = _normalized(x, f"conv{index}") if normalized else x
            last = index == len(filters)
            x = layers.LeakyReLU(LEAKY_SLOPE, name=HIDDEN_LAYER if last else f"conv{index}_relu")(x)
        x = layers.Flatten(name="flatten")(x)
        if gray:
            x = layers.Dense(
                scaled(1024, width),
                use_bias=not normalization,
                kernel_initializer=_normal(),
                name="dense",
                **options,
            )(x)
            x = _normalized(x, "dense") if normalization else x
            x = layers.LeakyReLU(LEAKY_SLOPE, name="dense_relu")(x)
        # float32 under every dtype policy, because the losses are computed from the logits.
        x = layers.Dense(
            1, kernel_initializer=_normal(), dtype="float32", name="logits", **options
        )(x)
    return ScopedModel(inputs, x, name=name)


def _stages(image_shape: tuple[int, int, int], usual: int) -> int:
    """Returns the number of convolutions that halve an image to a map of 2x2 to 8x8 pixels."""
    side = min(image_shape[:2])
    return min(max(usual, math.ceil(math.log2(side / 8))), int(math.log2(side / 2)))


def _first_map(image_shape: tuple[int, int, int], doublings: int) -> tuple[int, ...]:
    """Returns the smallest rows and columns that cover the image after the doublings."""
    return tuple(-(-side // 2**doublings) for side in image_shape[:2])


def _normal() -> keras.initializers.Initializer:
    # An initializer returns the same values at every call, so each layer needs a new initializer.
    return keras.initializers.RandomNormal(stddev=0.02)


def _normalized(x: Any, name: str) -> Any:
    return layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"{name}_norm")(x)


def _rescale_input(x: Any) -> Any:
    """Rescales color images to [-1, 1], the range of the generator's tanh."""
    return layers.Rescaling(2.0, offset=-1.0, name="range")(x) if x.shape[-1] == 3 else x


def _images(x: Any, image_shape: tuple[int, int, int], initializer: Any) -> Any:
    """Applies the last transposed convolution, and crops and rescales its output to images."""
    height, width, channels = image_shape
    # float32 under every dtype policy, because these are the output images.
    x = Conv2DTranspose(
        channels,
        5,
        strides=2,
        padding="same",
        activation="sigmoid" if channels == 1 else "tanh",
        kernel_initializer=initializer,
        dtype="float32",
        name="image",
    )(x)
    excess = x.shape[1] - height, x.shape[2] - width
    if any(excess):
        crop = tuple((more // 2, more - more // 2) for more in excess)
        x = layers.Cropping2D(crop, dtype="float32", name="crop")(x)
    if channels == 3:
        x = layers.Rescaling(0.5, offset=0.5, dtype="float32", name="range")(x)
    return x
