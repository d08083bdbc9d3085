"""The dense networks of CSAE-L."""

import math

import keras
from keras import layers

from keras_regen.networks.csae import as_activation, check_network


def csae_linear_encoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 40,
    hidden: int = 400,
    name: str = "encoder",
) -> keras.Model:
    """Builds the encoder of CSAE-L: two dense layers (784-400-40 for 28x28 images).

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: Integer, at least 1: the dimension of the latent.
        hidden: Integer, at least 1: the number of units of the hidden layer.
        name: Name of the model.

    Returns:
        A functional model from `(batch, height, width, channels)` to `(batch, latent_dim)`.

    Raises:
        ValueError: If the image shape is not supported, or an argument is out of range.

    Source: CSAE, first version, section 4.

    Examples:
        >>> from keras_regen.networks import csae_linear_encoder
        >>> csae_linear_encoder((28, 28, 1)).count_params()  # 784 * 400 + 400 + 400 * 40 + 40
        330040
    """
    image_shape, latent_dim, hidden = check_network(
        image_shape, name, latent_dim=latent_dim, hidden=hidden
    )
    inputs = keras.Input(image_shape, name="image")
    x = layers.Flatten(name="flatten")(inputs)
    x = layers.Dense(hidden, activation="relu", name="hidden")(x)
    return keras.Model(inputs, layers.Dense(latent_dim, name="latent")(x), name=name)


def csae_linear_conditional_encoder(
    image_shape: tuple[int, int, int],
    num_classes: int,
    latent_dim: int = 40,
    hidden: int = 400,
    name: str = "encoder",
) -> keras.Model:
    """Builds `csae_linear_encoder` with the class of the image as a second input.

    The one-hot label is joined to the pixels of the image.

    Args:
        image_shape: `(height, width, channels)`.
        num_classes: Integer, at least 2.
        latent_dim: Integer, at least 1: the dimension of the output. For a variational
            autoencoder, use twice the dimension of its latent.
        hidden: Integer, at least 1: the number of units of the hidden layer.
        name: Name of the model.

    Returns:
        A functional model from a list of images `(batch, height, width, channels)` in [0, 1] and
        one-hot labels `(batch, num_classes)` to `(batch, latent_dim)`.

    Raises:
        ValueError: If the image shape is not supported, or an argument is out of range.

    Source: CSAE, first version, section 4: its CVAE has "the same autoencoder structure".

    Examples:
        >>> from keras_regen.networks import csae_linear_conditional_encoder
        >>> encoder = csae_linear_conditional_encoder((28, 28, 1), num_classes=10)
        >>> encoder.count_params()  # (784 + 10) * 400 + 400 + 400 * 40 + 40
        334040
    """
    image_shape, num_classes, latent_dim, hidden = check_network(
        image_shape, name, num_classes=num_classes, latent_dim=latent_dim, hidden=hidden
    )
    inputs = keras.Input(image_shape, name="image")
    label = keras.Input((num_classes,), name="label")
    x = layers.Flatten(name="flatten")(inputs)
    x = layers.Concatenate(name="pixels_and_label")([x, label])
    x = layers.Dense(hidden, activation="relu", name="hidden")(x)
    return keras.Model([inputs, label], layers.Dense(latent_dim, name="latent")(x), name=name)


def csae_linear_decoder(
    image_shape: tuple[int, int, int],
    latent_dim: int = 40,
    hidden: int = 400,
    activation: str | None = None,
    name: str = "decoder",
) -> keras.Model:
    """Builds the decoder of CSAE-L: two dense layers (40-400-784 for 28x28 images).

    Args:
        image_shape: `(height, width, channels)`.
        latent_dim: Integer, at least 1: the dimension of the latent.
        hidden: Integer, at least 1: the number of units of the hidden layer.
        activation: Activation of the last layer, as in `csae_decoder`.
        name: Name of the model.

    Returns:
        A functional model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the image shape is not supported, or an argument is out of range.

    Source: CSAE, first version, section 4.

    Examples:
        >>> from keras_regen.networks import csae_linear_decoder
        >>> csae_linear_decoder((28, 28, 1)).output_shape
        (None, 28, 28, 1)
    """
    image_shape, latent_dim, hidden = check_network(
        image_shape, name, latent_dim=latent_dim, hidden=hidden
    )
    activation = as_activation(activation)
    inputs = keras.Input((latent_dim,), name="latent")
    x = layers.Dense(hidden, activation="relu", name="hidden")(inputs)
    x = layers.Dense(math.prod(image_shape), activation=activation, dtype="float32", name="pixels")(
        x
    )
    x = layers.Reshape(image_shape, dtype="float32", name="image")(x)
    return keras.Model(inputs, x, name=name)
