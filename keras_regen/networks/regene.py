"""The networks of the ReGene paper: the classifiers and the decoder."""

import math
from typing import Any

import keras
from keras import layers

from keras_regen.checks import check_integer, check_number
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.networks.csae import check_network
from keras_regen.precision import policy_scope

_SLOPE = 0.3
_SMALLEST_SIDE = 3
LATENT_LAYER = "latent"


def regene_classifier(
    image_shape: tuple[int, int, int],
    num_classes: int,
    blocks: int | None = None,
    convs_per_block: int = 1,
    width: float = 1.0,
    name: str = "classifier",
) -> keras.Model:
    """Builds a classifier of ReGene. Its flattened last feature map is the latent.

    The network has blocks of 3x3 convolutions with batch normalization and LeakyReLU, and a softmax
    layer. Max pooling follows each block except the last block. For 28x28 images, the network has
    4 blocks and a latent of 1,152 dimensions (table A.5). For 64x64 images, it has 5 blocks and
    2,048 dimensions (table A.6), and for 128x128 images 6 blocks. For 32x32 images, it has 4
    blocks, and the last block has kernels of 9x9 and 11x11 (table A.7). `blocks` and
    `convs_per_block` select the networks of table 1.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        num_classes: Integer, at least 2.
        blocks: Integer, at least 2: the number of blocks. Each block except the last block halves
            the image. By default, the last map has about 4x4 pixels.
        convs_per_block: Integer, at least 1: the number of convolutions in each block between the
            first and the last block, which have two convolutions.
        width: Float, above 0: factor of the number of filters, 128.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to probabilities `(batch, num_classes)`, with a
        layer named `"latent"`.

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: ReGene, tables 1, A.5, A.6 and A.7.

    Examples:
        >>> from keras_regen.networks import regene_classifier
        >>> regene_classifier((28, 28, 1), 10).get_layer("latent").output.shape
        (None, 1152)
    """
    image_shape, num_classes, convs_per_block = check_network(
        image_shape, name, num_classes=num_classes, convs_per_block=convs_per_block
    )
    side = min(image_shape[:2])
    if blocks is None:
        blocks = int(math.log2(side / _SMALLEST_SIDE)) + 1
    check_integer("blocks", blocks, 2)
    if side >> (blocks - 1) < 1:
        raise ValueError(
            f"`blocks` must be at most {int(math.log2(side)) + 1} for images of {side} pixels, "
            f"because each block except the last halves the image. Received: blocks={blocks}."
        )
    filters = scaled(128, width)
    inputs = keras.Input(image_shape, name="image")
    x = inputs
    # Only in table A.7, the kernels of the last block cover the whole map.
    last_kernels = (9, 11) if image_shape[:2] == (32, 32) and blocks == 4 else (3, 3)
    for block in range(1, blocks + 1):
        if block == 1:
            kernels = (3, 3)
        else:
            kernels = last_kernels if block == blocks else (3,) * convs_per_block
        for index, kernel in enumerate(kernels, start=1):
            x = layers.Conv2D(filters, kernel, padding="same", name=f"block{block}_conv{index}")(x)
            x = layers.BatchNormalization(
                momentum=BATCH_NORM_MOMENTUM, name=f"block{block}_norm{index}"
            )(x)
            x = layers.LeakyReLU(_SLOPE, name=f"block{block}_relu{index}")(x)
        if block < blocks:
            x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    x = layers.Flatten(name=LATENT_LAYER)(x)
    outputs = layers.Dense(num_classes, activation="softmax", dtype="float32", name="probability")
    return keras.Model(inputs, outputs(x), name=name)


