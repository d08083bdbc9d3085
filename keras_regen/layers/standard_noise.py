"""StandardNoise: noise from N(0, I) for each sample of a batch."""

from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class StandardNoise(SeededLayer):
    """Samples noise from N(0, I) for each sample of a batch.

    Args:
        dim: Integer, at least 1: the number of noise values for each sample.
        seed: Integer seed of the noise, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, ...)`. The layer uses the batch size only.
    Output shape: `(batch, dim)`, float32.

    Raises:
        ValueError: If `dim` is below 1 or `seed` is not valid.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import StandardNoise
        >>> tuple(StandardNoise(dim=3, seed=0)(np.zeros((5, 8, 8, 1))).shape)
        (5, 3)
    """

    def __init__(self, dim: int, seed: int | None = None, **kwargs: Any):
        check_integer("dim", dim, 1)
        super().__init__(seed=seed, **kwargs)
        self.dim = dim

    def call(self, inputs: Any) -> Any:
        shape = (ops.shape(inputs)[0], self.dim)
        return keras.random.normal(shape, dtype="float32", seed=self.seed_generator)

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor((inputs.shape[0], self.dim), dtype="float32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dim": self.dim}
