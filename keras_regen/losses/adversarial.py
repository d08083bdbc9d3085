"""AdversarialLoss: a discriminator that learns in training compares decoded and real images."""

from typing import Any

import keras
from keras import ops

from keras_regen.checks import check_number
from keras_regen.freezing import frozen_call
from keras_regen.losses.adversarial_objectives import adversarial_objective
from keras_regen.losses.checked_loss import ImageLoss


@keras.saving.register_keras_serializable(package="keras_regen")
class AdversarialLoss(ImageLoss):
    """Sharpens decoded images: a discriminator learns to tell them from real images.

    The loss is an image loss of `CSAE`, `ReGene`, `Autoencoder`, `VAE` and `CVAE`, next to at least
    one reconstruction loss. In every step, the discriminator learns from real and decoded images.
    The decoder learns from the discriminator with fixed weights, and so does the encoder, by the
    reconstructions. The gradient of the discriminator by the images is rescaled to a share of the
    gradient of the reconstruction losses, so that both stay in proportion during the whole training
    run.

    The logs have `adversarial_loss` and `discriminator_loss`. Neither is part of the value of
    `loss`, which so still measures the reconstructions. To add the loss later in the training run,
    change the weights of both from 0 to 1 by a `LossWeightSchedule`. In training, the values are of
    reconstructions and of generated images (in a `CSAE`); in validation, of reconstructions alone.

    Args:
        discriminator: Keras model from images `(batch, height, width, channels)` in [0, 1], or
            from a list of images and one-hot labels `(batch, num_classes)`, to logits `(batch, 1)`,
            without sigmoid: the higher, the more real. For example
            `keras_regen.networks.projection_discriminator`. Models with an adversarial loss must
            not share a discriminator.
        weight: Float, at least 0: norm of the gradient of this loss by the decoded images, as a
            share of the norm of the gradient of all other image losses.
        objective: As in `keras_regen.losses.adversarial_objective`.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If the discriminator does not have these inputs and outputs, `weight` is
            negative, or the objective is unknown.

    Source: Larsen et al., 2016, https://arxiv.org/abs/1512.09300, section 3, add a discriminator
    to an autoencoder; Esser et al., 2021, https://arxiv.org/abs/2012.09841, equation 7, balance
    its gradient.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE
        >>> from keras_regen.layers import PEDCCHead
        >>> from keras_regen.losses import AdversarialLoss, WaveletLoss
        >>> from keras_regen.networks import (
        ...     csae_decoder, csae_encoder, projection_discriminator
        ... )
        >>> discriminator = projection_discriminator((8, 8, 1), num_classes=10, filters=4)
        >>> model = CSAE(
        ...     csae_encoder((8, 8, 1), latent_dim=12, stem_filters=2),
        ...     csae_decoder((8, 8, 1), latent_dim=12, stem_filters=2),
        ...     PEDCCHead(num_classes=10),
        ...     image_losses=[WaveletLoss(), AdversarialLoss(discriminator)],
        ... )
        >>> model.compile("adam")
        >>> images = np.random.default_rng(0).random((20, 8, 8, 1))
        >>> history = model.fit(images, np.arange(20) % 10, verbose=0)
        >>> sorted(history.history)  # doctest: +NORMALIZE_WHITESPACE
        ['accuracy', 'adversarial_loss', 'centroid_loss', 'discriminator_loss', 'loss',
         'wavelet_loss']
    """

    def __init__(
        self,
        discriminator: keras.Model,
        weight: float = 0.3,
        objective: str = "hinge",
        reduction: str = "sum_over_batch_size",
        name: str = "adversarial_loss",
        dtype: str | None = None,
    ):
        super().__init__(reduction, name, dtype)
        check_number("weight", weight, 0)
        _check_discriminator(discriminator)
        self.discriminator = discriminator
        self.weight = float(weight)
        self.objective = objective
        self._losses = adversarial_objective(objective)

    @property
    def num_classes(self) -> int | None:
        """The classes whose labels the discriminator takes; `None` without labels."""
        inputs = self.discriminator.inputs
        return inputs[1].shape[-1] if len(inputs) == 2 else None

    def call(self, y_true: Any, y_pred: Any, labels: Any = None, training: bool = False) -> Any:
        """Computes the loss of decoded images, from the discriminator with fixed weights.

        Args:
            y_true: Not used.
            y_pred: Decoded images `(batch, height, width, channels)`.
            labels: Integer labels `(batch,)` of the images, for a discriminator that takes them.
            training: Boolean: the mode of the discriminator.

        Returns:
            Tensor `(batch,)`, float32.
        """
        logits = frozen_call(self.discriminator, self._inputs(y_pred, labels), training)
        return self._losses.generator_loss(ops.cast(logits[:, 0], "float32"))

    def discriminator_loss(self, images: Any, decoded: Any, labels: Any, training: bool) -> Any:
        """Computes the loss that the discriminator learns from. Its gradient reaches no decoder.

        Args:
            images: Real images `(batch, height, width, channels)`.
            decoded: A list of batches of decoded images, of the same labels.
            labels: Integer labels `(batch,)`, or `None`.
            training: Boolean: the mode of the discriminator.

        Returns:
            Tensor `(batch,)`, float32: the mean over the batches of decoded images.
        """
        fixed = [ops.stop_gradient(ops.convert_to_tensor(x)) for x in (images, *decoded)]
        batches = [self._inputs(x, labels) for x in fixed]
        # One call, so that a layer with moving averages sees real and decoded images alike.
        together = keras.tree.map_structure(lambda *parts: ops.concatenate(parts), *batches)
        logits = ops.cast(self.discriminator(together, training=training)[:, 0], "float32")
        real, *fakes = ops.split(logits, len(batches))
        return sum(self._losses.discriminator_loss(real, fake) for fake in fakes) / len(fakes)

    def _inputs(self, images, labels):
        if self.num_classes is None:
            return images
        if labels is None:
            raise ValueError(
                f"The discriminator {self.discriminator.name!r} takes images and labels. "
                "Received: labels=None."
            )
        labels = ops.reshape(ops.cast(labels, "int32"), (-1,))
        return [images, ops.one_hot(labels, self.num_classes, dtype="float32")]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
            "weight": self.weight,
            "objective": self.objective,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AdversarialLoss":
        discriminator = keras.saving.deserialize_keras_object(config["discriminator"])
        return cls(**{**config, "discriminator": discriminator})


def _check_discriminator(discriminator: Any) -> None:
    inputs = getattr(discriminator, "inputs", None)
    valid = isinstance(discriminator, keras.Model) and isinstance(inputs, list)
    if valid:
        ranks = [len(tensor.shape) for tensor in inputs]
        valid = ranks in ([4], [4, 2]) and discriminator.output_shape == (None, 1)
    if not valid:
        raise ValueError(
            "`discriminator` must be a functional Keras model from images, or from a list of "
            "images and one-hot labels, to logits (batch, 1). "
            f"Received: discriminator={discriminator!r}."
        )
