"""CVAE: the variational autoencoder whose encoder and decoder take the class."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import as_array, check_labels, unit_range
from keras_regen.checks import check_choice, check_integer, check_number
from keras_regen.class_names import as_class_names
from keras_regen.models.autoencoder import reconstruction_loss
from keras_regen.models.vae import VAE
from keras_regen.networks import (
    csae_conditional_encoder,
    csae_decoder,
    csae_linear_conditional_encoder,
    csae_linear_decoder,
)
from keras_regen.priors import ConditionalNormalPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class CVAE(VAE):
    """A `VAE` whose encoder and decoder take the class of the image as an input.

    The noise then describes the differences within a class, and the decoder generates images of
    the class in its input. A latent is the noise followed by the class as a one-hot row.

    Args:
        posterior: Functional Keras model from a list of images `(batch, height, width, channels)`
            in [0, 1] and one-hot labels `(batch, num_classes)` to `(batch, 2 * noise_dim)`: the
            mean, then the logarithm of the variance.
        decoder: Keras model from latents `(batch, noise_dim + num_classes)` to images; in [0, 1]
            for `BernoulliLoss`.
        image_losses: As in `VAE`.
        loss_weights: As in `VAE`.
        prior: `keras_regen.priors.Prior`. Defaults to `ConditionalNormalPrior`.
        seed: As in `VAE`.
        class_names: Names of the classes. Defaults to `"0"`, `"1"`, ...
        **kwargs: Arguments of `keras.Model`.

    Input shape: a dict of `"image"` `(batch, height, width, channels)`, integers 0..255 or floats
    0..1, and `"label"` `(batch,)`. `fit` and `evaluate` take images and labels, or batches of
    both, like every model.
    Output: a dict of `latent` `(batch, noise_dim + num_classes)`, `log_variance`
    `(batch, noise_dim)` and `reconstruction` in the images' shape.

    Raises:
        ValueError: If the posterior does not have these two inputs, or as in `VAE`.

    Source: CSAE, both versions, section 4, where it is the baseline; Sohn et al., 2015,
    "Learning structured output representation using deep conditional generative models".

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CVAE, generate
        >>> model = CVAE.for_images((8, 8, 1), ["cat", "dog"], latent_dim=4, stem_filters=2)
        >>> model.compile("adam")
        >>> images, labels = np.random.default_rng(0).random((20, 8, 8, 1)), np.arange(20) % 2
        >>> history = model.fit(images, labels, verbose=0)
        >>> model.encode(images, labels).shape
        (20, 6)
        >>> generate(model, "dog", num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """

    _encodes_labels = True

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
        if len(getattr(posterior, "inputs", None) or []) != 2:
            raise ValueError(
                "`posterior` must be a functional Keras model of two inputs, images and one-hot "
                f"labels. Received: posterior={posterior!r}."
            )
        super().__init__(
            posterior, decoder, image_losses, loss_weights, prior, seed, class_names, **kwargs
        )

    @classmethod
    def for_images(
        cls,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str],
        *,
        network: str = "csae",
        latent_dim: int = 40,
        hidden: int = 400,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        image_loss: str = "bernoulli",
        scale: float = 0.1,
        kl_weight: float = 1.0,
        seed: int = 0,
    ) -> Self:
        """Builds a CVAE with the networks of CSAE.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Names of the classes, at least two.
            network: `"csae"` for the convolutional networks of the second version, or `"linear"`
                for the dense networks of the first version.
            latent_dim: Integer: dimensions of the noise. The class adds one for each class.
            hidden: Integer: units of the hidden layers of the dense networks.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            image_loss: `"bernoulli"`, `"gaussian"` or `"mse"`.
            scale: Scale of the Gaussian, as in `GaussianLoss`.
            kl_weight: Float, at least 0: weight of the divergence from N(0, I).
            seed: Integer: seed of the latents that training samples.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or unknown.

        Examples:
            >>> from keras_regen import CVAE
            >>> CVAE.for_images((28, 28, 1), ["cat", "dog"], latent_dim=16).latent_dim
            18
            >>> dense = CVAE.for_images((28, 28, 1), ["cat", "dog"], network="linear", hidden=8)
            >>> dense.decoder.count_params()  # (40 + 2) * 8 + 8 + 8 * 784 + 784
            7400
        """
        check_choice("network", network, ("csae", "linear"))
        class_names = as_class_names(class_names)
        classes = len(class_names)
        check_integer("latent_dim", latent_dim, 1)
        check_number("kl_weight", kl_weight, 0)
        check_integer("seed", seed, 0)
        outputs, latents = 2 * latent_dim, latent_dim + classes
        if network == "linear":
            posterior = csae_linear_conditional_encoder(
                image_shape, classes, outputs, hidden, name="posterior"
            )
            decoder = csae_linear_decoder(image_shape, latents, hidden, "sigmoid")
        else:
            posterior = csae_conditional_encoder(
                image_shape, classes, outputs, stem_filters, name="posterior"
            )
            decoder = csae_decoder(image_shape, latents, stem_filters, upsampling, "sigmoid")
        return cls(
            posterior,
            decoder,
            reconstruction_loss(image_loss, scale),
            {"kl_loss": kl_weight},
            seed=seed,
            class_names=class_names,
        )

    @staticmethod
    def _encoder(posterior, sampler):
        label = posterior.inputs[1]
        noise = sampler(posterior.outputs[0])
        latent = keras.layers.Concatenate(name="noise_and_label")([noise, label])
        return keras.Model(posterior.inputs, latent, name="encoder")

    @staticmethod
    def _default_prior(posterior):
        num_classes = posterior.inputs[1].shape[-1]
        return ConditionalNormalPrior(num_classes, posterior.output_shape[-1] // 2)

    @property
    def _needs_labels(self):
        return True

    def _input_shapes(self):
        return {"image": super()._input_shapes(), "label": (None,)}

    def _as_inputs(self, data):
        if data.in_memory or data.arrays is not None:
            labels = data.labels if data.arrays is None else data.arrays.y
            data.with_inputs({"image": data.images, "label": labels})
        else:
            data.map_stream(lambda images, labels: {"image": images, "label": labels})

    def call(self, inputs: Any, training: bool | None = None) -> dict[str, Any]:
        images = unit_range(inputs["image"])
        label = ops.one_hot(ops.reshape(inputs["label"], (-1,)), self.num_classes)
        moments = self.posterior([images, label], training=training)
        mean, log_variance = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        noise = ops.cast(self._sampler(moments, training=training), "float32")
        latent = ops.concatenate([noise, label], axis=-1)
        outputs = {
            "latent": ops.concatenate([mean, label], axis=-1),
            "log_variance": log_variance,
            "reconstruction": self._decoded(latent, training),
        }
        return {**outputs, "image": images} if training else outputs

    def _noise_mean(self, y_pred):
        return y_pred["latent"][:, : -self.num_classes]

    def _encoder_inputs(self, images, labels=None):
        if labels is None:
            raise ValueError(
                f"{type(self).__name__} needs the labels of the images that it encodes: call it "
                "with (images, labels)."
            )
        labels = as_array("labels", labels)
        check_labels(labels, len(images), self.num_classes)
        return [unit_range(images), np.eye(self.num_classes, dtype="float32")[labels]]
