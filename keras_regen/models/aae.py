"""AAE: the adversarial autoencoder."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
from keras import ops

from keras_regen.checks import as_integers, check_integer, check_number, check_seed
from keras_regen.freezing import frozen_call
from keras_regen.layers import StandardNoise
from keras_regen.losses import AdversarialLoss
from keras_regen.losses.adversarial_objectives import adversarial_objective
from keras_regen.models.adversarial_optimizer import adversarial_optimizer
from keras_regen.models.autoencoder import Autoencoder, reconstruction_loss
from keras_regen.models.decoder_checks import check_network
from keras_regen.networks import csae_decoder, csae_encoder, dense_discriminator
from keras_regen.priors import NoisePrior, StandardNormalPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class AAE(Autoencoder):
    """An autoencoder whose latents a discriminator cannot distinguish from samples of its prior.

    The discriminator learns to distinguish samples of the prior from latents of images. The encoder
    learns, from the discriminator with fixed weights, to return latents that look like samples.

    Args:
        encoder: Keras model from images `(batch, height, width, channels)` in [0, 1] to latents
            `(batch, latent_dim)`.
        decoder: Keras model from latents to images; in [0, 1] for `BernoulliLoss`.
        discriminator: Keras model from latents to logits `(batch, 1)`, without sigmoid: the higher,
            the more like a sample of the prior.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to the mean squared error.
        loss_weights: Mapping from names of losses (`"discriminator_loss"`, `"encoder_loss"` and
            the names of the image losses) to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.NoisePrior`: the target distribution of the latents. Defaults to
            `StandardNormalPrior`.
        objective: Losses of the two networks, as in `keras_regen.losses.adversarial_objective`.
        seed: Integer: seed of the noise in training.
        class_names: As in `Autoencoder`.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: as `Autoencoder`.

    Raises:
        ValueError: If the discriminator does not take the encoder's latents, the prior is not a
            `NoisePrior`, the objective is unknown, or as in `Autoencoder`.

    Source: Makhzani et al., 2015, https://arxiv.org/abs/1511.05644, section 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import AAE, generate
        >>> model = AAE.for_images((8, 8, 1), latent_dim=4, stem_filters=2, hidden=(8,))
        >>> model.compile("adam")
        >>> history = model.fit(np.random.default_rng(0).random((20, 8, 8, 1)), verbose=0)
        >>> sorted(history.history)
        ['discriminator_loss', 'encoder_loss', 'loss', 'mse_loss']
        >>> generate(model, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    _PARTS = ("encoder", "decoder", "discriminator", "image_losses", "prior")
    # The adversarial losses do not measure the quality of the images.
    monitor = None

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        discriminator: keras.Model,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        prior: NoisePrior | None = None,
        objective: str = "non_saturating",
        seed: int | None = None,
        class_names: Sequence[str] | None = None,
        **kwargs: Any,
    ):
        for name, network in (("decoder", decoder), ("discriminator", discriminator)):
            check_network(name, network)
        check_seed(seed)
        losses = image_losses if isinstance(image_losses, (list, tuple)) else [image_losses]
        if any(isinstance(loss, AdversarialLoss) for loss in losses):
            raise ValueError(
                "AAE has a discriminator of latents, and takes no `AdversarialLoss` of images. "
                "Use an `Autoencoder` or a `VAE`."
            )
        super().__init__(
            encoder,
            decoder,
            image_losses,
            loss_weights,
            StandardNormalPrior(decoder.input_shape[-1]) if prior is None else prior,
            class_names,
            other_losses=["discriminator_loss", "encoder_loss"],
            **kwargs,
        )
        self.discriminator = discriminator
        self.objective = objective
        self.seed = seed
        self._adversarial = adversarial_objective(objective)
        if not isinstance(self.prior, NoisePrior):
            raise ValueError(
                "`prior` must be a `keras_regen.priors.NoisePrior`, which maps noise to latents in "
                f"every step, such as `StandardNormalPrior`. Received: prior={prior!r}."
            )
        self._noise = StandardNoise(self.prior.noise_dim, seed)
        shapes = discriminator.input_shape, discriminator.output_shape
        if shapes != ((None, self.latent_dim), (None, 1)):
            raise ValueError(
                f"The discriminator must return a logit for each latent, (batch, {self.latent_dim})"
                f" -> (batch, 1). Received: {shapes[0]} -> {shapes[1]}."
            )
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        *,
        latent_dim: int = 8,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        hidden: Sequence[int] = (512, 256),
        image_loss: str = "mse",
        scale: float = 0.1,
        encoder_weight: float = 0.01,
        objective: str = "non_saturating",
        seed: int = 0,
    ) -> Self:
        """Builds an adversarial autoencoder with the networks of CSAE.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            hidden: Integers: units of the hidden layers of the discriminator.
            image_loss: `"mse"`, `"bernoulli"` or `"gaussian"`.
            scale: Scale of the Gaussian, as in `GaussianLoss`.
            encoder_weight: Float, at least 0: weight of the encoder's adversarial loss. 0.01 suits
                `"mse"`, a mean over the pixels; about 10 suits the others, which are sums.
            objective: As in the constructor.
            seed: Integer: seed of the noise in training.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

        Examples:
            >>> from keras_regen import AAE
            >>> AAE.for_images((28, 28, 1), latent_dim=16, stem_filters=4).latent_dim
            16
        """
        check_integer("latent_dim", latent_dim, 1)
        check_number("encoder_weight", encoder_weight, 0)
        check_integer("seed", seed, 0)
        hidden = as_integers("hidden", hidden, 1)
        return cls(
            csae_encoder(image_shape, latent_dim, stem_filters),
            csae_decoder(image_shape, latent_dim, stem_filters, upsampling, "sigmoid"),
            dense_discriminator((latent_dim,), hidden),
            reconstruction_loss(image_loss, scale),
            {"encoder_loss": encoder_weight},
            objective=objective,
            seed=seed,
        )

    def compile(
        self,
        optimizer: keras.optimizers.Optimizer | str | Mapping[str, object] = "adam",
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Configures training, as `ImageModel.compile`.

        Args:
            optimizer: A Keras optimizer or its name, for both networks; or a dict with an
                optimizer for each, `{"discriminator": ..., "autoencoder": ...}`.
            *args: Further arguments, as in `ImageModel.compile`.
            **kwargs: Further arguments, as in `ImageModel.compile`.

        Raises:
            ValueError: If a dict does not have an optimizer for each network.
        """
        networks = {
            "discriminator": self.discriminator.variables,
            "autoencoder": [*self.encoder.variables, *self.decoder.variables],
        }
        super().compile(adversarial_optimizer(optimizer, networks), *args, **kwargs)

    def _before_fit(self, data, **options):
        self.prior.check_ready()

    def _loss_terms(self, x, y, y_pred, training):
        latent = y_pred["latent"]
        samples = ops.stop_gradient(self.prior(self._noise(latent)))
        real = self.discriminator(samples, training=training)
        fake = self.discriminator(ops.stop_gradient(latent), training=training)
        # With fixed weights: only its own loss, above, trains the discriminator.
        logits = frozen_call(self.discriminator, latent, training)
        terms = {
            "discriminator_loss": self._adversarial.discriminator_loss(real, fake),
            "encoder_loss": self._adversarial.generator_loss(logits),
        }
        terms = {name: ops.cast(values[:, 0], "float32") for name, values in terms.items()}
        return super()._loss_terms(x, y, y_pred, training) | terms

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "objective": self.objective, "seed": self.seed}
