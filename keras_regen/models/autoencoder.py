"""Autoencoder: an encoder and a decoder that learn to draw the training images again."""

from collections.abc import Mapping, Sequence

import keras

from keras_regen.models.plain_autoencoder import PlainAutoencoder, image_loss_named
from keras_regen.networks import csae_decoder, csae_encoder
from keras_regen.priors import GaussianPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class Autoencoder(PlainAutoencoder):
    """Encodes images, and draws them again; it knows no classes.

    New images are decoded from latents that the prior draws, which is fitted to those of all
    training images.

    Args:
        encoder: Keras model from images `(batch, height, width, channels)` in [0, 1] to latents
            `(batch, latent_dim)`.
        decoder: Keras model from latents to images.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to the mean squared error.
        loss_weights: Mapping from the names of losses to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `GaussianPrior`. With a prior that learns
            classes, such as `ClassGaussianPrior`, `fit` needs labels, for the prior alone.
        class_names: Names of the classes that the prior knows. Defaults to `"0"`, `"1"`, ... for
            them.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `latent` `(batch, latent_dim)` and `reconstruction` in the images' shape: in
    [0, 1], but as the decoder left it in training.

    Raises:
        ValueError: If the parts' shapes do not fit together, `loss_weights` names a loss that is
            not there, or there are not as many class names as the prior has classes.

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

    PARTS = ("encoder", "decoder", "image_losses", "prior")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        prior: Prior | None = None,
        class_names: Sequence[str] | None = None,
        **kwargs,
    ):
        super().__init__(
            encoder,
            decoder,
            image_loss_named("mse") if image_losses is None else image_losses,
            loss_weights,
            GaussianPrior() if prior is None else prior,
            class_names,
            **kwargs,
        )
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        *,
        latent_dim: int = 40,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        image_loss: str = "mse",
        scale: float = 0.1,
        seed: int = 0,
    ) -> "Autoencoder":
        """Builds an autoencoder of CSAE's networks for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Not used: the model knows no classes.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            image_loss: `"mse"`, `"bernoulli"` or `"gaussian"`.
            scale: Of the Gaussian, as in `GaussianLoss`.
            seed: Not used: nothing but the initial weights is random, and they follow
                `keras.utils.set_random_seed`.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

        Examples:
            >>> from keras_regen import Autoencoder
            >>> Autoencoder.for_images((28, 28, 1), latent_dim=16, stem_filters=4).latent_dim
            16
        """
        return cls(
            csae_encoder(image_shape, latent_dim, stem_filters),
            csae_decoder(image_shape, latent_dim, stem_filters, upsampling, "sigmoid"),
            image_loss_named(image_loss, scale),
        )
