"""The convolutional networks of both CSAE papers."""

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_regen.checks import check_choice, check_integer, check_name, elements_of
from keras_regen.layers import DeconvolutionBlock, ResidualBlock, UpsamplingBlock
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM

SMALLEST_IMAGE, LARGEST_IMAGE = 8, 256
# The encoders halve the image down to about this size, as in the tables of both papers.
_SMALLEST_MAP = 4


def csae_encoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 40,
    stem_filters: int = 32,
    name: str = "encoder",
) -> keras.Model:
    """Builds the convolutional encoder of CSAE, from images to latents.

    The network is a 3x3 convolution, residual blocks and a dense layer. Each block halves the
    image, down to about 4x4, so larger images have more blocks. The number of filters doubles with
    each block, up to four times `stem_filters`. For 32x32 images, the filters are 32-64-128-128
    (table 2 of the second version) or, with `stem_filters=16`, 16-32-64-64 (table 2 of the first
    version). Images are padded with zeros if the blocks cannot halve their size (28x28 to 32x32).

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1: the dimension of the latent.
        stem_filters: Integer, at least 1: the number of filters of the first convolution.
        name: Name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` in [0, 1] to
        `(batch, latent_dim)`.

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: CSAE, both versions, table 2.

    Examples:
        >>> from keras_regen.networks import csae_encoder
        >>> csae_encoder((28, 28, 1)).output_shape
        (None, 40)
    """
    image_shape, latent_dim, stem_filters = check_network(
        image_shape, name, latent_dim=latent_dim, stem_filters=stem_filters
    )
    inputs = keras.Input(image_shape, name="image")
    latents = normalized_latents(_convolutions(inputs, stem_filters), latent_dim)
    return keras.Model(inputs, latents, name=name)


def csae_conditional_encoder(
    image_shape: tuple[int, int, int],
    num_classes: int,
    latent_dim: int = 40,
    stem_filters: int = 32,
    name: str = "encoder",
) -> keras.Model:
    """Builds `csae_encoder` with the class of the image as a second input.

    The one-hot label is repeated to a map for each class and joined to the channels of the image.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        num_classes: Integer, at least 2.
        latent_dim: Integer, at least 1: the dimension of the output. For a variational
            autoencoder, use twice the dimension of its latent.
        stem_filters: Integer, at least 1: the number of filters of the first convolution.
        name: Name of the model.

    Returns:
        A functional model from a list of images `(batch, height, width, channels)` in [0, 1] and
        one-hot labels `(batch, num_classes)` to `(batch, latent_dim)`.

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: CSAE, second version, section 4: its CVAE has "the same autoencoder structure".

    Examples:
        >>> from keras_regen.networks import csae_conditional_encoder
        >>> csae_conditional_encoder((28, 28, 1), num_classes=10).output_shape
        (None, 40)
    """
    image_shape, num_classes, latent_dim, stem_filters = check_network(
        image_shape,
        name,
        num_classes=num_classes,
        latent_dim=latent_dim,
        stem_filters=stem_filters,
    )
    height, width, _ = image_shape
    inputs = keras.Input(image_shape, name="image")
    label = keras.Input((num_classes,), name="label")
    maps = layers.RepeatVector(height * width, name="label_pixels")(label)
    maps = layers.Reshape((height, width, num_classes), name="label_maps")(maps)
    latents = normalized_latents(_convolutions(inputs, stem_filters, label_maps=maps), latent_dim)
    return keras.Model([inputs, label], latents, name=name)


