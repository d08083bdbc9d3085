"""CSAE: the classification supervised autoencoder."""

from collections.abc import Sequence

import keras
from keras import ops

from keras_regen.layers import NoisyLatent, PEDCCHead
from keras_regen.losses import LaplacianLoss, WaveletLoss, centroid_loss
from keras_regen.models.autoencoding import AutoencodingModel
from keras_regen.networks import (
    csae_decoder,
    csae_encoder,
    csae_linear_decoder,
    csae_linear_encoder,
)
from keras_regen.pixel_range import unit_range
from keras_regen.priors import ClassGaussianPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class CSAE(AutoencodingModel):
    """An autoencoder whose latent is also its classifier.

    The encoder's latents are pulled to fixed, evenly spread class centroids; the nearest centroid
    classifies. The decoder learns to draw the image from the latent and its noisy neighbourhood,
    so that latents drawn from each class's distribution decode to new images of the class.

    Args:
        encoder: Keras model from images `(batch, height, width, channels)` to latents
            `(batch, latent_dim)`.
        decoder: Keras model from latents to images, or `None`: the model then only classifies
            (the papers' `CSAE_encoder`).
        head: `PEDCCHead`. Its `subspace` also decides what the centroid loss pulls.
        noise: Layer between encoder and decoder. Defaults to `NoisyLatent()`.
        image_losses: A loss of (image, reconstruction) or a sequence of them, added up. Defaults
            to `WaveletLoss()`.
        loss_weights: Dict from the names of losses (`"centroid_loss"`, and each image loss's own)
            to floats. Defaults to 1 for each.
        prior: `keras_regen.priors.Prior`. Defaults to `ClassGaussianPrior`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        **kwargs: Arguments of `keras.Model`.

    Input shape: `(batch, height, width, channels)`; integers 0..255 or floats 0..1.
    Output: a dict of `probabilities` `(batch, num_classes)`, `latent` `(batch, latent_dim)` and,
    with a decoder, `reconstruction` in the images' shape: in [0, 1], but as the decoder left it
    (unbounded) in training.

    Raises:
        ValueError: If the parts' shapes do not fit together, `loss_weights` names a loss that is
            not there, or there are not as many class names as centroids.

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

    PARTS = ("encoder", "decoder", "head", "noise", "image_losses", "prior")

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
        **kwargs,
    ):
        if class_names is None:
            class_names = [str(label) for label in range(head.num_classes)]
        if image_losses is None:
            image_losses = WaveletLoss()
        super().__init__(
            encoder.input_shape[1:],
            class_names,
            image_losses if decoder is not None else [],
            loss_weights,
            other_losses=["centroid_loss"],
            network=encoder,
            **kwargs,
        )
        self.encoder = encoder
        self.decoder = decoder
        self.head = head
        self.noise = noise or NoisyLatent()
        self.prior = prior or ClassGaussianPrior(head.num_classes)
        self._check_parts()
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")

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
        latent_dim: int = 40,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        hidden: int = 400,
        with_decoder: bool = True,
        image_loss: str = "wavelet",
        image_weight: float = 1.0,
        levels: int = 2,
        beta: float = 0.06,
        centroids: str = "auto",
        subspace: bool = False,
        shrinkage: float | str = "auto",
        seed: int = 0,
    ) -> "CSAE":
        """Builds a CSAE of the papers' parts for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Names of the classes, at least two.
            network: `"convolutional"`, or `"linear"` for CSAE-L.
            latent_dim: Integer: dimensions of the latent.
            stem_filters: Integer: filters of the first convolution: 32 as in the second paper, 16
                as in the first.
            upsampling: `"bilinear"` (second paper) or `"transposed"` (first paper).
            hidden: Integer: units of CSAE-L's hidden layers.
            with_decoder: Boolean: `False` for a classifier only, the papers' `CSAE_encoder`.
            image_loss: `"wavelet"` (second paper); `"laplacian"`, the mean squared error and the
                Laplacian loss (first paper); or `"mse"`.
            image_weight: Float: weight of the image losses beside the centroid loss.
            levels: Integer: Haar levels of the wavelet loss.
            beta: Float, at least 0: strength of the noise on the latent.
            centroids: How the centroids are spread, as in `keras_regen.pedcc`.
            subspace: Boolean: whether to pull only the latent's projection on the centroids' span.
            shrinkage: Of the prior, as in `ClassGaussianPrior`.
            seed: Integer: of centroids and noise.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

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
        for argument, value, known in (
            ("network", network, networks),
            ("image_loss", image_loss, losses),
        ):
            if value not in known:
                raise ValueError(
                    f"`{argument}` must be one of {sorted(known)}. Received: {argument}={value!r}."
                )
        encoder, decoder = networks[network]
        image_losses = losses[image_loss]()
        return cls(
            encoder=encoder(),
            decoder=decoder() if with_decoder else None,
            head=PEDCCHead(len(class_names), centroids, subspace=subspace, seed=seed),
            noise=NoisyLatent(beta, seed=seed),
            image_losses=image_losses,
            loss_weights={loss.name: image_weight for loss in image_losses if with_decoder},
            prior=ClassGaussianPrior(len(class_names), shrinkage),
            class_names=class_names,
        )

    def call(self, inputs, training=None):
        latent = self.encoder(unit_range(inputs), training=training)
        outputs = {
            "probabilities": self.head_probabilities(latent),
            "latent": ops.cast(latent, "float32"),
        }
        if self.decoder is not None:
            noisy = self.noise(latent, training=training)
            outputs["reconstruction"] = self.draw(noisy, training)
        return outputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        latent = y_pred["latent"]
        terms = {"centroid_loss": centroid_loss(y, latent, self.head.centroids, self.head.basis)}
        if self.decoder is not None:
            terms |= self.image_terms(unit_range(x), y_pred["reconstruction"])
        return self.weighted_sum(terms, sample_weight)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.accuracy.update_state(y, y_pred["probabilities"], sample_weight)
        return super().compute_metrics(x, y, y_pred, sample_weight)

    def _check_parts(self):
        self.check_decoder()
        for name, count in (
            ("class_names", self.num_classes),
            ("the prior", self.prior.num_classes),
        ):
            if count != self.head.num_classes:
                raise ValueError(
                    f"The head has {self.head.num_classes} centroids, but {name} "
                    f"{count} classes. Give one number of classes to all."
                )
