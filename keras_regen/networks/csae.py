"""The networks of both CSAE papers, as functions that return functional Keras models."""

import math

import keras
from keras import layers

from keras_regen.layers import DeconvolutionBlock, ResidualBlock, UpsamplingBlock
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM

SMALLEST_IMAGE, LARGEST_IMAGE = 8, 128
# The encoders halve the image until about this size is left, as in both papers' tables.
_SMALLEST_MAP = 4


def csae_encoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 40,
    stem_filters: int = 32,
    name: str = "encoder",
) -> keras.Model:
    """Builds the convolutional encoder of CSAE: images in, latents out.

    A 3x3 convolution, then residual blocks that each halve the image until about 4x4 is left,
    then one dense layer. The filters double from stage to stage, up to four times the first:
    with 32x32 images, 32-64-128-128 (second version's table 2) and, with `stem_filters=16`,
    16-32-64-64 (first version's table 2). Other sizes get as many stages as they need; images
    whose size is no multiple of the last stage's stride are padded with zeros (28x28 to 32x32).

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        latent_dim: Integer: dimensions of the latent.
        stem_filters: Integer: filters of the first convolution.
        name: Name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` in [0, 1] to
        `(batch, latent_dim)`.

    Raises:
        ValueError: If the image shape cannot be taken.

    Source: CSAE, both versions, table 2.

    Examples:
        >>> from keras_regen.networks import csae_encoder
        >>> csae_encoder((28, 28, 1)).output_shape
        (None, 40)
    """
    inputs = keras.Input(image_shape, name="image")
    latents = _latents(_convolutions(inputs, stem_filters), latent_dim)
    return keras.Model(inputs, latents, name=name)


def csae_conditional_encoder(
    image_shape: tuple[int, int, int],
    num_classes: int,
    latent_dim: int = 40,
    stem_filters: int = 32,
    name: str = "encoder",
) -> keras.Model:
    """Builds `csae_encoder` with a second input, the class of the image.

    The class comes as one map of ones or zeros for each class, beside the channels of the image.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        num_classes: Integer, at least 2.
        latent_dim: Integer: numbers that come out; for a variational autoencoder, twice the
            dimensions of its latent.
        stem_filters: Integer: filters of the first convolution.
        name: Name of the model.

    Returns:
        A functional model from a list of images `(batch, height, width, channels)` in [0, 1] and
        one-hot labels `(batch, num_classes)` to `(batch, latent_dim)`.

    Raises:
        ValueError: If the image shape cannot be taken or there are fewer than two classes.

    Source: CSAE, second version, section 4: its CVAE has "the same autoencoder structure".

    Examples:
        >>> from keras_regen.networks import csae_conditional_encoder
        >>> csae_conditional_encoder((28, 28, 1), num_classes=10).output_shape
        (None, 40)
    """
    if num_classes < 2:
        raise ValueError(f"`num_classes` must be at least 2. Received: num_classes={num_classes}.")
    check_image_shape(image_shape)
    height, width, _ = image_shape
    inputs = keras.Input(image_shape, name="image")
    label = keras.Input((num_classes,), name="label")
    maps = layers.RepeatVector(height * width, name="label_pixels")(label)
    maps = layers.Reshape((height, width, num_classes), name="label_maps")(maps)
    latents = _latents(_convolutions(inputs, stem_filters, beside=maps), latent_dim)
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
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        latent_dim: Integer: dimensions of the latent.
        stem_filters: Integer: filters of the last stage, as in `csae_encoder`.
        upsampling: `"bilinear"`, the second version's `UpsamplingBlock`, or `"transposed"`, the
            first version's `DeconvolutionBlock`.
        activation: Of the last layer. `None` is linear, as the papers have it; `CSAE` clips
            images to [0, 1] outside training. `"sigmoid"` keeps to [0, 1].
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the image shape cannot be taken or the upsampling is not known.

    Source: CSAE, both versions, table 2.

    Examples:
        >>> from keras_regen.networks import csae_decoder
        >>> csae_decoder((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    blocks = {"bilinear": UpsamplingBlock, "transposed": DeconvolutionBlock}
    if upsampling not in blocks:
        raise ValueError(
            f"`upsampling` must be one of {sorted(blocks)}. Received: upsampling={upsampling!r}."
        )
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
    # float32 in every precision policy: the images that a model gives back.
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
    """Builds the papers' plain classifier: the encoder's convolutions, pooling, softmax.

    It is trained with cross-entropy on the labels, beside CSAE in the papers' tables.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        num_classes: Integer, at least 2.
        stem_filters: Integer: filters of the first convolution, as in `csae_encoder`.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to probabilities `(batch, num_classes)`.

    Raises:
        ValueError: If the image shape cannot be taken or there are fewer than two classes.

    Source: CSAE, second version, section 4.3.

    Examples:
        >>> from keras_regen.networks import basenet
        >>> basenet((28, 28, 1), num_classes=10).output_shape
        (None, 10)
    """
    if num_classes < 2:
        raise ValueError(f"`num_classes` must be at least 2. Received: num_classes={num_classes}.")
    inputs = keras.Input(image_shape, name="image")
    x = _convolutions(inputs, stem_filters)
    # 4x4 average pooling, which is all of the last map.
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    outputs = layers.Dense(num_classes, activation="softmax", dtype="float32", name="probability")(
        x
    )
    return keras.Model(inputs, outputs, name=name)


def check_image_shape(image_shape: tuple[int, int, int]) -> None:
    """Raises `ValueError` unless a network of this package can take images of this shape."""
    valid = (
        len(image_shape) == 3
        and None not in image_shape
        and all(SMALLEST_IMAGE <= side <= LARGEST_IMAGE for side in image_shape[:2])
        and image_shape[2] in (1, 3)
    )
    if not valid:
        raise ValueError(
            f"`image_shape` must be (height, width, channels) with {SMALLEST_IMAGE} to "
            f"{LARGEST_IMAGE} rows and columns and 1 or 3 channels. "
            f"Received: image_shape={tuple(image_shape)}. Resize the images."
        )


def _convolutions(inputs, stem_filters, beside=None):
    """The part that encoders and `basenet` share: padding, convolution, residual blocks.

    `beside` are further maps of the images' size, if any.
    """
    padding, filters = _stages(inputs.shape[1:], stem_filters)
    x = inputs if beside is None else layers.Concatenate(name="image_and_maps")([inputs, beside])
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


def _latents(x, latent_dim):
    """The end of the encoders: the last map, normalized, and a dense layer."""
    x = layers.Flatten(name="flatten")(x)
    # After ReLU every feature is positive, and what they have in common is by far the largest
    # eigenvalue of their second moments. It bounds the learning rate of the layer that follows:
    # without this normalization the papers' 0.1 is above the bound, and latents collapse.
    x = layers.BatchNormalization(
        momentum=BATCH_NORM_MOMENTUM, center=False, scale=False, name="feature_norm"
    )(x)
    return layers.Dense(latent_dim, name="latent")(x)


def _stages(image_shape, stem_filters):
    """Returns the padding of rows and columns, and the filters of the stem and every block."""
    check_image_shape(image_shape)
    num_blocks = math.ceil(math.log2(max(image_shape[:2]) / _SMALLEST_MAP))
    stride = 2**num_blocks
    padding = tuple(
        (missing // 2, missing - missing // 2)
        for missing in (-side % stride for side in image_shape[:2])
    )
    return padding, [stem_filters * min(2**stage, 4) for stage in range(num_blocks + 1)]
