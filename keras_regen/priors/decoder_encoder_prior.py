"""DecoderEncoderPrior: noise that has seen the training images, through a VAE."""

import keras
from keras import ops

from keras_regen.freezing import set_trainable
from keras_regen.priors.noise_prior import NoisePrior

_POSTERIORS = ("sample", "mean")


@keras.saving.register_keras_serializable(package="keras_regen")
class DecoderEncoderPrior(NoisePrior):
    """Turns noise from N(0, I) into posterior noise: through a VAE's decoder, then its encoder.

    The VAE was trained on the images that a generator is to learn. What it draws from the noise,
    and encodes again, is noise that carries information of these images. The VAE is frozen; as a
    layer, the prior stands in front of any generator.

    Args:
        vae: `keras_regen.VAE`.
        posterior: `"sample"`: a sample of the encoder's Gaussian, as in the paper's expression 9;
            or `"mean"`: its mean.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, noise_dim)`: noise from N(0, I). `noise_dim` is the VAE's `latent_dim`
    for `"mean"`, and twice that for `"sample"`: the second half is that of the sample.
    Output shape: `(batch, latent_dim)`.

    Raises:
        ValueError: If `posterior` is not known, or `vae` is another model; when drawn from, if the
            VAE is not trained.

    Source: DE-GAN, section II-A, expressions 8 and 9, and figure 1.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import VAE
        >>> from keras_regen.priors import DecoderEncoderPrior
        >>> vae = VAE.for_images((8, 8, 1), latent_dim=4, stem_filters=2)
        >>> vae.compile("adam")
        >>> history = vae.fit(np.random.default_rng(0).random((20, 8, 8, 1)), verbose=0)
        >>> DecoderEncoderPrior(vae).sample(5, None, np.random.default_rng(0)).shape
        (5, 4)
    """

    def __init__(self, vae: keras.Model, posterior: str = "sample", **kwargs):
        if posterior not in _POSTERIORS:
            raise ValueError(
                f"`posterior` must be one of {_POSTERIORS}. Received: posterior={posterior!r}."
            )
        if not (hasattr(vae, "posterior") and hasattr(vae, "adapted")):
            raise ValueError(
                "`vae` must be a `keras_regen.VAE`, whose encoder gives a Gaussian. "
                f"Received: a {type(vae).__name__}."
            )
        super().__init__(noise_dim=vae.latent_dim * (2 if posterior == "sample" else 1), **kwargs)
        self.vae = vae
        self.posterior = posterior
        set_trainable(vae, False)

    @property
    def latent_dim(self) -> int:
        """Dimensions of the latent."""
        return self.vae.latent_dim

    @property
    def adapted(self) -> bool:
        """Whether the VAE is trained."""
        return self.vae.adapted

    def check_ready(self) -> None:
        """Raises `ValueError` if the VAE is not trained."""
        if not self.adapted:
            raise ValueError(
                "The prior's VAE is not trained, so its noise knows nothing of the images. Train "
                "it first: `vae.fit(images)`, or `fit_vae(images)` of a `DEGAN`."
            )

    def call(self, noise):
        latent, *rest = ops.split(noise, self.noise_dim // self.latent_dim, axis=-1)
        images = ops.clip(self.vae.decoder(latent, training=False), 0.0, 1.0)
        moments = ops.cast(self.vae.posterior(images, training=False), noise.dtype)
        mean, log_variance = ops.split(moments, 2, axis=-1)
        if self.posterior == "mean":
            return mean
        return mean + ops.exp(0.5 * log_variance) * rest[0]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.latent_dim)

    def get_config(self):
        vae = keras.saving.serialize_keras_object(self.vae)
        return {**super().get_config(), "vae": vae, "posterior": self.posterior}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        vae = keras.saving.deserialize_keras_object(config["vae"], custom_objects=custom_objects)
        return cls(**{**config, "vae": vae})
