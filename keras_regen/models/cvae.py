"""CVAE: the variational autoencoder whose encoder and decoder know the class."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from keras_regen.checks import check_labels
from keras_regen.models.inputs import as_arrays, in_memory
from keras_regen.models.mapped_batches import map_batches
from keras_regen.models.plain_autoencoder import image_loss_named
from keras_regen.models.vae import VAE
from keras_regen.networks import csae_conditional_encoder, csae_decoder
from keras_regen.pixel_range import unit_range
from keras_regen.priors import ConditionalNormalPrior, Prior


@keras.saving.register_keras_serializable(package="keras_regen")
class CVAE(VAE):
    """A `VAE` whose encoder and decoder are told the class of the image.

    So the noise holds what the class leaves open, and the decoder draws images of the class that
    it is told. What the decoder takes, and `encode` gives, is the noise and beside it the class,
    as a one-hot row.

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
    both, as those of any model.
    Output: a dict of `latent` `(batch, noise_dim + num_classes)`, `log_variance`
    `(batch, noise_dim)` and `reconstruction` in the images' shape.

    Raises:
        ValueError: If the posterior has not these two inputs, or as in `VAE`.

    Source: CSAE, second version, section 4, where it is the baseline; Sohn et al., 2015,
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

    needs_labels = True

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
        if len(getattr(posterior, "inputs", None) or []) != 2:
            raise ValueError(
                "`posterior` must be a functional Keras model of two inputs, images and one-hot "
                f"labels. Received: {type(posterior).__name__} {posterior.name!r}."
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
        latent_dim: int = 40,
        stem_filters: int = 32,
        upsampling: str = "bilinear",
        image_loss: str = "bernoulli",
        scale: float = 0.1,
        kl_weight: float = 1.0,
        seed: int = 0,
    ) -> "CVAE":
        """Builds a CVAE of CSAE's networks for images of a shape.

        Args:
            image_shape: `(height, width, channels)`, as in `csae_encoder`.
            class_names: Names of the classes, at least two.
            latent_dim: Integer: dimensions of the noise; those of the class come to them.
            stem_filters: As in `csae_encoder`.
            upsampling: As in `csae_decoder`.
            image_loss: `"bernoulli"`, `"gaussian"` or `"mse"`.
            scale: Of the Gaussian, as in `GaussianLoss`.
            kl_weight: Float, at least 0: weight of the divergence from N(0, I).
            seed: Integer: of the latents that are drawn in training.

        Returns:
            A model to `compile`.

        Raises:
            ValueError: If an argument is out of range or not known.

        Examples:
            >>> from keras_regen import CVAE
            >>> CVAE.for_images((28, 28, 1), ["cat", "dog"], latent_dim=16).latent_dim
            18
        """
        classes = len(class_names)
        return cls(
            csae_conditional_encoder(
                image_shape, classes, 2 * latent_dim, stem_filters, name="posterior"
            ),
            csae_decoder(image_shape, latent_dim + classes, stem_filters, upsampling, "sigmoid"),
            image_loss_named(image_loss, scale),
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

    def _given_shape(self):
        return {"image": super()._given_shape(), "label": (None,)}

    def fit(self, x=None, y=None, *args, validation_data=None, **kwargs):
        """Trains the model, as `ImageModel.fit`, with the labels as a second input.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        if isinstance(validation_data, tuple):
            validation_data = (*self._with_labels(*validation_data[:2]), *validation_data[2:])
        elif validation_data is not None:
            validation_data, _ = self._with_labels(validation_data)
        x, y = self._with_labels(x, y)
        return super().fit(x, y, *args, validation_data=validation_data, **kwargs)

    def evaluate(self, x=None, y=None, *args, **kwargs):
        """Measures the losses on images and labels, as `keras.Model.evaluate`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        return super().evaluate(*self._with_labels(x, y), *args, **kwargs)

    def predict(self, x, *args, **kwargs):
        """Gives a dict of `latent`, `log_variance` and `reconstruction`.

        Args:
            x: A dict of `"image"` and `"label"`, or a dataset of (images, labels) batches.
            *args: As in `keras.Model.predict`.
            **kwargs: As in `keras.Model.predict`.

        Raises:
            ValueError: If images or labels are not as the model needs them.
        """
        if in_memory(x) or isinstance(x, (list, tuple)):
            if not isinstance(x, dict) or set(x) != {"image", "label"}:
                raise ValueError(
                    f"{type(self).__name__} predicts from images and their labels: call `predict` "
                    'with {"image": images, "label": labels}.'
                )
            images, labels = as_arrays(x["image"], x["label"])
            x = {"image": images, "label": labels}
            self.check_data(x, labels)
        else:
            x, _ = self._with_labels(x)
        return super().predict(x, *args, **kwargs)

    def call(self, inputs, training=None):
        label = ops.one_hot(ops.reshape(inputs["label"], (-1,)), self.num_classes)
        moments = self.posterior([unit_range(inputs["image"]), label], training=training)
        mean, log_variance = ops.split(ops.cast(moments, "float32"), 2, axis=-1)
        noise = ops.cast(self.sampler(moments, training=training), "float32")
        return {
            "latent": ops.concatenate([mean, label], axis=-1),
            "log_variance": log_variance,
            "reconstruction": self.draw(ops.concatenate([noise, label], axis=-1), training),
        }

    def terms(self, x, outputs: Mapping, training: bool) -> dict:
        # The divergence is that of the noise alone.
        noise = outputs["latent"][:, : -self.num_classes]
        return super().terms(x, {**outputs, "latent": noise}, training)

    def encoder_inputs(self, x, y=None) -> list:
        if y is None:
            raise ValueError(
                f"{type(self).__name__} needs the labels of the images that it encodes: call it "
                "with (images, labels)."
            )
        check_labels(y, num_samples=len(x), num_classes=self.num_classes)
        return [unit_range(x), np.eye(self.num_classes, dtype="float32")[y]]

    def _with_labels(self, x, y=None):
        """What Keras is to be given for images and labels, or for a dataset of both."""
        x, y = as_arrays(x, y)
        if not in_memory(x):
            return map_batches(x, _beside_labels), y
        # Without labels, `fit` says what is missing; with a dict, it is `fit` that evaluates.
        return (x if y is None or isinstance(x, dict) else {"image": x, "label": y}), y


def _beside_labels(images, labels=None, *rest):
    if labels is None:
        return (images,)
    x = images if isinstance(images, dict) else {"image": images, "label": labels}
    return x, labels, *rest
