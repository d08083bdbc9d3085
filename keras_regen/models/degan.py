"""DEGAN: a GAN whose latents come from the posterior of a VAE."""

from collections.abc import Mapping
from typing import Any, Self

import keras

from keras_regen.checks import check_integer, check_number
from keras_regen.freezing import set_trainable
from keras_regen.models.decoder_checks import check_network, check_part
from keras_regen.models.gan import GAN, adversarial_networks, build_augmentation
from keras_regen.models.vae import VAE
from keras_regen.networks.degan import HIDDEN_LAYER
from keras_regen.priors import DecoderEncoderPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class DEGAN(GAN):
    """A VAE, and a GAN that takes its latents from the posterior noise of the VAE.

    `fit` trains the VAE first, unless it is trained already, and then the generator and the
    discriminator. The generator minimizes its adversarial loss and the distance between its images
    and real images in the feature space of the discriminator. `fit_vae` trains the VAE alone.

    Args:
        vae: `keras_regen.VAE` of images of the same shape, whose latents the generator takes. It
            is frozen.
        generator: As in `GAN`.
        discriminator: As in `GAN`.
        posterior: `"sample"` or `"mean"`, as in `DecoderEncoderPrior`.
        objective: As in `GAN`.
        vae_epochs: Integer, at least 0: passes over the images by which `fit` trains a VAE that is
            not trained yet.
        hidden_layer: As in `GAN`. Defaults to the last hidden layer of this package's
            discriminators.
        **kwargs: Further arguments of `GAN`: `critic_steps`, `loss_weights` (lambda 1 and 2 are the
            weights of `"generator_loss"` and `"hidden_space_loss"`), `augmentation`, `seed`, and
            arguments of `keras.Model`.

    Input shape and output: as in `GAN`.

    Raises:
        ValueError: If the VAE is of other images or latents than the generator, or as in `GAN`.

    Source: DE-GAN, section II, figure 2, algorithm 1, and tables II to IV.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import DEGAN, generate
        >>> model = DEGAN.for_images((8, 8, 1), latent_dim=4, width=0.1, vae_epochs=2)
        >>> model.compile("adam")
        >>> images = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> history = model.fit(images, verbose=0)
        >>> sorted(history.history)[:3]
        ['discriminator_loss', 'fake_logits', 'generator_loss']
        >>> generate(model, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    _PARTS = ("vae", "generator", "discriminator", "augmentation")
    # Options of `for_images` that the recipe of the VAE has as well.
    SHARED_OPTIONS = ("latent_dim",)

    def __init__(
        self,
        vae: VAE,
        generator: keras.Model,
        discriminator: keras.Model,
        posterior: str = "sample",
        objective: str = "non_saturating",
        *,
        vae_epochs: int = 10,
        hidden_layer: str | None = HIDDEN_LAYER,
        **kwargs: Any,
    ):
        check_integer("vae_epochs", vae_epochs, 0)
        check_part("vae", vae, VAE)
        check_network("generator", generator)
        for noun, own, other in (
            ("images", generator.output_shape[1:], vae.image_shape),
            ("latents", generator.input_shape[1:], (vae.latent_dim,)),
        ):
            if own != other:
                raise ValueError(
                    f"The VAE and the generator must have {noun} of the same shape. "
                    f"Received: a VAE of {other} and a generator of {own}."
                )
        super().__init__(
            generator,
            discriminator,
            DecoderEncoderPrior(vae, posterior),
            objective,
            hidden_layer=hidden_layer,
            **kwargs,
        )
        self.posterior = posterior
        self.vae_epochs = vae_epochs

    @property
    def vae(self) -> VAE:
        """The VAE, which is a part of the prior."""
        return self.prior.vae

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        *,
        vae: VAE | None = None,
        latent_dim: int = 128,
        width: float = 1.0,
        vae_width: float | None = None,
        vae_epochs: int = 10,
        posterior: str = "sample",
        objective: str = "non_saturating",
        critic_steps: int = 1,
        clip: float | None = None,
        hidden_layer: str | None = HIDDEN_LAYER,
        hidden_weight: float = 1.0,
        augmentation: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> Self:
        """Builds a DE-GAN with the networks of the paper.

        Args:
            image_shape: `(height, width, channels)`, as in `degan_generator`.
            vae: A VAE, trained or not. Defaults to a new VAE with the networks of the paper.
            latent_dim: Integer: dimensions of the latent, if `vae` is `None`.
            width: Float: scales the networks; less than 1 for small machines.
            vae_width: Float: scales the networks of the VAE. Defaults to `width`.
            vae_epochs: As in the constructor.
            posterior: As in the constructor.
            objective: As in the constructor.
            critic_steps: As in the constructor.
            clip: As in `GAN.for_images`.
            hidden_layer: As in the constructor.
            hidden_weight: Float: lambda 2, the weight of the hidden-space loss.
            augmentation: As in `GAN.for_images`.
            seed: Integer: seed of the noise and of the augmentation.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.
        """
        check_number("hidden_weight", hidden_weight, 0)
        if vae is None:
            vae = VAE.for_images(
                image_shape,
                network="degan",
                latent_dim=latent_dim,
                width=width if vae_width is None else vae_width,
                seed=seed,
            )
        check_part("vae", vae, VAE)
        generator, discriminator = adversarial_networks(
            image_shape, "convolutional", vae.latent_dim, width, (), clip
        )
        return cls(
            vae,
            generator,
            discriminator,
            posterior,
            objective,
            vae_epochs=vae_epochs,
            critic_steps=critic_steps,
            hidden_layer=hidden_layer,
            loss_weights={} if hidden_layer is None else {"hidden_space_loss": hidden_weight},
            augmentation=build_augmentation(augmentation, seed),
            seed=seed,
        )

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        # Without the metrics of the VAE, which `fit_vae` reports.
        excluded = {id(metric) for metric in self.vae.metrics}
        return [metric for metric in super().metrics if id(metric) not in excluded]

    def fit_vae(
        self, x: Any = None, y: Any = None, optimizer: Any = "adam", **kwargs: Any
    ) -> keras.callbacks.History:
        """Trains the VAE alone.

        The generator and the discriminator do not change. If they are trained already, call `fit`
        afterwards: they have learned the latents of the former VAE.

        Args:
            x: Images or a dataset, as in `fit`.
            y: Not used.
            optimizer: A Keras optimizer or its name.
            **kwargs: Further arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If the images do not fit the model.
        """
        set_trainable(self.vae, True)
        try:
            self.vae.compile(optimizer)
            return self.vae.fit(x, y, **kwargs)
        except BaseException:  # such as KeyboardInterrupt: `fit` has to train the VAE again
            self.vae._forget_training()
            raise
        finally:
            set_trainable(self.vae, False)

    def _before_fit(self, data, *, batch_size, verbose, shuffle, steps_per_epoch=None):
        if self.vae_epochs and not self.vae.adapted:
            if not data.repeatable and steps_per_epoch is None:
                raise ValueError(
                    "`fit` reads the images twice, because the VAE is trained first, and a "
                    "generator can be read only once. Call `fit_vae` with another generator "
                    "first, or set `steps_per_epoch`."
                )
            self.fit_vae(
                data.inputs,
                sample_weight=data.sample_weight,
                batch_size=batch_size,
                epochs=self.vae_epochs,
                verbose=verbose,
                shuffle=shuffle,
                steps_per_epoch=steps_per_epoch,
            )
        super()._before_fit(data)

    def get_config(self) -> dict[str, Any]:
        arguments = {"posterior": self.posterior, "vae_epochs": self.vae_epochs}
        return {**super().get_config(), **arguments}
