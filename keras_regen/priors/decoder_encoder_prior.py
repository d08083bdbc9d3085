"""DecoderEncoderPrior: noise that a trained VAE turns into posterior noise."""

from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_choice
from keras_regen.freezing import set_trainable
from keras_regen.priors.noise_prior import NoisePrior

_POSTERIORS = ("sample", "mean")


@keras.saving.register_keras_serializable(package="keras_regen")
class DecoderEncoderPrior(NoisePrior):
    """Maps noise from N(0, I) to posterior noise, through a VAE's decoder and encoder.

    The VAE was trained on the images that the generator learns from. It decodes the noise to
    images and encodes them, so the resulting noise carries information about the training images.
    The VAE is frozen. As a layer, the prior can precede any generator.

    Args:
        vae: `keras_regen.VAE`.
        posterior: `"sample"`: a sample from the Gaussian that the encoder predicts, as in the
            paper's expression 9; or `"mean"`: the mean of that Gaussian.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, noise_dim)`: noise from N(0, I). With `"mean"`, `noise_dim` is the VAE's
    `latent_dim`. With `"sample"` it is twice the `latent_dim`: the first half is decoded and the
    second half is the noise of the sample.
    Output shape: `(batch, latent_dim)`.

    Raises:
        ValueError: If `posterior` is unknown or `vae` is another model; from `sample`, if the VAE
            is not trained.

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

    def __init__(self, vae: keras.Model, posterior: str = "sample", **kwargs: Any):
        check_choice("posterior", posterior, _POSTERIORS)
        if not (
            isinstance(vae, keras.Model) and hasattr(vae, "posterior") and hasattr(vae, "adapted")
        ):
            raise ValueError(
                "`vae` must be a `keras_regen.VAE`, whose encoder predicts a Gaussian. "
                f"Received: a {type(vae).__name__}."
            )
        super().__init__(noise_dim=vae.latent_dim * (2 if posterior == "sample" else 1), **kwargs)
        self.vae = vae
        self.posterior = posterior
        set_trainable(vae, False)

    @property
    def latent_dim(self) -> int:
        """Dimension of the latent."""
        return self.vae.latent_dim

    @property
    def adapted(self) -> bool:
        """Whether the VAE is trained."""
        return self.vae.adapted

    def check_ready(self) -> None:
        """Raises an error if the VAE is not trained.

        Raises:
            ValueError: If the VAE is not trained.
        """
        if not self.adapted:
            raise ValueError(
                "The prior's VAE is not trained, so the noise carries no information about the "
                "images. Call `vae.fit(images)`, or `fit_vae(images)` of a `DEGAN`."
            )

    def call(self, noise: Any) -> Any:
        latent, *sample_noise = ops.split(noise, self.noise_dim // self.latent_dim, axis=-1)
        images = ops.clip(self.vae.decoder(latent, training=False), 0.0, 1.0)
        moments = ops.cast(self.vae.posterior(images, training=False), noise.dtype)
        mean, log_variance = ops.split(moments, 2, axis=-1)
        if self.posterior == "mean":
            return mean
        return mean + ops.exp(0.5 * log_variance) * sample_noise[0]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, int]:
        return (input_shape[0], self.latent_dim)

    def get_config(self) -> dict[str, Any]:
        vae = keras.saving.serialize_keras_object(self.vae)
        return {**super().get_config(), "vae": vae, "posterior": self.posterior}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> "DecoderEncoderPrior":
        vae = keras.saving.deserialize_keras_object(config["vae"], custom_objects=custom_objects)
        return cls(**{**config, "vae": vae})
