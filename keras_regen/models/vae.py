"""VAE: the variational autoencoder."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import check_choice, check_integer, check_number, check_seed
from keras_regen.layers import GaussianLatent
from keras_regen.losses import gaussian_kl
from keras_regen.models.autoencoder import prior_class_names, reconstruction_loss
from keras_regen.models.decoder_checks import (
    check_decoder,
    check_network,
    check_part,
    check_prior,
)
from keras_regen.models.image_model import ImageModel
from keras_regen.models.objective import Objective
from keras_regen.networks import csae_decoder, csae_encoder, degan_decoder, degan_encoder
from keras_regen.priors import Prior, StandardNormalPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class VAE(ImageModel):
    """An autoencoder that samples its latents from a Gaussian close to N(0, I), without classes.

    The loss is the negative evidence lower bound, in nats, if the image loss is `BernoulliLoss`
    or `GaussianLoss` and all weights are 1. Losses that are means over the pixels are hundreds of
    times smaller, and need a smaller weight of the `"kl_loss"`.

    Args:
        posterior: Functional Keras model from images `(batch, height, width, channels)` in [0, 1]
            to `(batch, 2 * latent_dim)`: the mean, then the logarithm of the variance.
        decoder: Keras model from latents `(batch, latent_dim)` to images; in [0, 1] for
            `BernoulliLoss`.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to `BernoulliLoss()`.
        loss_weights: Mapping from names of losses (`"kl_loss"` and the names of the image losses)
            to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `StandardNormalPrior`.
        seed: Integer: seed of the latents that training samples.
        class_names: As in `Autoencoder`.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        encoder: Model from images to the means of their posteriors, which `encode` returns.
        adapted: Boolean: whether the model was trained. It is saved with the model.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `latent`, the mean, and `log_variance`, both `(batch, latent_dim)`, and
    `reconstruction` in the images' shape: of the mean, or in training of a sampled latent.

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

    monitor = "val_loss"
    _PARTS = ("posterior", "decoder", "image_losses", "prior")

    def __init__(
        self,
        posterior: keras.Model,
        decoder: keras.Model,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: Mapping[str, float] | None = None,
        prior: Prior | None = None,
        seed: int | None = None,
        class_names: Sequence[str] | None = None,
        **kwargs: Any,
    ):
        if not getattr(posterior, "inputs", None) or len(posterior.outputs) != 1:
            raise ValueError(
                "`posterior` must be a functional or sequential Keras model with one output, "
                f"(batch, 2 * latent_dim). Received: {type(posterior).__name__}."
            )
        check_network("decoder", decoder)
        check_seed(seed)
        sampler = GaussianLatent(kl_weight=0.0, seed=seed)
        prior = self._default_prior(posterior) if prior is None else prior
        check_part("prior", prior, Prior)
        super().__init__(decoder.output_shape[1:], prior_class_names(prior, class_names), **kwargs)
        self.encoder = self._encoder(posterior, sampler)
        self.posterior, self.decoder, self.prior = posterior, decoder, prior
        check_decoder(self)
        check_prior(self)
        if not prior.built:
            prior.build((None, self.latent_dim))
        self._sampler = sampler
        self.seed = seed
        self._objective = Objective(
            reconstruction_loss("bernoulli") if image_losses is None else image_losses,
            ["kl_loss"],
            loss_weights,
            network=self.encoder,
            image_shape=self.image_shape,
        )
        self.image_losses = self._objective.image_losses
        self._adapted = self.add_weight(
            shape=(),
            initializer="zeros",
            trainable=False,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
            name="adapted",
        )
        self.build(self._input_shapes())

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
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
    ) -> Self:
        """Builds a VAE with the networks of the papers.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            network: `"csae"`, or `"degan"` for the networks of DE-GAN's tables.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            width: As in `degan_encoder`.
            dropout: As in `degan_encoder`.
            image_loss: `"bernoulli"`, `"gaussian"` or `"mse"`.
            scale: Scale of the Gaussian, as in `GaussianLoss`.
            kl_weight: Float, at least 0: weight of the divergence from N(0, I).
            seed: Integer: seed of the latents that training samples.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

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
        check_choice("network", network, networks)
        check_integer("latent_dim", latent_dim, 1)
        check_number("kl_weight", kl_weight, 0)
        check_integer("seed", seed, 0)
        return cls(
            *networks[network](),
            reconstruction_loss(image_loss, scale),
            {"kl_loss": kl_weight},
            seed=seed,
        )

    @staticmethod
    def _encoder(posterior, sampler):
        return keras.Model(posterior.inputs, sampler(posterior.outputs[0]), name="encoder")

    @staticmethod
    def _default_prior(posterior):
        return StandardNormalPrior(posterior.output_shape[-1] // 2)

    def _input_shapes(self):
        """Returns the shapes of the inputs of `call`."""
        return (None, *self.image_shape)

    @property
    def adapted(self) -> bool:
        """Whether the model was trained, by `fit`, without its losses becoming infinite."""
        return bool(ops.convert_to_numpy(self._adapted))

    def _forget_training(self):
        """Makes `adapted` False, after a training run that did not end."""
        self._adapted.assign(0.0)

    @property
    def _needs_labels(self):
        return bool(self.prior.learns and self.prior.num_classes)

    def call(self, inputs: Any, training: bool | None = None) -> dict[str, Any]:
        images = unit_range(inputs)
        moments = self.posterior(images, training=training)
        mean, log_variance = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        latent = self._sampler(moments, training=training)
        outputs = {
            "latent": mean,
            "log_variance": log_variance,
            "reconstruction": self._decoded(latent, training),
        }
        return {**outputs, "image": images} if training else outputs

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        terms = self._image_terms(x, y, y_pred, training)
        terms["kl_loss"] = gaussian_kl(self._noise_mean(y_pred), y_pred["log_variance"])
        total = self._objective.total(terms, sample_weight, self.losses)
        if training:
            self._adapted.assign(ops.cast(ops.isfinite(total), "float32"))
        return total

    def _decoded(self, latent, training):
        decoded = ops.cast(self.decoder(latent, training=training), "float32")
        # Clipping in training would remove the gradient of pixels that overshoot.
        return decoded if training else ops.clip(decoded, 0.0, 1.0)

    def _noise_mean(self, y_pred):
        """Returns the means of the sampled part of the latent."""
        return y_pred["latent"]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "loss_weights": self.loss_weights, "seed": self.seed}