def csae_decoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 40,
    stem_filters: int = 32,
    upsampling: str = "bilinear",
    activation: str | None = None,
    name: str = "decoder",
) -> keras.Model:
    """Builds the convolutional decoder of CSAE, the mirror image of `csae_encoder`.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1: the dimension of the latent.
        stem_filters: Integer, at least 1: the number of filters of the last block, as in
            `csae_encoder`.
        upsampling: `"bilinear"` for `UpsamplingBlock` (second version), or `"transposed"` for
            `DeconvolutionBlock` (first version).
        activation: Activation of the last layer. `None` is linear, as in the papers; `CSAE` clips
            the images to [0, 1] outside of training. The output of `"sigmoid"` is in [0, 1].
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the image shape is not supported, a number is out of range, or the upsampling
            or the activation is unknown.

    Source: CSAE, both versions, table 2.

    Examples:
        >>> from keras_regen.networks import csae_decoder
        >>> csae_decoder((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    blocks = {"bilinear": UpsamplingBlock, "transposed": DeconvolutionBlock}
    check_choice("upsampling", upsampling, blocks)
    image_shape, latent_dim, stem_filters = check_network(
        image_shape, name, latent_dim=latent_dim, stem_filters=stem_filters
    )
    activation = as_activation(activation)
    padding, filters = _stages(image_shape, stem_filters)
    height, width, channels = image_shape
    stride = 2 ** (len(filters) - 1)
    map_shape = (
        (height + sum(padding[0])) // stride,
        (width + sum(padding[1])) // stride,
        filters[-1],
    )
    inputs = keras.Input((latent_dim,), name="latent")
    x = layers.Dense(math.prod(map_shape), name="map")(inputs)
    x = layers.Reshape(map_shape, name="reshape")(x)
    for index, count in enumerate(reversed(filters[:-1]), start=1):
        x = blocks[upsampling](count, name=f"block{index}")(x)
    # float32 under every dtype policy, because these are the output images.
    x = layers.Conv2D(channels, 1, activation=activation, dtype="float32", name="image")(x)
    if padding != ((0, 0), (0, 0)):
        x = layers.Cropping2D(padding, dtype="float32", name="crop")(x)
    return keras.Model(inputs, x, name=name)


def basenet(
    image_shape: tuple[int, int, int],
    num_classes: int,
    stem_filters: int = 32,
    name: str = "basenet",
) -> keras.Model:
    """Builds the baseline classifier of the papers.

    The network has the convolutions of the encoder, average pooling and a softmax layer. The
    papers train it with cross-entropy and compare it with CSAE.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        num_classes: Integer, at least 2.
        stem_filters: Integer, at least 1: the number of filters of the first convolution, as in
            `csae_encoder`.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to probabilities `(batch, num_classes)`.

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: CSAE, second version, section 4.3.

    Examples:
        >>> from keras_regen.networks import basenet
        >>> basenet((28, 28, 1), num_classes=10).output_shape
        (None, 10)
    """
    image_shape, num_classes, stem_filters = check_network(
        image_shape, name, num_classes=num_classes, stem_filters=stem_filters
    )
    inputs = keras.Input(image_shape, name="image")
    x = _convolutions(inputs, stem_filters)
    # The papers' 4x4 average pooling covers the whole last map.
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    outputs = layers.Dense(num_classes, activation="softmax", dtype="float32", name="probability")(
        x
    )
    return keras.Model(inputs, outputs, name=name)


def check_network(image_shape: tuple[int, int, int], name: str, **sizes: int) -> tuple[Any, ...]:
    """Checks the arguments that the networks of this package share.

    Args:
        image_shape: `(height, width, channels)`.
        name: Name of the model.
        **sizes: Arguments that must be integers of at least 1, or of at least 2 for
            `num_classes`.

    Returns:
        A tuple of the image shape and the sizes, in Python integers.

    Raises:
        ValueError: If the height or the width is not in 8 to 256, the number of channels is not 1
            or 3, the name is not valid, or a size is below 1.

    Examples:
        >>> from keras_regen.networks.csae import check_network
        >>> check_network([28, 28, 1], "encoder", latent_dim=40)
        ((28, 28, 1), 40)
    """
    check_name(name)
    for argument, size in sizes.items():
        check_integer(argument, size, 2 if argument == "num_classes" else 1)
    return check_image_shape(image_shape), *map(int, sizes.values())


def as_activation(activation: Any) -> Any:
    """Converts an argument to an activation of the last layer of a decoder.

    Args:
        activation: `None`, the name of a Keras activation, or a function from a tensor to a tensor
            of the same shape.

    Returns:
        The argument, or the function with this name.

    Raises:
        ValueError: If `activation` is anything else.

    Examples:
        >>> from keras_regen.networks.csae import as_activation
        >>> as_activation("sigmoid").__name__
        'sigmoid'
    """
    try:
        if activation is None or isinstance(activation, str):
            return keras.activations.get(activation)
        pixels = keras.activations.get(activation)(ops.zeros((1, 2)))
        valid, problem = ops.is_tensor(pixels) and tuple(pixels.shape) == (1, 2), ""
    except Exception as error:  # a function can raise any error
        valid, problem = False, f" {error}"
    if not valid:
        raise ValueError(
            "`activation` must be None, the name of a Keras activation, or a function from a "
            f"tensor to a tensor of the same shape. Received: activation={activation!r}.{problem}"
        )
    return activation


def check_image_shape(image_shape: tuple[int, int, int]) -> tuple[int, ...]:
    """Raises an error unless the networks of this package support the image shape.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        The image shape, a tuple of Python integers.

    Raises:
        ValueError: If the height or the width is not in 8 to 256, or the number of channels is not
            1 or 3.
    """
    sides = elements_of(image_shape) or []
    valid = (
        len(sides) == 3
        and all(isinstance(side, (int, np.integer)) for side in sides)
        and all(SMALLEST_IMAGE <= side <= LARGEST_IMAGE for side in sides[:2])
        and sides[2] in (1, 3)
        and not isinstance(sides[2], bool)
    )
    if not valid:
        raise ValueError(
            f"`image_shape` must be (height, width, channels) with {SMALLEST_IMAGE} to "
            f"{LARGEST_IMAGE} rows and columns and 1 or 3 channels. "
            f"Received: image_shape={image_shape}. Resize the images."
        )
    return tuple(map(int, sides))


def normalized_latents(x: Any, latent_dim: int) -> Any:
    """Normalizes the last feature map, and applies the dense layer of the encoders.

    Args:
        x: Feature map `(batch, height, width, channels)`, or rows of features.
        latent_dim: Integer: the dimension of the latent.

    Returns:
        Tensor `(batch, latent_dim)`.

    Examples:
        >>> import keras
        >>> from keras_regen.networks.csae import normalized_latents
        >>> normalized_latents(keras.Input((4, 4, 8)), 5).shape
        (None, 5)
    """
    x = layers.Flatten(name="flatten")(x)
    # All features are positive after ReLU, so their mean dominates the largest eigenvalue of their
    # second moments. This eigenvalue bounds the learning rate of the dense layer. Without the
    # normalization, the papers' learning rate of 0.1 is above the bound and the latents collapse.
    x = layers.BatchNormalization(
        momentum=BATCH_NORM_MOMENTUM, center=False, scale=False, name="feature_norm"
    )(x)
    return layers.Dense(latent_dim, name="latent")(x)


def _convolutions(inputs: Any, stem_filters: int, label_maps: Any = None) -> Any:
    """Applies the padding, the convolution and the residual blocks of the encoders."""
    padding, filters = _stages(inputs.shape[1:], stem_filters)
    x = inputs
    if label_maps is not None:
        x = layers.Concatenate(name="image_and_maps")([inputs, label_maps])
    if padding != ((0, 0), (0, 0)):
        x = layers.ZeroPadding2D(padding, name="pad")(x)
    x = layers.Conv2D(
        filters[0], 3, padding="same", use_bias=False, kernel_initializer="he_normal", name="stem"
    )(x)
    x = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name="stem_norm")(x)
    x = layers.ReLU(name="stem_relu")(x)
    for index, count in enumerate(filters[1:], start=1):
        x = ResidualBlock(count, name=f"block{index}")(x)
    return x


def _stages(
    image_shape: tuple[int, int, int], stem_filters: int
) -> tuple[tuple[tuple[int, int], ...], list[int]]:
    """Returns the padding of rows and columns, and the filters of the stem and of each block."""
    num_blocks = math.ceil(math.log2(max(image_shape[:2]) / _SMALLEST_MAP))
    stride = 2**num_blocks
    padding = tuple(
        (missing // 2, missing - missing // 2)
        for missing in (-side % stride for side in image_shape[:2])
    )
    return padding, [stem_filters * min(2**stage, 4) for stage in range(num_blocks + 1)]
