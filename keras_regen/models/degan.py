"""DEGAN: a GAN whose noise has seen the training images, through a VAE."""

from collections.abc import Mapping, Sequence

import keras

from keras_regen.checks import check_integer
from keras_regen.freezing import set_trainable
from keras_regen.models.gan import GAN, adversarial_networks, augmentation_of
from keras_regen.models.vae import VAE
from keras_regen.networks.degan import HIDDEN_LAYER
from keras_regen.priors import DecoderEncoderPrior


@keras.saving.register_keras_serializable(package="keras_regen")
class DEGAN(GAN):
    """A VAE, and a GAN that draws from the VAE's posterior noise.

    `fit` trains the VAE first, and then the two players, the generator by its adversarial loss and
    by the distance of its images to real ones in the discriminator's eyes. `fit_vae` trains the
    VAE alone; one that is trained already stays as it is.

    Args:
        vae: `keras_regen.VAE` of images of the same shape, whose latents the generator takes. It
            is frozen.
        generator: As in `GAN`.
        discriminator: As in `GAN`.
        posterior: `"sample"` or `"mean"`, as in `DecoderEncoderPrior`.
        objective: As in `GAN`.
        critic_steps: As in `GAN`.
        hidden_layer: As in `GAN`. Defaults to the last hidden layer of this package's
            discriminators.
        loss_weights: As in `GAN`: lambda 1 is the weight of `"generator_loss"`, lambda 2 that of
            `"hidden_space_loss"`.
        augmentation: As in `GAN`.
        seed: As in `GAN`.
        **kwargs: Arguments of `keras.Model`.

    Input shape and output: as in `GAN`.

    Raises:
        ValueError: If the VAE is of other images or latents than the generator, or as in `GAN`.

    Source: DE-GAN, section II, figure 2, algorithm 1, and tables II to IV.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import DEGAN, generate
        >>> model = DEGAN.for_images((8, 8, 1), latent_dim=4, width=0.1)
        >>> model.compile("adam")
        >>> images = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> history = model.fit(images, vae_epochs=2, verbose=0)
        >>> sorted(history.history)[:3]
        ['discriminator_loss', 'fake_logits', 'generator_loss']
        >>> generate(model, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    PARTS = ("vae", "generator", "discriminator", "augmentation")
    # Options of `for_images` that are of the VAE as much as of the players.
    SHARED_OPTIONS = ("latent_dim",)

    def __init__(
        self,
        vae: VAE,
        generator: keras.Model,
        discriminator: keras.Model,
        posterior: str = "sample",
        objective: str = "non_saturating",
        *,
        hidden_layer: str | None = HIDDEN_LAYER,
        **kwargs,
    ):
        for what, own, other in (
            ("images", generator.output_shape[1:], vae.image_shape),
            ("latents", generator.input_shape[1:], (vae.latent_dim,)),
        ):
            if own != other:
                raise ValueError(
                    f"The VAE and the generator must be of {what} of one shape. "
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

    @property
    def vae(self) -> VAE:
        """The VAE, which is a part of the prior."""
        return self.prior.vae

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str] | None = None,
        *,
        vae: VAE | None = None,
        latent_dim: int = 128,
        width: float = 1.0,
        vae_width: float | None = None,
        posterior: str = "sample",
        objective: str = "non_saturating",
        critic_steps: int = 1,
        clip: float | None = None,
        hidden_layer: str | None = HIDDEN_LAYER,
        hidden_weight: float = 1.0,
        augmentation: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> "DEGAN":
        """Builds a DE-GAN of the paper's networks for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `degan_generator`.
            class_names: Not used: a DE-GAN knows no classes.
            vae: A VAE that may be trained already. Defaults to a new one of the paper's networks.
            latent_dim: Integer: dimensions of the latent, if no VAE is given.
            width: Float: scales the networks; less than 1 for small machines.
            vae_width: Float: scales the VAE's networks, if other than the others'.
            posterior: As in the constructor.
            objective: As in the constructor.
            critic_steps: As in the constructor.
            clip: As in `GAN.for_images`.
            hidden_layer: As in the constructor.
            hidden_weight: Float: lambda 2, the weight of the hidden-space loss, if there is one.
            augmentation: As in `GAN.for_images`.
            seed: Integer: of the noise and of the augmentation.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.
        """
        vae = vae or VAE.for_images(
            image_shape,
            network="degan",
            latent_dim=latent_dim,
            width=vae_width or width,
            seed=seed,
        )
        generator, discriminator = adversarial_networks(
            image_shape, "convolutional", vae.latent_dim, width, (), clip
        )
        return cls(
            vae,
            generator,
            discriminator,
            posterior,
            objective,
            critic_steps=critic_steps,
            hidden_layer=hidden_layer,
            loss_weights={} if hidden_layer is None else {"hidden_space_loss": hidden_weight},
            augmentation=augmentation_of(augmentation, seed),
            seed=seed,
        )

    def fit(self, x=None, y=None, *args, vae_epochs=None, vae_optimizer="adam", **kwargs):
        """Trains the VAE, if it is not trained yet, and then both players.

        Args:
            x: As in `GAN.fit`.
            y: As in `GAN.fit`.
            *args: `batch_size` and `epochs` of the players' training, as in `keras.Model.fit`.
            vae_epochs: Passes over the images in the training of the VAE; 0 for none. Defaults to
                10 for a VAE that is not trained, and none for one that is.
            vae_optimizer: A Keras optimizer or its name: the VAE's.
            **kwargs: Further arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History` of the players' training.

        Raises:
            ValueError: If the images are not as the model needs them, or the VAE is not to be
                trained and never was.
        """
        if vae_epochs is None:
            vae_epochs = 0 if self.vae.fitted else 10
        check_integer("vae_epochs", vae_epochs, 0)
        if vae_epochs:
            batch_size = args[0] if args else kwargs.get("batch_size")
            shared = {
                name: kwargs[name]
                for name in ("verbose", "shuffle", "steps_per_epoch")
                if name in kwargs
            }
            self.fit_vae(x, y, vae_optimizer, batch_size=batch_size, epochs=vae_epochs, **shared)
        return super().fit(x, y, *args, **kwargs)

    def fit_vae(self, x=None, y=None, optimizer="adam", **kwargs):
        """Trains the VAE alone.

        What the players have learned stays as it is, and belongs to the VAE as it was.

        Args:
            x: Images or a dataset, as in `fit`.
            y: Not used.
            optimizer: A Keras optimizer or its name.
            **kwargs: Further arguments of `keras.Model.fit`.

        Returns:
            A `keras.callbacks.History`.

        Raises:
            ValueError: If the images are not as the model needs them.
        """
        set_trainable(self.vae, True)
        try:
            self.vae.compile(optimizer)
            return self.vae.fit(x, y, **kwargs)
        finally:
            set_trainable(self.vae, False)

    def get_config(self):
        return {**super().get_config(), "posterior": self.posterior}
