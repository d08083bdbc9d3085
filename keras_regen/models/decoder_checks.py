"""Checks of the parts of a model, and that they fit together."""

from typing import Any

import keras


def check_network(name: str, network: Any) -> None:
    """Raises `ValueError` unless a network has an input and an output of known shapes.

    Args:
        name: Name of the argument in the error message.
        network: The argument that should be a functional or sequential Keras model.

    Examples:
        >>> from keras_regen.models.decoder_checks import check_network
        >>> check_network("encoder", "model.keras")
        Traceback (most recent call last):
        ...
        ValueError: `encoder` must be a functional or sequential Keras model with one input and one
        output. Received: encoder='model.keras'.
    """
    shapes = [getattr(network, shape, None) for shape in ("input_shape", "output_shape")]
    if not isinstance(network, keras.Model) or not all(
        isinstance(shape, tuple) and not isinstance(shape[-1], tuple) for shape in shapes
    ):
        raise ValueError(
            f"`{name}` must be a functional or sequential Keras model with one input and one "
            f"output. Received: {name}={network!r}."
        )


def latent_dim_of(
    encoder: Any, image_shape: tuple[int, int, int], latent_dim: int | None = None
) -> int:
    """Returns the dimension of the latents of an encoder, which must fit the other arguments.

    Args:
        encoder: The argument that should be an encoder.
        image_shape: `(height, width, channels)` of the images.
        latent_dim: Integer: the expected dimension, or `None` for any.

    Raises:
        ValueError: If the encoder takes other images or returns other latents.

    Examples:
        >>> from keras_regen.models.decoder_checks import latent_dim_of
        >>> from keras_regen.networks import csae_encoder
        >>> latent_dim_of(csae_encoder((8, 8, 1), latent_dim=5), (8, 8, 1))
        5
    """
    check_network("encoder", encoder)
    shapes = encoder.input_shape[1:], encoder.output_shape[1:]
    expected = tuple(image_shape), shapes[1] if latent_dim is None else (latent_dim,)
    if shapes != expected or len(shapes[1]) != 1:
        raise ValueError(
            "`encoder` must take images of `image_shape` and return latents (batch, latent_dim). "
            f"Received: an encoder from {shapes[0]} to {shapes[1]}, image_shape={image_shape}, "
            f"latent_dim={latent_dim}."
        )
    return shapes[1][0]


def check_part(name: str, part: Any, kind: type) -> None:
    """Raises `ValueError` unless a part of a model is an object of a class.

    Args:
        name: Name of the argument in the error message.
        part: The argument.
        kind: The class.

    Examples:
        >>> import keras
        >>> from keras_regen.models.decoder_checks import check_part
        >>> check_part("noise", 0.1, keras.layers.Layer)
        Traceback (most recent call last):
        ...
        ValueError: `noise` must be a Layer. Received: noise=0.1.
    """
    if not isinstance(part, kind):
        raise ValueError(f"`{name}` must be a {kind.__name__}. Received: {name}={part!r}.")


def check_decoder(model: Any) -> None:
    """Raises `ValueError` unless the decoder turns the encoder's latents into its images.

    Args:
        model: A model with an `encoder`, an `image_shape` and perhaps a `decoder`.
    """
    if model.decoder is not None and (
        model.decoder.input_shape[1:] != model.encoder.output_shape[1:]
        or model.decoder.output_shape[1:] != model.image_shape
    ):
        raise ValueError(
            "The decoder must turn the encoder's latents into images of the encoder's shape, "
            f"{model.encoder.output_shape[1:]} -> {model.image_shape}. Received a decoder with "
            f"{model.decoder.input_shape[1:]} -> {model.decoder.output_shape[1:]}."
        )


def check_prior(model: Any) -> None:
    """Raises `ValueError` unless the prior fits the classes and the latents of a model.

    Args:
        model: A model with a `prior`, a `latent_dim` and `num_classes`.
    """
    classes, dim = model.prior.num_classes, getattr(model.prior, "latent_dim", None)
    if classes not in (None, model.num_classes):
        raise ValueError(
            f"The prior knows {classes} classes. Received: {model.num_classes} class names."
        )
    if dim not in (None, model.latent_dim):
        raise ValueError(
            f"The prior must sample latents of the decoder's {model.latent_dim} dimensions. "
            f"Received: a prior of {dim} dimensions."
        )
