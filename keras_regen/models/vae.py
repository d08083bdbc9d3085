"""VAE: the variational autoencoder."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.callbacks import NonFiniteLossError
from keras_regen.layers import GaussianLatent
from keras_regen.losses import gaussian_kl
from keras_regen.models.plain_autoencoder import PlainAutoencoder, image_loss_named
from keras_regen.networks import csae_decoder, csae_encoder, degan_decoder, degan_encoder
from keras_regen.pixel_range import unit_range
from keras_regen.priors import Prior, StandardNormalPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class VAE(PlainAutoencoder):
    """An autoencoder whose latents are drawn from a Gaussian, kept near N(0, I); without classes.

    The loss is the negative evidence lower bound, in nats, when the image loss is `BernoulliLoss`
    or `GaussianLoss` and all weights are 1. Losses that are means over an image's pixels are
    hundreds of times smaller, and need a smaller weight of the `"kl_loss"`.

    Args:
        posterior: Functional Keras model from images `(batch, height, width, channels)` in [0, 1]
            to `(batch, 2 * latent_dim)`: the mean, then the logarithm of the variance.
        decoder: Keras model from latents `(batch, latent_dim)` to images; in [0, 1] for
            `BernoulliLoss`.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to `BernoulliLoss()`.
        loss_weights: Mapping from the names of losses (`"kl_loss"`, and each image loss's own) to
            floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `StandardNormalPrior`.
        seed: Integer: of the latents that are drawn in training.
        class_names: As in `Autoencoder`.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        encoder: Model from images to the means of their posteriors, which `encode` gives.
        fitted: Boolean: whether the model was trained. It is saved with the model.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `latent`, the mean, and `log_variance`, both `(batch, latent_dim)`, and
    `reconstruction` in the images' shape, in training of a drawn latent.

    Raises:
        ValueError: If the posterior is not functional, or as in `Autoencoder`.

    Source: DE-GAN, section II-A, equation 4; Kingma and Welling, 2014,
    https://arxiv.org/abs/1312.6114.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import VAE, generate
        >>> model = VAE.for_images((8, 8, 1), latent_dim=4, stem_filters=2)
        >>> model.compile("adam")
        >>> history = model.fit(np.random.default_rng(0).random((20, 8, 8, 1)), verbose=0)
        >>> sorted(history.history)
        ['bernoulli_loss', 'kl_loss', 'loss']
        >>> generate(model, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    PARTS = ("posterior", "decoder", "image_losses", "prior")

    def __init__(
        self,
        posterior: keras.Model,
        decoder: keras.Model,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        prior: Prior | None = None,
        seed: int | None = None,
        class_names: Sequence[str] | None = None,
        **kwargs,
    ):
        if not getattr(posterior, "inputs", None) or len(posterior.outputs) != 1:
            raise ValueError(
                "`posterior` must be a functional or sequential Keras model with one output, "
                f"(batch, 2 * latent_dim). Received: {type(posterior).__name__}."
            )
        sampler = GaussianLatent(kl_weight=0.0, seed=seed)
        super().__init__(
            self._encoder(posterior, sampler),
            decoder,
            image_loss_named("bernoulli") if image_losses is None else image_losses,
            loss_weights,
            self._default_prior(posterior) if prior is None else prior,
            class_names,
            other_losses=["kl_loss"],
            **kwargs,
        )
        self.posterior = posterior
        self.sampler = sampler
        self.seed = seed
        self._fitted = self.add_weight(
            shape=(), initializer="zeros", trainable=False, dtype="float32", name="fitted"
        )
        self.build(self._given_shape())

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        *,
        network: str = "csae",
        latent_dim: int = 40,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        width: float = 1.0,
        dropout: float = 0.1,
        image_loss: str = "bernoulli",
        scale: float = 0.1,
        kl_weight: float = 1.0,
        seed: int = 0,
    ) -> "VAE":
        """Builds a VAE of the papers' networks for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Not used: the model knows no classes.
            network: `"csae"`, or `"degan"` for the networks of DE-GAN's tables.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            width: As in `degan_encoder`.
            dropout: As in `degan_encoder`.
            image_loss: `"bernoulli"`, `"gaussian"` or `"mse"`.
            scale: Of the Gaussian, as in `GaussianLoss`.
            kl_weight: Float, at least 0: weight of the divergence from N(0, I).
            seed: Integer: of the latents that are drawn in training.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

        Examples:
            >>> from keras_regen import VAE
            >>> VAE.for_images((28, 28, 1), network="degan", width=0.25).latent_dim
            40
        """
        networks = {
            "csae": lambda: (
                csae_encoder(image_shape, 2 * latent_dim, stem_filters, name="posterior"),
                csae_decoder(image_shape, latent_dim, stem_filters, upsampling, "sigmoid"),
            ),
            "degan": lambda: (
                degan_encoder(image_shape, latent_dim, width, dropout, seed, name="posterior"),
                degan_decoder(image_shape, latent_dim, width),
            ),
        }
        if network not in networks:
            raise ValueError(
                f"`network` must be one of {sorted(networks)}. Received: network={network!r}."
            )
        return cls(
            *networks[network](),
            image_loss_named(image_loss, scale),
            {"kl_loss": kl_weight},
            seed=seed,
        )

    @staticmethod
    def _encoder(posterior, sampler):
        return keras.Model(posterior.inputs, sampler(posterior.outputs[0]), name="encoder")

    @staticmethod
    def _default_prior(posterior):
        return StandardNormalPrior(posterior.output_shape[-1] // 2)

    def _given_shape(self):
        """The shape of what `call` takes."""
        return (None, *self.image_shape)

    @property
    def fitted(self) -> bool:
        """Whether the model was trained, by `fit`, for an epoch or more."""
        return bool(ops.convert_to_numpy(self._fitted))

    def fit(self, x=None, y=None, *args, callbacks=None, **kwargs):
        """Trains the model, as `ImageModel.fit`."""
        # Before all other callbacks: a checkpoint of theirs is one of a model that was trained.
        note = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: self._fitted.assign(1.0))
        callbacks = [note, *keras.tree.flatten(callbacks or [])]
        try:
            return super().fit(x, y, *args, callbacks=callbacks, **kwargs)
        except NonFiniteLossError:
            self._fitted.assign(0.0)  # what was trained before is spoiled
            raise

    def call(self, inputs, training=None):
        moments = self.posterior(unit_range(inputs), training=training)
        mean, log_variance = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        return {
            "latent": mean,
            "log_variance": log_variance,
            "reconstruction": self.draw(self.sampler(moments, training=training), training),
        }

    def terms(self, x, outputs: Mapping, training: bool) -> dict:
        terms = super().terms(x, outputs, training)
        return terms | {"kl_loss": gaussian_kl(outputs["latent"], outputs["log_variance"])}

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
