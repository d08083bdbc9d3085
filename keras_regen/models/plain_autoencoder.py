"""PlainAutoencoder: what the autoencoders share that do not classify."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.losses import BernoulliLoss, GaussianLoss
from keras_regen.models.autoencoding import AutoencodingModel
from keras_regen.models.inputs import images_of
from keras_regen.pixel_range import unit_range
from keras_regen.priors import Prior


class PlainAutoencoder(AutoencodingModel):
    """An `AutoencodingModel` of an encoder, a decoder and a prior, without a head.

    A subclass sets what else it has, and then calls `build`. It adds its own losses in `terms`.

    Args:
        encoder: Keras model from images to latents `(batch, latent_dim)`.
        decoder: Keras model from latents to images.
        image_losses: As in `AutoencodingModel`.
        loss_weights: As in `AutoencodingModel`.
        prior: `keras_regen.priors.Prior`.
        class_names: Names of the classes that the prior knows, if it knows any. Defaults to
            `"0"`, `"1"`, ... for them.
        **kwargs: Arguments of `AutoencodingModel`.

    Raises:
        ValueError: If the parts' shapes do not fit together, `loss_weights` names a loss that is
            not there, or there are not as many class names as the prior has classes.

    Examples:
        >>> from keras_regen.models import AAE, VAE, Autoencoder, PlainAutoencoder
        >>> all(issubclass(one, PlainAutoencoder) for one in (Autoencoder, VAE, AAE))
        True
    """

    monitor = "val_loss"

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss],
        loss_weights: Mapping[str, float] | None,
        prior: Prior,
        class_names: Sequence[str] | None,
        **kwargs,
    ):
        if not class_names and prior.num_classes:
            class_names = [str(label) for label in range(prior.num_classes)]
        super().__init__(
            decoder.output_shape[1:],
            class_names,
            image_losses,
            loss_weights,
            network=encoder,
            **kwargs,
        )
        self.encoder = encoder
        self.decoder = decoder
        self.prior = prior
        self._check_parts()
        if not prior.built:
            prior.build((None, self.latent_dim))

    @property
    def needs_labels(self) -> bool:
        """Whether the prior learns classes, so that `fit` needs labels for it."""
        return bool(self.prior.learns and self.prior.num_classes)

    def call(self, inputs, training=None):
        latent = self.encoder(unit_range(inputs), training=training)
        return {
            "latent": ops.cast(latent, "float32"),
            "reconstruction": self.draw(latent, training),
        }

    def terms(self, x, outputs: Mapping, training: bool) -> dict:
        """Computes each loss of each image of a batch.

        Args:
            x: What the model was given.
            outputs: What `call` gave for it.
            training: Boolean: whether it is trained.

        Returns:
            A dict from the names of the losses to tensors `(batch,)`.
        """
        return self.image_terms(unit_range(images_of(x)), outputs["reconstruction"])

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return self.weighted_sum(self.terms(x, y_pred, training), sample_weight)

    def _check_parts(self):
        self.check_decoder()
        classes, dim = self.prior.num_classes, getattr(self.prior, "latent_dim", None)
        if classes not in (None, self.num_classes):
            raise ValueError(
                f"The prior knows {classes} classes. Received: {self.num_classes} class names."
            )
        if dim not in (None, self.latent_dim):
            raise ValueError(
                f"The prior must draw latents as the decoder takes them, of {self.latent_dim} "
                f"dimensions. Received: a prior of {dim}."
            )


def image_loss_named(name: str, scale: float = 0.1) -> keras.losses.Loss:
    """Gives one of the losses that autoencoders are built with.

    Args:
        name: `"mse"`, the mean squared error; `"bernoulli"`, `BernoulliLoss`; or `"gaussian"`,
            `GaussianLoss`.
        scale: Float above 0: of the Gaussian.

    Raises:
        ValueError: If the name is not known, or the scale is not above 0.

    Examples:
        >>> from keras_regen.models.plain_autoencoder import image_loss_named
        >>> image_loss_named("gaussian", scale=0.2).scale
        0.2
    """
    losses = {
        "mse": lambda: keras.losses.MeanSquaredError(name="mse_loss"),
        "bernoulli": BernoulliLoss,
        "gaussian": lambda: GaussianLoss(scale),
    }
    if name not in losses:
        raise ValueError(
            f"`image_loss` must be one of {sorted(losses)}. Received: image_loss={name!r}."
        )
    return losses[name]()
