"""Checks that the parts of an autoencoding model fit together."""

from typing import Any


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
