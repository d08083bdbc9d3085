"""The networks of the DE-GAN paper, as functions that return functional Keras models.

Grayscale images take the networks of table II, and color images those of tables III and IV, which
are one pattern at two sizes. The number of stages follows the size of the image. An arrow down in
the tables is a convolution with stride 2, an arrow up a transposed one; both are padded ("same").

The paths of the variables start with the network's name (`"generator/..."`).
"""

import math

import keras
from keras import layers

from keras_regen.checks import check_integer
from keras_regen.constraints import ClipWeights
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.networks.csae import check_image_shape
from keras_regen.networks.regene import scaled
from keras_regen.networks.scoped_model import ScopedModel

HIDDEN_LAYER = "features"
LEAKY_SLOPE = 0.2


def degan_encoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 128,
    width: float = 1.0,
    dropout: float = 0.1,
    seed: int = 0,
    name: str = "encoder",
) -> keras.Model:
    """Builds the encoder of DE-GAN's variational autoencoder: images in, posteriors out.

    5x5 convolutions of 32, 64 and 128 filters that each halve the image, dropout, and one dense
    layer. Images below 16 pixels take two convolutions, those above 64 a fourth of 256 filters.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        latent_dim: Integer, at least 1: dimensions of the latent.
        width: Float, above 0: scales the filters.
        dropout: Float from 0 to below 1: share of the features that are dropped in training. The
            tables give no figure.
        seed: Integer: of what is dropped.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to `(batch, 2 * latent_dim)`: the mean of the
        posterior and then the logarithm of its variance. The tables' `128 Fully-Connected` is the
        mean; a variational autoencoder needs the variance, too.

    Raises:
        ValueError: If the image shape cannot be taken, or a number is out of range.

    Source: DE-GAN, tables II, III and IV. They name no activations here: these are leaky ReLU.

    Examples:
        >>> from keras_regen.networks import degan_encoder
        >>> degan_encoder((28, 28, 1)).output_shape
        (None, 256)
    """
    check_image_shape(image_shape)
    check_integer("latent_dim", latent_dim, 1)
    with keras.name_scope(name):
        inputs = keras.Input(image_shape, name="image")
        x = _in_the_tables_range(inputs)
        for stage in range(_stages(image_shape, 3)):
            filters = scaled(32 * 2**stage, width)
            x = layers.Conv2D(filters, 5, strides=2, padding="same", name=f"conv{stage + 1}")(x)
            x = layers.LeakyReLU(LEAKY_SLOPE, name=f"conv{stage + 1}_relu")(x)
        # Without a seed, what PyTorch drops does not follow the state that is saved.
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
    """Builds the decoder of DE-GAN's variational autoencoder: latents in, images out.

    A transposed convolution of 128 filters without padding makes the latent a map of 4 to 7
    pixels, and 5x5 ones double it up to the image: 4-8-16-32 and, with one stage more, 64.
    Grayscale images get their first map by two such convolutions, 1-3-7-14-28. The filters halve
    from stage to stage, down to 16. What is more than the image is cropped.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        latent_dim: Integer, at least 1: dimensions of the latent.
        width: Float, above 0: scales the filters.
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to images in [0, 1].

    Raises:
        ValueError: If the image shape cannot be taken, or a number is out of range.

    Source: DE-GAN, tables II, III and IV. They name no activations but the last: these are leaky
    ReLU.

    Examples:
        >>> from keras_regen.networks import degan_decoder
        >>> degan_decoder((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    check_image_shape(image_shape)
    check_integer("latent_dim", latent_dim, 1)
    doublings = int(math.log2(min(image_shape[:2]) / 4))
    rows, columns = _first_map(image_shape, doublings)
    kernels = [(3, 3), (rows - 2, columns - 2)] if image_shape[-1] == 1 else [(rows, columns)]
    unpadded = len(kernels)
    kernels += [(5, 5)] * (doublings - 1)
    with keras.name_scope(name):
        inputs = keras.Input((latent_dim,), name="latent")
        x = layers.Reshape((1, 1, latent_dim), name="reshape")(inputs)
        for stage, kernel in enumerate(kernels):
            start = stage < unpadded
            x = layers.Conv2DTranspose(
                scaled(max(16, 128 // 2**stage), width),
                kernel,
                strides=1 if start else 2,
                padding="valid" if start else "same",
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
    """Builds the generator of DE-GAN: noise in, images out.

    Grayscale images: dense layers of 1,024 and 7x7x128 units, then transposed convolutions of 128
    filters and of the image's channels, 7-14-28. Images below 16 pixels begin at half as many
    pixels, so that there are two convolutions, too; those above 32 or 64 get one or two more.

    Color images: one dense layer of 1,024 units, and four transposed convolutions of 512, 256, 512
    filters and of the image's channels. Four doublings end at 64 pixels or 32 if the 1,024 units
    are maps of 4x4x64 or 2x2x256. Images below 32 pixels take fewer, from the first on.

    Every layer but the last is followed by batch normalization and ReLU.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        latent_dim: Integer, at least 1: dimensions of the noise.
        width: Float, above 0: scales the filters and the dense units.
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to images in [0, 1].

    Raises:
        ValueError: If the image shape cannot be taken, or a number is out of range.

    Source: DE-GAN, tables II, III and IV; the initialization is that of DCGAN. Tables III and IV
    end with 64 filters, where an image has 3, and print neither normalization nor ReLU after the
    third convolution, which would leave two linear layers in a row; both are taken for omissions.

    Examples:
        >>> from keras_regen.networks import degan_generator
        >>> degan_generator((64, 64, 3), width=0.1).output_shape
        (None, 64, 64, 3)
    """
    check_image_shape(image_shape)
    check_integer("latent_dim", latent_dim, 1)
    gray = image_shape[-1] == 1
    doublings = _stages(image_shape, 2 if gray else 4)
    first_map = _first_map(image_shape, doublings)
    size = math.prod(first_map)
    depth = scaled(128 if gray else 1024 / size, width)
    hidden = [scaled(1024, width)] if gray else []
    filters = [128] * 3 if gray else [512, 256, 512]
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
            x = layers.Conv2DTranspose(
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
    """Builds the discriminator of DE-GAN: images in, scores out.

    5x5 convolutions that each halve the image, then one unit. Grayscale images take convolutions
    of 11 and 74 filters and a dense layer of 1,024 units; color images 64, 128 and 256 filters.
    Images of more than 8 pixels per side after that take more, of twice as many filters each, and
    color images below 16 pixels one less. Leaky ReLU follows every layer but the last, and batch
    normalization every one but the first and the last.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 128, 1 or 3 channels.
        width: Float, above 0: scales the filters and the dense units.
        normalization: Whether there is batch normalization. A Wasserstein critic has none: it
            makes the score of an image depend on the batch, and undoes what `clip` bounds.
        clip: `None`, or float above 0: the largest absolute value of kernels and biases.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to scores `(batch, 1)`. They are logits: the
        tables' sigmoid belongs to the loss. The activation after the last convolution is the
        layer `"features"` (`HIDDEN_LAYER`).

    Raises:
        ValueError: If the image shape cannot be taken, or a number is out of range.

    Source: DE-GAN, tables II, III and IV; the initialization is that of DCGAN. The line
    `64 Fully-Connected` below the last unit in tables III and IV is taken for a misprint.

    Examples:
        >>> from keras_regen.networks import degan_discriminator
        >>> model = degan_discriminator((28, 28, 1))
        >>> model.output_shape, model.get_layer("features").output.shape
        ((None, 1), (None, 7, 7, 74))
    """
    check_image_shape(image_shape)
    gray = image_shape[-1] == 1
    filters = [11, 74, 148, 296] if gray else [64, 128, 256, 512]
    filters = filters[: _stages(image_shape, 2 if gray else 3)]
    constraint = None if clip is None else ClipWeights(clip)
    options = {"kernel_constraint": constraint, "bias_constraint": constraint}
    with keras.name_scope(name):
        inputs = keras.Input(image_shape, name="image")
        x = _in_the_tables_range(inputs)
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
        # float32 in every precision policy: the scores that losses are made of.
        x = layers.Dense(1, kernel_initializer=_normal(), dtype="float32", name="score", **options)(
            x
        )
    return ScopedModel(inputs, x, name=name)


def _stages(image_shape, usual):
    """Returns how often to halve an image: as usual, but to maps of 2x2 to 8x8."""
    side = min(image_shape[:2])
    return min(max(usual, math.ceil(math.log2(side / 8))), int(math.log2(side / 2)))


def _first_map(image_shape, doublings):
    """Returns the rows and columns that make the image or a little more when they are doubled."""
    return tuple(-(-side // 2**doublings) for side in image_shape[:2])


def _normal():
    # An initializer draws the same numbers whenever it is called: every layer needs its own.
    return keras.initializers.RandomNormal(stddev=0.02)


def _normalized(x, name):
    return layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"{name}_norm")(x)


def _in_the_tables_range(x):
    """The networks for color images end in tanh, and see images in its range."""
    return layers.Rescaling(2.0, offset=-1.0, name="range")(x) if x.shape[-1] == 3 else x


def _images(x, image_shape, initializer):
    """The last transposed convolution, cropped to the image and brought to [0, 1]."""
    height, width, channels = image_shape
    # float32 in every precision policy: the images that a model gives back.
    x = layers.Conv2DTranspose(
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
