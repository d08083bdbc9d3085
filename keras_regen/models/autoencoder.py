"""Autoencoder: an encoder and a decoder that learn to reconstruct the training images."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import check_choice, elements_of
from keras_regen.class_names import as_class_names
from keras_regen.losses import BernoulliLoss, GaussianLoss
from keras_regen.models.decoder_checks import (
    check_decoder,
    check_network,
    check_part,
    check_prior,
)
from keras_regen.models.image_model import ImageModel
from keras_regen.models.objective import Objective
from keras_regen.networks import csae_decoder, csae_encoder
from keras_regen.priors import GaussianPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class Autoencoder(ImageModel):
    """Encodes images and reconstructs them, without classes.

    New images are decoded from latents of the prior, which is adapted to the latents of all
    training images.

    Args:
        encoder: Keras model from images `(batch, height, width, channels)` in [0, 1] to latents
            `(batch, latent_dim)`.
        decoder: Keras model from latents to images.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to the mean squared error.
        loss_weights: Mapping from the names of losses to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `GaussianPrior`. With a prior of classes,
            such as `ClassGaussianPrior`, `fit` needs labels, only for the prior.
        class_names: Names of the prior's classes. Defaults to `"0"`, `"1"`, ...
        other_losses: Names of losses that a subclass computes.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `latent` `(batch, latent_dim)` and `reconstruction` in the images' shape,
    which is clipped to [0, 1] except in training.

    Raises:
        ValueError: If the shapes of the parts do not fit together, `loss_weights` names an unknown
            loss, or class names are given for a prior without classes or of another number.

    Source: DE-GAN, section II-A, equations 1 to 3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import Autoencoder, generate
        >>> from keras_regen.networks import csae_decoder, csae_encoder
        >>> model = Autoencoder(
        ...     csae_encoder((8, 8, 1), latent_dim=4, stem_filters=2),
        ...     csae_decoder((8, 8, 1), latent_dim=4, stem_filters=2),
        ... )
        >>> model.compile("adam")
        >>> history = model.fit(np.random.default_rng(0).random((20, 8, 8, 1)), verbose=0)
        >>> sorted(history.history)
        ['loss', 'mse_loss']
        >>> generate(model, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    _PARTS = ("encoder", "decoder", "image_losses", "prior")
    monitor = "val_loss"

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        prior: Prior | None = None,
        class_names: Sequence[str] | None = None,
        other_losses: Sequence[str] = (),
        **kwargs: Any,
    ):
        check_network("encoder", encoder)
        check_network("decoder", decoder)
        prior = GaussianPrior() if prior is None else prior
        check_part("prior", prior, Prior)
        super().__init__(decoder.output_shape[1:], prior_class_names(prior, class_names), **kwargs)
        self.encoder, self.decoder, self.prior = encoder, decoder, prior
        check_decoder(self)
        check_prior(self)
        if not prior.built:
            prior.build((None, self.latent_dim))
        self._objective = Objective(
            reconstruction_loss("mse") if image_losses is None else image_losses,
            other_losses,
            loss_weights,
            network=encoder,
            image_shape=self.image_shape,
        )
        self.image_losses = self._objective.image_losses
        if type(self) is Autoencoder:  # a subclass adds its parts first: a built model is locked
            self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        *,
        latent_dim: int = 40,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        image_loss: str = "mse",
        scale: float = 0.1,
        seed: int = 0,
    ) -> "Autoencoder":
        """Builds an autoencoder with the networks of CSAE.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            image_loss: `"mse"`, `"bernoulli"` or `"gaussian"`.
            scale: Scale of the Gaussian, as in `GaussianLoss`.
            seed: Not used. Only the initial weights are random, and they follow
                `keras.utils.set_random_seed`.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

        Examples:
            >>> from keras_regen import Autoencoder
            >>> Autoencoder.for_images((28, 28, 1), latent_dim=16, stem_filters=4).latent_dim
            16
        """
        return cls(
            csae_encoder(image_shape, latent_dim, stem_filters),
            csae_decoder(image_shape, latent_dim, stem_filters, upsampling, "sigmoid"),
            reconstruction_loss(image_loss, scale),
        )

    @property
    def _needs_labels(self):
        return bool(self.prior.learns and self.prior.num_classes)

    def call(self, inputs, training=None):
        images = unit_range(inputs)
        latent = self.encoder(images, training=training)
        decoded = ops.cast(self.decoder(latent, training=training), "float32")
        outputs = {
            "latent": ops.cast(latent, "float32"),
            # Clipping in training would remove the gradient of pixels that overshoot.
            "reconstruction": decoded if training else ops.clip(decoded, 0.0, 1.0),
        }
        return {**outputs, "image": images} if training else outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        terms = self._loss_terms(x, y, y_pred, training)
        return self._objective.total(terms, sample_weight, self.losses)

    def _loss_terms(self, x, y, y_pred, training):
        return self._image_terms(x, y, y_pred, training)

    def get_config(self):
        return {**super().get_config(), "loss_weights": self.loss_weights}


def prior_class_names(prior: Prior, class_names: Sequence[str] | None) -> Sequence[str] | None:
    """Returns the names of a prior's classes: by default `"0"`, `"1"`, ..., if it has classes.

    Raises:
        ValueError: If names are given for a prior without classes.
    """
    if class_names is None or elements_of(class_names) == []:
        return range(prior.num_classes) if prior.num_classes else None
    class_names = as_class_names(class_names)
    if not prior.num_classes:
        raise ValueError(
            f"A model with a {type(prior).__name__} has no classes, so it takes no class names. "
            f"Received: class_names={list(class_names)}."
        )
    return class_names


def reconstruction_loss(name: str, scale: float = 0.1) -> keras.losses.Loss:
    """Builds a reconstruction loss of the autoencoders.

    Args:
        name: `"mse"`, the mean squared error; `"bernoulli"`, `BernoulliLoss`; or `"gaussian"`,
            `GaussianLoss`.
        scale: Float above 0: scale of the Gaussian.

    Returns:
        A loss of (image, reconstruction).

    Raises:
        ValueError: If the name is unknown, or the scale is not above 0.

    Examples:
        >>> from keras_regen.models.autoencoder import reconstruction_loss
        >>> reconstruction_loss("gaussian", scale=0.2).scale
        0.2
    """
    losses = {
        "mse": lambda: keras.losses.MeanSquaredError(name="mse_loss"),
        "bernoulli": BernoulliLoss,
        "gaussian": lambda: GaussianLoss(scale),
    }
    check_choice("image_loss", name, losses)
    return losses[name]()
