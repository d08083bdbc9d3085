"""CSAE: the classification supervised autoencoder."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import unit_range
from keras_regen.checks import check_choice, check_flag, check_integer, check_number
from keras_regen.class_names import as_class_names
from keras_regen.freezing import call_without_updates
from keras_regen.layers import LatentMixing, NoisyLatent, PEDCCHead
from keras_regen.losses import (
    AdversarialLoss,
    LaplacianLoss,
    PerceptualLoss,
    WaveletLoss,
    centroid_loss,
)
from keras_regen.models import inference
from keras_regen.models.decoder_checks import (
    check_decoder,
    check_network,
    check_part,
    latent_dim_of,
)
from keras_regen.models.image_model import ImageModel
from keras_regen.models.objective import Objective
from keras_regen.models.training_views import (
    check_augmentation,
    mirror_and_shift,
)
from keras_regen.networks import (
    csae_decoder,
    csae_encoder,
    csae_linear_decoder,
    csae_linear_encoder,
    projection_discriminator,
)
from keras_regen.priors import (
    ClassGaussianPrior,
    ClassMixturePrior,
    DeviationTransferPrior,
    Prior,
)

# Training images at most whose reconstructions are encoded for the acceptance by distance.
_RECONSTRUCTIONS = 5_000


@keras.saving.register_keras_serializable(package="keras_regen")
class CSAE(ImageModel):
    """An autoencoder that classifies images by their latents.

    Training moves the encoder's latents to fixed, evenly distributed class centroids, and the class
    of the nearest centroid is the predicted class. The decoder learns to reconstruct the image from
    its latent with noise added, so that latents sampled from the distribution of a class decode to
    new images of the class.

    Args:
        encoder: Keras model from images `(batch, height, width, channels)` to latents
            `(batch, latent_dim)`.
        decoder: Keras model from latents to images, or `None`: the model then only classifies
            (the papers' `CSAE_encoder`).
        head: `PEDCCHead`. With its `subspace`, the centroid loss acts only on the projection of
            the latent on the span of the centroids.
        noise: Layer between encoder and decoder. Defaults to `NoisyLatent()`.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to `WaveletLoss()`.
        loss_weights: Dict from names of losses (`"centroid_loss"` and the names of the image
            losses) to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `ClassGaussianPrior`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        augmentation: Layer that changes the images in training, such as
            `keras_regen.layers.MirrorAndShift` for small datasets; or `None`. The model then
            reconstructs the changed images.
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `probabilities` `(batch, num_classes)`, `latent` `(batch, latent_dim)` and,
    with a decoder, `reconstruction` in the images' shape, which is clipped to [0, 1] except in
    training. In training, `image` holds the rescaled images.

    Raises:
        ValueError: If the shapes of the parts do not fit together, `loss_weights` names an unknown
            loss, or the numbers of class names and centroids differ.

    Source: CSAE, first version, equation 10, and second version, equation 10 and figure 1.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import NoisyLatent, PEDCCHead
        >>> from keras_regen.losses import WaveletLoss
        >>> from keras_regen.models import CSAE
        >>> from keras_regen.networks import csae_decoder, csae_encoder
        >>> model = CSAE(
        ...     encoder=csae_encoder((8, 8, 1), latent_dim=12, stem_filters=4),
        ...     decoder=csae_decoder((8, 8, 1), latent_dim=12, stem_filters=4),
        ...     head=PEDCCHead(num_classes=10),
        ...     noise=NoisyLatent(beta=0.04),
        ...     image_losses=WaveletLoss(levels=2),
        ... )
        >>> model.compile("adam")
        >>> images = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> history = model.fit(images, np.arange(20) % 10, verbose=0)
        >>> sorted(history.history)
        ['accuracy', 'centroid_loss', 'loss', 'wavelet_loss']
    """

    _PARTS = ("encoder", "decoder", "head", "noise", "image_losses", "prior", "augmentation")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model | None,
        head: PEDCCHead,
        noise: keras.layers.Layer | None = None,
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss] | None = None,
        loss_weights: dict[str, float] | None = None,
        prior: Prior | None = None,
        class_names: Sequence[str] | None = None,
        augmentation: keras.layers.Layer | None = None,
        **kwargs: Any,
    ):
        check_network("encoder", encoder)
        if decoder is not None:
            check_network("decoder", decoder)
        check_part("head", head, PEDCCHead)
        noise = NoisyLatent() if noise is None else noise
        check_part("noise", noise, keras.layers.Layer)
        prior = ClassGaussianPrior(head.num_classes) if prior is None else prior
        check_part("prior", prior, Prior)
        check_augmentation(augmentation)
        if class_names is None:
            class_names = [str(label) for label in range(head.num_classes)]
        if image_losses is None:
            image_losses = WaveletLoss()
        super().__init__(encoder.input_shape[1:], class_names, **kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.head = head
        self.noise = noise
        self.prior = prior
        self.augmentation = augmentation
        self._check_parts()
        self._accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        self._objective = Objective(
            image_losses if decoder is not None else [],
            ["centroid_loss"],
            loss_weights,
            network=encoder,
            image_shape=self.image_shape,
        )
        self.image_losses = self._objective.image_losses
        # A discriminator sees generated images, too.
        has_discriminator = self._objective.discriminator is not None
        seed = getattr(noise, "seed", None)
        self._mixing = LatentMixing(seed=seed) if has_discriminator else None

        # The quantiles 0, 0.01, ..., 1 of the distances to their centroid of the training images of
        # each class, or of the reconstructions, for the acceptance by distance.
        self.distance_quantiles = self.add_weight(
            shape=(self.num_classes, 101),
            initializer="zeros",
            trainable=False,
            dtype="float32",
            name="distance_quantiles",
        )
        for part in (self.head, self.noise, self.prior):
            if not part.built:
                part.build((None, self.latent_dim))
        self.build((None, *self.image_shape))

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str],
        *,
        network: str = "convolutional",
        encoder: keras.Model | None = None,
        latent_dim: int | None = None,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        hidden: int = 400,
        with_decoder: bool = True,
        image_loss: str = "wavelet",
        image_weight: float = 1.0,
        perceptual_weight: float = 0.0,
        adversarial_weight: float = 0.0,
        levels: int = 2,
        beta: float = 0.06,
        centroids: str = "auto",
        subspace: bool = False,
        shrinkage: float | str = "auto",
        prior: str = "gaussian",
        mirror: bool = False,
        shift: int = 0,
        seed: int = 0,
    ) -> "CSAE":
        """Builds a CSAE with the networks and losses of the papers.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Names of the classes, at least two.
            network: `"convolutional"`, or `"linear"` for CSAE-L.
            encoder: An encoder that replaces the encoder of `network`, such as a
                `keras_regen.networks.backbone_encoder`.
            latent_dim: Integer: dimensions of the latent. Defaults to that of `encoder`, or to 40.
            stem_filters: Integer: filters of the first convolution: 32 as in the second paper, 16
                as in the first.
            upsampling: `"bilinear"` (second paper) or `"transposed"` (first paper).
            hidden: Integer: units of CSAE-L's hidden layers.
            with_decoder: Boolean: `False` for a classifier only, the papers' `CSAE_encoder`.
            image_loss: `"wavelet"` (second paper); `"laplacian"`, the mean squared error and the
                Laplacian loss (first paper); or `"mse"`.
            image_weight: Float: weight of the losses of `image_loss`. That of the centroid loss is
                1.
            perceptual_weight: Float: weight of a `PerceptualLoss` of the first feature maps of the
                encoder itself, which sharpens the reconstructions. 0 leaves out the loss.
            adversarial_weight: Float: weight of an `AdversarialLoss` with a
                `projection_discriminator` of twice `stem_filters`, which sharpens reconstructions
                and generated images in long training runs. 0 leaves out the loss.
            levels: Integer: Haar levels of the wavelet loss.
            beta: Float, at least 0: strength of the noise on the latent.
            centroids: Method that distributes the centroids, as in `keras_regen.pedcc`.
            subspace: Boolean: whether the centroid loss acts only on the projection of the latent
                on the span of the centroids.
            shrinkage: Shrinkage of the covariances of `prior="gaussian"`, as in
                `ClassGaussianPrior`.
            prior: `"gaussian"` for a `ClassGaussianPrior`, `"mixture"` for a `ClassMixturePrior`,
                or `"deviation"` for a `DeviationTransferPrior`.
            mirror: Boolean: whether training mirrors half of the images, as in `MirrorAndShift`.
            shift: Integer, at least 0: pixels by which training shifts the images at most.
            seed: Integer: seed of centroids and noise.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

        Examples:
            >>> from keras_regen import CSAE
            >>> model = CSAE.for_images((28, 28, 1), ["cat", "dog"], latent_dim=16, beta=0.04)
            >>> model.latent_dim, model.num_classes
            (16, 2)
        """
        losses = {
            "wavelet": lambda: [WaveletLoss(levels)],
            "laplacian": lambda: [keras.losses.MeanSquaredError(name="mse_loss"), LaplacianLoss()],
            "mse": lambda: [keras.losses.MeanSquaredError(name="mse_loss")],
        }
        networks = {
            "convolutional": (
                lambda: csae_encoder(image_shape, latent_dim, stem_filters),
                lambda: csae_decoder(image_shape, latent_dim, stem_filters, upsampling),
            ),
            "linear": (
                lambda: csae_linear_encoder(image_shape, latent_dim, hidden),
                lambda: csae_linear_decoder(image_shape, latent_dim, hidden),
            ),
        }
        check_choice("network", network, networks)
        check_choice("image_loss", image_loss, losses)
        check_flag("with_decoder", with_decoder)
        check_number("image_weight", image_weight, 0)
        check_number("perceptual_weight", perceptual_weight, 0)
        check_number("adversarial_weight", adversarial_weight, 0)
        if adversarial_weight and not with_decoder:
            raise ValueError(
                "`adversarial_weight` needs a decoder, whose images the discriminator compares. "
                "Set `with_decoder=True` or `adversarial_weight=0`. "
                f"Received: adversarial_weight={adversarial_weight}, with_decoder=False."
            )
        if perceptual_weight and not with_decoder:
            raise ValueError(
                "`perceptual_weight` needs a decoder, whose images the loss compares. "
                "Set `with_decoder=True` or `perceptual_weight=0`. "
                f"Received: perceptual_weight={perceptual_weight}, with_decoder=False."
            )
        priors = {
            "gaussian": lambda: ClassGaussianPrior(len(class_names), shrinkage),
            "mixture": lambda: ClassMixturePrior(len(class_names), seed=seed),
            "deviation": lambda: DeviationTransferPrior(len(class_names), seed=seed),
        }
        check_choice("prior", prior, priors)
        check_integer("seed", seed, 0)
        class_names = as_class_names(class_names)
        build_encoder, decoder = networks[network]
        if encoder is None:
            latent_dim = 40 if latent_dim is None else latent_dim
            encoder = build_encoder()
        else:
            latent_dim = latent_dim_of(encoder, image_shape, latent_dim)
        image_losses = losses[image_loss]()
        weights = {loss.name: image_weight for loss in image_losses}
        if perceptual_weight:
            image_losses.append(_perceptual_loss(encoder))
            weights["perceptual_loss"] = perceptual_weight
        if adversarial_weight:
            discriminator = projection_discriminator(
                image_shape, len(class_names), 2 * stem_filters
            )
            image_losses.append(AdversarialLoss(discriminator, adversarial_weight))
        return cls(
            encoder=encoder,
            decoder=decoder() if with_decoder else None,
            head=PEDCCHead(len(class_names), centroids, subspace=subspace, seed=seed),
            noise=NoisyLatent(beta, seed=seed),
            image_losses=image_losses,
            loss_weights=weights if with_decoder else None,
            prior=priors[prior](),
            class_names=class_names,
            augmentation=mirror_and_shift(mirror, shift, seed),
        )

    def call(self, inputs, training=None):
        images = unit_range(inputs)
        if training and self.augmentation is not None:
            images = ops.cast(self.augmentation(images, training=True), "float32")
        latent = self.encoder(images, training=training)
        outputs = {
            "probabilities": ops.softmax(self.head(latent)),
            "latent": ops.cast(latent, "float32"),
        }
        if self.decoder is not None:
            noisy = self.noise(latent, training=training)
            decoded = ops.cast(self.decoder(noisy, training=training), "float32")
            # Clipping in training would remove the gradient of pixels that overshoot.
            outputs["reconstruction"] = decoded if training else ops.clip(decoded, 0.0, 1.0)
            if training:
                outputs["image"] = images
        return outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        latent = y_pred["latent"]
        terms = {"centroid_loss": centroid_loss(y, latent, self.head.centroids, self.head.basis)}
        if self.decoder is not None:
            generated = None
            if training and self._mixing is not None:
                mixed = self._mixing(ops.stop_gradient(latent), labels=y)
                # The moving averages are those of latents of images.
                generated = call_without_updates(self.decoder, mixed, training=True)
                generated = ops.cast(generated, "float32")
            terms |= self._image_terms(x, y, y_pred, training, generated)
        return self._objective.total(terms, sample_weight, self.losses)

    def get_config(self):
        return {**super().get_config(), "loss_weights": self.loss_weights}

    def _after_prior(self, latents, labels):
        num_quantiles = self.distance_quantiles.shape[1]
        quantiles = inference.distance_quantiles(self, latents, labels, num_quantiles)
        if self.decoder is not None:
            # Reconstructions by a weak decoder are farther from their centroids than images. Then
            # the reconstructions set the threshold: by that of the images, no generated image would
            # be accepted.
            rng = np.random.default_rng(0)
            chosen = rng.permutation(len(latents))[:_RECONSTRUCTIONS]
            decoded = inference.latents_of_reconstructions(self, latents[chosen])
            others = inference.distance_quantiles(self, decoded, labels[chosen], num_quantiles)
            quantiles = np.maximum(quantiles, others)
        self.distance_quantiles.assign(quantiles)

    def _centroid_distances(self, latents, batch_size=256):
        return inference.centroid_distances(self, latents, batch_size)

    def _check_parts(self):
        check_decoder(self)
        for name, count in (
            ("class_names", self.num_classes),
            ("the prior", self.prior.num_classes),
        ):
            if count != self.head.num_classes:
                raise ValueError(
                    f"All parts must have the {self.head.num_classes} classes of the head. "
                    f"Received: {name} with {'no' if count is None else count} classes."
                )


def _perceptual_loss(encoder):
    """The loss of the first feature maps of the encoder.

    In CSAE's own network, these are the maps after the first convolution and the first two blocks.
    """
    if not any(isinstance(layer, keras.layers.Conv2D) for layer in encoder.layers):
        raise ValueError(
            "`perceptual_weight` needs a convolutional encoder, whose feature maps are compared. "
            "Received: a network without convolutions."
        )
    names = [layer.name for layer in encoder.layers]
    first = [name for name in ("stem_relu", "block1", "block2") if name in names]
    return PerceptualLoss("self", layer=first or None, error="relative_absolute")
