"""NoisyLatent: the noise that CSAE adds to a latent on its way to the decoder."""

import math

import keras
from keras import ops

from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class NoisyLatent(SeededLayer):
    """Adds `alpha * beta * N(0, I)` to a latent in training, and nothing outside it.

    The decoder learns to draw the same image from the neighbourhood of a latent, which makes
    latents drawn from a prior decode to clean images. More noise gives cleaner and less varied
    images.

    Args:
        beta: Float, at least 0. The strength of the noise. The papers use 0.02 to 0.1 for 40
            dimensions and 0.005 to 0.02 for 256.
        alpha: Float above 0, the scale of the latent space. Defaults to `sqrt(latent_dim)`, the
            norm that `PEDCCHead` gives its centroids.
        seed: Integer seed of the noise, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, latent_dim)`.
    Output shape: the input's.

    Raises:
        ValueError: If `beta` is negative or `alpha` is not positive.

    Source: CSAE, second version, section 3.4, equations 12 and 13 (first version, 11 and 12).

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import NoisyLatent
        >>> latents = np.zeros((2, 4), "float32")
        >>> bool(np.all(np.asarray(NoisyLatent(0.06)(latents)) == 0))
        True
    """

    def __init__(
        self,
        beta: float = 0.06,
        alpha: float | None = None,
        seed: int | None = None,
        **kwargs,
    ):
        if not beta >= 0:
            raise ValueError(f"`beta` must be 0 (no noise) or more. Received: beta={beta}.")
        if alpha is not None and not alpha > 0:
            raise ValueError(
                "`alpha` must be above 0, or None for the square root of the latent dimension. "
                f"Received: alpha={alpha}."
            )
        super().__init__(seed=seed, **kwargs)
        self.beta = beta
        self.alpha = alpha

    def call(self, inputs, training=False):
        if not training or self.beta == 0:
            return inputs
        alpha = math.sqrt(inputs.shape[-1]) if self.alpha is None else self.alpha
        noise = keras.random.normal(ops.shape(inputs), dtype=inputs.dtype, seed=self.seed_generator)
        return inputs + ops.cast(alpha * self.beta, inputs.dtype) * noise

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "beta": self.beta, "alpha": self.alpha}
