"""GaussianLatent: a latent sampled from the posterior of a variational autoencoder."""

from typing import Any

import keras
from keras import ops

from keras_regen.arrays import as_real
from keras_regen.checks import check_number
from keras_regen.layers.seeded_layer import SeededLayer


def gaussian_kl(mean: Any, log_variance: Any) -> Any:
    """Computes the Kullback-Leibler divergence of N(mean, variance) from N(0, I), in nats.

    Args:
        mean: Float tensor `(batch, latent_dim)`.
        log_variance: Float tensor of the same shape: the logarithm of the variance of each
            dimension. The dimensions are independent.

    Returns:
        Tensor `(batch,)`, float32: the sum over the dimensions.

    Raises:
        ValueError: If the arguments are not numbers of the same shape `(batch, latent_dim)`.

    Source: DE-GAN, the first term of equation 4, in closed form.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import gaussian_kl
        >>> mean = np.array([[0.0, 0.0], [1.0, 2.0]], "float32")
        >>> [float(divergence) for divergence in gaussian_kl(mean, np.zeros((2, 2), "float32"))]
        [0.0, 2.5]
    """
    mean, log_variance = as_real("mean", mean), as_real("log_variance", log_variance)
    shapes = tuple(mean.shape), tuple(log_variance.shape)
    if shapes[0] != shapes[1] or len(shapes[0]) != 2 or 0 in shapes[0]:
        raise ValueError(
            "`mean` and `log_variance` must have the same shape (batch, latent_dim). "
            f"Received: shapes {shapes[0]} and {shapes[1]}."
        )
    mean, log_variance = (ops.cast(tensor, "float32") for tensor in (mean, log_variance))
    terms = ops.exp(log_variance) + ops.square(mean) - 1.0 - log_variance
    return 0.5 * ops.sum(terms, axis=-1)


@keras.saving.register_keras_serializable(package="keras_regen")
class GaussianLatent(SeededLayer):
    """Samples a latent from the Gaussian that an encoder predicts.

    The latent is `mean + deviation * N(0, I)`, so that gradients reach the mean and the deviation.
    Outside of training, it is the mean. A functional autoencoder with this layer is a variational
    autoencoder.

    Args:
        kl_weight: Float, at least 0: the weight of the Kullback-Leibler divergence from N(0, I),
            averaged over the batch, in the loss of the model. Use 0 in a model that adds the
            divergence itself, such as `keras_regen.VAE`.
        seed: Integer seed of the samples, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, 2 * latent_dim)`: the mean, followed by the logarithm of the variance.
    Output shape: `(batch, latent_dim)`.

    Raises:
        ValueError: If `kl_weight` is negative or `seed` is not valid; from `build`, if the last
            axis of the input is odd.

    Source: DE-GAN, section II-A, equations 4 and 5; Kingma and Welling, 2014,
    https://arxiv.org/abs/1312.6114.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import GaussianLatent
        >>> layer = GaussianLatent(kl_weight=0.5)
        >>> moments = np.array([[1.0, 2.0, 0.0, 0.0]], "float32")
        >>> [float(value) for value in layer(moments)[0]], float(layer.losses[0])
        ([1.0, 2.0], 1.25)
    """

    def __init__(self, kl_weight: float = 1.0, seed: int | None = None, **kwargs: Any):
        check_number("kl_weight", kl_weight, 0)
        super().__init__(seed=seed, **kwargs)
        self.kl_weight = float(kl_weight)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if len(input_shape) != 2 or not input_shape[-1] or input_shape[-1] % 2:
            raise ValueError(
                "The input must have the shape (batch, 2 * latent_dim): the means, followed by the "
                f"logarithms of the variances. Received: shape {tuple(input_shape)}."
            )
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        mean, log_variance = ops.split(inputs, 2, axis=-1)
        if self.kl_weight > 0:
            self.add_loss(self.kl_weight * ops.mean(gaussian_kl(mean, log_variance)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], input_shape[-1] // 2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kl_weight": self.kl_weight}
