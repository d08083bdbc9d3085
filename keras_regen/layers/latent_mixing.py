"""LatentMixing: new latents of a class from latents of the same class, within a batch."""

import math
from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.layers.seeded_layer import SeededLayer


@keras.saving.register_keras_serializable(package="keras_regen")
class LatentMixing(SeededLayer):
    """Mixes latents of the same class, to decode them as generated images in training.

    For each latent, `num_sources` latents `z_i` of its class are chosen at random from the batch,
    with replacement. The mixture `m + sum(z_i - m) / sqrt(num_sources)` has the mean `m` of the
    class in the batch and keeps the variance of the latents, which a plain mean would reduce.

    Args:
        num_sources: Integer, at least 1: latents in each mixture.
        seed: Integer seed of the choice, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Latents `(batch, latent_dim)`.
        labels: Integer labels `(batch,)`.

    Output shape: the same as the shape of the latents.

    Raises:
        ValueError: If an argument is out of range.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import LatentMixing
        >>> latents = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]], "float32")
        >>> mixed = LatentMixing(seed=0)(latents, labels=np.array([0, 0, 1]))
        >>> np.asarray(mixed)[2].tolist()  # the only latent of its class
        [0.0, 3.0]
    """

    def __init__(self, num_sources: int = 4, seed: int | None = None, **kwargs: Any):
        check_integer("num_sources", num_sources, 1)
        super().__init__(seed=seed, **kwargs)
        self.num_sources = int(num_sources)

    def call(self, inputs: Any, labels: Any) -> Any:
        labels = ops.reshape(ops.cast(labels, "int32"), (-1,))
        same = ops.cast(labels[:, None] == labels[None, :], "float32")
        batch = ops.shape(labels)[0]
        chances = keras.random.uniform(
            (self.num_sources, batch, batch), dtype="float32", seed=self.seed_generator
        )
        # The largest of random numbers among the latents of the class.
        chosen = ops.argmax(same * (chances + 1.0), axis=-1)
        latents = ops.cast(inputs, "float32")
        means = ops.matmul(same, latents) / ops.sum(same, axis=1, keepdims=True)
        total = ops.sum(ops.take(latents, chosen, axis=0), axis=0)
        deviation = (total - self.num_sources * means) / math.sqrt(self.num_sources)
        return ops.cast(means + deviation, self.compute_dtype)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], labels_shape: tuple[int | None, ...] = ()
    ) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_sources": self.num_sources}
