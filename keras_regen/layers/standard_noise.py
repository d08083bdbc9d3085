"""StandardNoise: a row of N(0, I) for each row of a batch."""

import keras
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class StandardNoise(SeededLayer):
    """Draws noise from N(0, I), as many rows as the batch has.

    Args:
        dim: Integer, at least 1: numbers in a row.
        seed: Integer seed of the noise, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, ...)`; only the number of rows matters.
    Output shape: `(batch, dim)`, float32.

    Raises:
        ValueError: If `dim` is below 1.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import StandardNoise
        >>> tuple(StandardNoise(dim=3, seed=0)(np.zeros((5, 8, 8, 1))).shape)
        (5, 3)
    """

    def __init__(self, dim: int, seed: int | None = None, **kwargs):
        check_integer("dim", dim, 1)
        super().__init__(seed=seed, **kwargs)
        self.dim = dim

    def call(self, inputs):
        shape = (ops.shape(inputs)[0], self.dim)
        return keras.random.normal(shape, dtype="float32", seed=self.seed_generator)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((inputs.shape[0], self.dim), dtype="float32")

    def get_config(self):
        return {**super().get_config(), "dim": self.dim}
