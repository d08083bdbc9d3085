"""GaussianLatent: the latent of a variational autoencoder, drawn from its posterior."""

import keras
from keras import ops

from keras_regen.layers.seeded_layer import SeededLayer


def gaussian_kl(mean, log_variance):
    """Computes the Kullback-Leibler divergence of N(mean, variance) from N(0, I), in nats.

    Args:
        mean: Float tensor `(batch, latent_dim)`.
        log_variance: Float tensor of the same shape: the logarithm of the variance of each
            dimension, all independent.

    Returns:
        Tensor `(batch,)`, float32: summed over the dimensions.

    Source: DE-GAN, the first term of equation 4, in closed form.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import gaussian_kl
        >>> mean = np.array([[0.0, 0.0], [1.0, 2.0]], "float32")
        >>> [float(divergence) for divergence in gaussian_kl(mean, np.zeros((2, 2), "float32"))]
        [0.0, 2.5]
    """
    mean, log_variance = (ops.cast(one, "float32") for one in (mean, log_variance))
    terms = ops.exp(log_variance) + ops.square(mean) - 1.0 - log_variance
    return 0.5 * ops.sum(terms, axis=-1)


@keras.saving.register_keras_serializable(package="keras_regen")
class GaussianLatent(SeededLayer):
    """Draws a latent from the Gaussian that an encoder describes; outside training, its mean.

    The latent is `mean + deviation * N(0, I)`, so that gradients reach both. Placed in any
    functional model, the layer makes a variational autoencoder of it.

    Args:
        kl_weight: Float, at least 0. This times the batch's mean Kullback-Leibler divergence from
            N(0, I) is added to the model's loss. 0 for a model that adds it by itself, as
            `keras_regen.VAE` does.
        seed: Integer seed of the draws, or `None`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, 2 * latent_dim)`: the mean, then the logarithm of the variance.
    Output shape: `(batch, latent_dim)`.

    Raises:
        ValueError: If `kl_weight` is negative; when built, if the input's width is odd.

    Source: DE-GAN, section II-A, equations 4 and 5; Kingma and Welling, 2014,
    https://arxiv.org/abs/1312.6114.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import GaussianLatent
        >>> layer = GaussianLatent(kl_weight=0.5)
        >>> moments = np.array([[1.0, 2.0, 0.0, 0.0]], "float32")
        >>> [float(one) for one in layer(moments)[0]], float(layer.losses[0])
        ([1.0, 2.0], 1.25)
    """

    def __init__(self, kl_weight: float = 1.0, seed: int | None = None, **kwargs):
        if not kl_weight >= 0:
            raise ValueError(
                "`kl_weight` must be 0 (the divergence is not added) or more. "
                f"Received: kl_weight={kl_weight}."
            )
        super().__init__(seed=seed, **kwargs)
        self.kl_weight = kl_weight

    def build(self, input_shape):
        if len(input_shape) != 2 or input_shape[-1] % 2:
            raise ValueError(
                "The input must be (batch, 2 * latent_dim): as many means as logarithms of "
                f"variances. Received: a shape of {tuple(input_shape)}."
            )
        self.built = True

    def call(self, inputs, training=False):
        mean, log_variance = ops.split(inputs, 2, axis=-1)
        if self.kl_weight > 0:
            self.add_loss(self.kl_weight * ops.mean(gaussian_kl(mean, log_variance)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] // 2)

    def get_config(self):
        return {**super().get_config(), "kl_weight": self.kl_weight}