def regene_decoder(
    image_shape: tuple[int, int, int],
    latent_dim: int,
    width: float = 1.0,
    name: str = "decoder",
) -> keras.Model:
    """Builds the decoder of ReGene, from latents of any dimension to images.

    The network has blocks of three convolutions, with 512 filters in the first block and 256 in
    the others. LeakyReLU and batch normalization follow each convolution. Nearest-neighbor
    upsampling joins the blocks. A latent is reshaped to the map of the first block if its
    dimension fits, as in the paper (1,152 to 3x3x128). A dense layer maps any other latent.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        latent_dim: Integer, at least 1.
        width: Float, above 0: factor of the numbers of filters.
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to images `(batch, height, width, channels)`
        in [0, 1].

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: ReGene, tables A.5, A.6 and A.7. The last layer has the channels of the image, while
    table A.5 prints 3.

    Examples:
        >>> from keras_regen.networks import regene_decoder
        >>> regene_decoder((28, 28, 1), latent_dim=1152, width=0.1).output_shape
        (None, 28, 28, 1)
    """
    image_shape, latent_dim = check_network(image_shape, name, latent_dim=latent_dim)
    height, width_, channels = image_shape
    # For 28 pixels, two unpadded convolutions expand a map of 3x3 to 7x7.
    doublings = int(math.log2(min(height, width_) / _SMALLEST_SIDE))
    expands = (height, width_) == (28, 28)
    doublings -= expands
    start = (3, 3) if expands else (-(-height // 2**doublings), -(-width_ // 2**doublings))
    inputs = keras.Input((latent_dim,), name="latent")
    x, depth = inputs, latent_dim // math.prod(start)
    if depth * math.prod(start) != latent_dim or depth < 1:
        depth = scaled(128, width)
        x = layers.Dense(depth * math.prod(start), name="map")(x)
    x = layers.Reshape((*start, depth), name="reshape")(x)
    # Tables A.5 and A.7 have transposed convolutions, table A.6 has convolutions. With stride 1 and
    # padding, both compute the same function.
    for block in range(doublings + 1):
        filters = scaled(512 if block == 0 else 256, width)
        for index in range(1, 4):
            valid = expands and block == 0 and index < 3
            x = layers.Conv2DTranspose(
                filters,
                3,
                padding="valid" if valid else "same",
                name=f"block{block + 1}_conv{index}",
            )(x)
            x = layers.LeakyReLU(_SLOPE, name=f"block{block + 1}_relu{index}")(x)
            x = layers.BatchNormalization(
                momentum=BATCH_NORM_MOMENTUM, name=f"block{block + 1}_norm{index}"
            )(x)
        if block < doublings:
            x = layers.UpSampling2D(2, name=f"block{block + 1}_upsample")(x)
    # float32 under every dtype policy, because these are the output images.
    x = layers.Conv2D(
        channels, 3, padding="same", activation="sigmoid", dtype="float32", name="image"
    )(x)
    excess = x.shape[1] - height, x.shape[2] - width_
    if any(excess):
        crop = tuple((more // 2, more - more // 2) for more in excess)
        x = layers.Cropping2D(crop, dtype="float32", name="crop")(x)
    return keras.Model(inputs, x, name=name)


@keras.saving.register_keras_serializable(package="keras_regen")
class ReGeneDecoder(keras.Model):
    """Decodes latents to images with the decoder of ReGene.

    This model holds the network of `regene_decoder`, for use without the other parts of the
    package. Compile it with any loss of images, such as `keras_regen.losses.SSIMLoss`, and train
    it with latents and images.

    Args:
        latent_dim: Integer, at least 1.
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        width: Float, above 0: factor of the numbers of filters.
        dtype: Dtype policy of the layers, as in Keras. Defaults to the current policy.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, latent_dim)`.
    Output shape: `(batch, height, width, channels)`, in [0, 1].

    Raises:
        ValueError: If the image shape is not supported, or a number is out of range.

    Source: ReGene, tables A.5, A.6 and A.7.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.networks import ReGeneDecoder
        >>> decoder = ReGeneDecoder(latent_dim=16, image_shape=(28, 28, 1), width=0.05)
        >>> decoder.predict(np.zeros((2, 16)), verbose=0).shape
        (2, 28, 28, 1)
    """

    def __init__(
        self,
        latent_dim: int,
        image_shape: tuple[int, int, int],
        width: float = 1.0,
        dtype: Any = None,
        **kwargs: Any,
    ):
        with policy_scope(dtype):
            network = regene_decoder(image_shape, latent_dim, width)
            super().__init__(network.inputs, network.outputs, **kwargs)
        self.latent_dim = int(latent_dim)
        self.image_shape = network.output_shape[1:]
        self.width = float(width)

    def get_config(self) -> dict[str, Any]:
        return {
            "latent_dim": self.latent_dim,
            "image_shape": self.image_shape,
            "width": self.width,
            "name": self.name,
            "trainable": self.trainable,
            "dtype": keras.dtype_policies.serialize(self.dtype_policy),
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> "ReGeneDecoder":
        return cls(**config)


def scaled(filters: float, width: float) -> int:
    """Scales a number of filters or units by the width of a network.

    Args:
        filters: Float: the number at width 1.
        width: Float, above 0.

    Returns:
        Integer, at least 1.

    Raises:
        ValueError: If the width is not above 0.
    """
    check_number("width", width, above=0)
    return max(1, round(filters * width))
