"""AAE: the adversarial autoencoder."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.layers import StandardNoise
from keras_regen.losses.adversarial import objective as objective_of
from keras_regen.models.plain_autoencoder import PlainAutoencoder, image_loss_named
from keras_regen.models.players import adversarial_optimizer, frozen_call
from keras_regen.networks import csae_decoder, csae_encoder, dense_discriminator
from keras_regen.priors import NoisePrior, StandardNormalPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class AAE(PlainAutoencoder):
    """An autoencoder whose latents a discriminator cannot tell from the prior's; without classes.

    The discriminator learns to tell latents that the prior draws from those of images; the
    encoder learns to be taken for the prior, from a discriminator that stands still.

    Args:
        encoder: Keras model from images `(batch, height, width, channels)` in [0, 1] to latents
            `(batch, latent_dim)`.
        decoder: Keras model from latents to images; in [0, 1] for `BernoulliLoss`.
        discriminator: Keras model from latents to scores `(batch, 1)`: a higher score is more
            like the prior, without sigmoid.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to the mean squared error.
        loss_weights: Mapping from the names of losses (`"discriminator_loss"`, `"encoder_loss"`,
            and each image loss's own) to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.NoisePrior`: what the latents are to be like. Defaults to
            `StandardNormalPrior`.
        objective: What the two players minimize, as in `keras_regen.losses.adversarial.objective`.
        seed: Integer: of the noise in training.
        class_names: As in `Autoencoder`.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: as `Autoencoder`.

    Raises:
        ValueError: If the discriminator does not take the encoder's latents, the prior is none
            that makes latents of noise, the objective is not known, or as in `Autoencoder`.

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

    PARTS = ("encoder", "decoder", "discriminator", "image_losses", "prior")
    # The sum of both players' losses says little about the images.
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
        **kwargs,
    ):
        super().__init__(
            encoder,
            decoder,
            image_loss_named("mse") if image_losses is None else image_losses,
            loss_weights,
            StandardNormalPrior(decoder.input_shape[-1]) if prior is None else prior,
            class_names,
            other_losses=["discriminator_loss", "encoder_loss"],
            **kwargs,
        )
        self.discriminator = discriminator
        self.objective = objective
        self.seed = seed
        self._objective = objective_of(objective)
        if not isinstance(self.prior, NoisePrior):
            raise ValueError(
                "`prior` must be a `keras_regen.priors.NoisePrior`, which makes latents of noise "
                f"in every step, such as `StandardNormalPrior`. Received: prior={prior!r}."
            )
        self._noise = StandardNoise(self.prior.noise_dim, seed)
        shapes = discriminator.input_shape, discriminator.output_shape
        if shapes != ((None, self.latent_dim), (None, 1)):
            raise ValueError(
                f"The discriminator must give one score for each latent, (batch, {self.latent_dim})"
                f" -> (batch, 1). Received: {shapes[0]} -> {shapes[1]}."
            )
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
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
    ) -> "AAE":
        """Builds an adversarial autoencoder of CSAE's networks for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Not used: the model knows no classes.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            hidden: Integers: units of the discriminator's hidden layers.
            image_loss: `"mse"`, `"bernoulli"` or `"gaussian"`.
            scale: Of the Gaussian, as in `GaussianLoss`.
            encoder_weight: Float, at least 0: weight of what the discriminator says of the
                encoder's latents, beside the image loss. 0.01 goes with `"mse"`, a mean over the
                pixels; the others are sums, with which about 10 goes.
            objective: As in the constructor.
            seed: Integer: of the noise in training.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

        Examples:
            >>> from keras_regen import AAE
            >>> AAE.for_images((28, 28, 1), latent_dim=16, stem_filters=4).latent_dim
            16
        """
        return cls(
            csae_encoder(image_shape, latent_dim, stem_filters),
            csae_decoder(image_shape, latent_dim, stem_filters, upsampling, "sigmoid"),
            dense_discriminator((latent_dim,), hidden),
            image_loss_named(image_loss, scale),
            {"encoder_loss": encoder_weight},
            objective=objective,
            seed=seed,
        )

    def compile(
        self,
        optimizer: keras.optimizers.Optimizer | str | Mapping[str, object] = "adam",
        *args,
        **kwargs,
    ):
        """Configures training, as `keras.Model.compile`.

        Args:
            optimizer: A Keras optimizer or its name, for both players; or a dict with one for
                each, `{"discriminator": ..., "autoencoder": ...}`.
            *args: As in `CSAE.compile`.
            **kwargs: As in `CSAE.compile`.

        Raises:
            ValueError: If a dict is not of both players.
        """
        players = {
            "discriminator": self.discriminator.variables,
            "autoencoder": [*self.encoder.variables, *self.decoder.variables],
        }
        super().compile(adversarial_optimizer(optimizer, players), *args, **kwargs)

    def fit(self, x=None, y=None, *args, **kwargs):
        """Trains both players, as `keras.Model.fit`.

        Raises:
            ValueError: If the images are not as the model needs them, or the prior is not trained.
        """
        self.prior.check_ready()
        return super().fit(x, y, *args, **kwargs)

    def terms(self, x, outputs: Mapping, training: bool) -> dict:
        latent = outputs["latent"]
        drawn = ops.stop_gradient(self.prior(self._noise(latent)))
        real = self.discriminator(drawn, training=training)
        fake = self.discriminator(ops.stop_gradient(latent), training=training)
        # The discriminator as it stands: nothing but its own loss, above, moves it.
        judged = frozen_call(self.discriminator, latent, training)
        terms = {
            "discriminator_loss": self._objective.discriminator_loss(real, fake),
            "encoder_loss": self._objective.generator_loss(judged),
        }
        terms = {name: ops.cast(values[:, 0], "float32") for name, values in terms.items()}
        return super().terms(x, outputs, training) | terms

    def get_config(self):
        return {**super().get_config(), "objective": self.objective, "seed": self.seed}
