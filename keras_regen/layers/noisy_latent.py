"""NoisyLatent: the noise that CSAE adds to a latent before the decoder."""

import math
from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_number
from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class NoisyLatent(SeededLayer):
    """Adds the noise `alpha * beta * N(0, I)` to a latent in training.

    The decoder learns to decode the neighborhood of a latent to the same image, so that it decodes
    the samples of a prior to clean images. More noise makes the images cleaner and less varied.
    Outside of training, the latent stays unchanged.

    Args:
        beta: Float, at least 0: the strength of the noise. The papers use 0.02 to 0.1 for 40
            dimensions and 0.005 to 0.02 for 256.
        alpha: Float above 0: the scale of the latent space. Defaults to `sqrt(latent_dim)`, the
            norm of the centroids of `PEDCCHead`.
        seed: Integer seed of the noise, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, latent_dim)`.
    Output shape: the same as the input shape.

    Raises:
        ValueError: If `beta` is negative, `alpha` is not positive, or `seed` is not valid.

    Source: CSAE, second version, section 3.4, equations 12 and 13 (first version, equations 11 and
    12).

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
        **kwargs: Any,
    ):
        check_number("beta", beta, 0)
        if alpha is not None:
            check_number("alpha", alpha, above=0)
        super().__init__(seed=seed, **kwargs)
        self.beta = float(beta)
        self.alpha = None if alpha is None else float(alpha)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.beta == 0:
            return inputs
        alpha = math.sqrt(inputs.shape[-1]) if self.alpha is None else self.alpha
        noise = keras.random.normal(ops.shape(inputs), dtype=inputs.dtype, seed=self.seed_generator)
        return inputs + ops.cast(alpha * self.beta, inputs.dtype) * noise

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "beta": self.beta, "alpha": self.alpha}
