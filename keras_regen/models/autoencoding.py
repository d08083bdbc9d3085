"""AutoencodingModel: what the models share whose decoder learns to draw the training images."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.callbacks import LossWeightSchedule
from keras_regen.losses import PerceptualLoss
from keras_regen.models.base import ImageModel
from keras_regen.models.inputs import unit_range


class AutoencodingModel(ImageModel):
    """An `ImageModel` trained by a weighted sum of losses, most of them of image pairs.

    The weights of the losses are kept in variables: they may change from epoch to epoch
    (`keras_regen.callbacks.LossWeightSchedule`) and the training step is not compiled again.

    A subclass defines `call`, and from its `compute_loss` returns `weighted_sum` of its terms.

    Args:
        image_shape: `(height, width, channels)`.
        class_names: Names of the classes, in the order of their labels.
        image_losses: A loss of (image, reconstruction) or a sequence of them.
        loss_weights: Mapping from the names of losses to floats. Defaults to 1 for each.
        other_losses: Names of the losses that are not of images.
        network: The model's classifier or encoder, whose first maps `PerceptualLoss("self")`
            compares.
        **kwargs: Arguments of `keras.Model`.

    Attributes:
        image_losses: List of the losses of (image, reconstruction).

    Raises:
        ValueError: If two losses have one name, or `loss_weights` names a loss that is not there
            or has a negative weight.

    Examples:
        >>> from keras_regen.models import CSAE
        >>> CSAE.from_preset("csae_digits").loss_weights
        {'centroid_loss': 1.0, 'wavelet_loss': 0.5}
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        class_names: Sequence[str],
        image_losses: keras.losses.Loss | Sequence[keras.losses.Loss],
        loss_weights: Mapping[str, float] | None = None,
        other_losses: Sequence[str] = (),
        network: keras.Model | None = None,
        **kwargs,
    ):
        super().__init__(image_shape, class_names, **kwargs)
        if isinstance(image_losses, keras.losses.Loss):
            image_losses = [image_losses]
        self.image_losses = list(image_losses)
        for loss in self.image_losses:
            if isinstance(loss, PerceptualLoss):
                loss.bind(network)
        # What does not fit the images, such as too many Haar levels, shows here and not in `fit`.
        self.image_terms(*(keras.Input(self.image_shape) for _ in range(2)))
        terms = [*other_losses, *(loss.name for loss in self.image_losses)]
        if len(set(terms)) != len(terms):
            raise ValueError(f"The losses must have different names. Received: {terms}.")
        self.loss_trackers = {name: keras.metrics.Mean(name=name) for name in terms}
        self._loss_weights = {
            name: self.add_weight(
                shape=(),
                initializer="ones",
                trainable=False,
                dtype="float32",
                autocast=False,
                name=f"{name}_weight",
            )
            for name in terms
        }
        self.set_loss_weights(loss_weights or {})

    def fit(self, x=None, y=None, *args, callbacks=None, **kwargs):
        """Trains the model, as `ImageModel.fit`.

        A model from a preset whose loss weights change by epoch changes them, unless `callbacks`
        has a `LossWeightSchedule` of its own.
        """
        callbacks = keras.tree.flatten(callbacks or [])
        stages = self.preset.loss_stages() if self.preset is not None else []
        if stages and not any(isinstance(one, LossWeightSchedule) for one in callbacks):
            callbacks.append(LossWeightSchedule(stages))
        return super().fit(x, y, *args, callbacks=callbacks, **kwargs)

    @property
    def loss_weights(self) -> dict[str, float]:
        """The present weight of each loss, by its name."""
        # Shortened to what a float32 holds: 0.1 and not 0.10000000149.
        return {
            name: float(f"{float(ops.convert_to_numpy(weight)):.7g}")
            for name, weight in self._loss_weights.items()
        }

    def set_loss_weights(self, loss_weights: Mapping[str, float]) -> None:
        """Changes the weights of losses, also between two epochs of a training.

        Args:
            loss_weights: Mapping from names of losses to floats of at least 0. Losses that are
                not named keep their weights.

        Raises:
            ValueError: If there is no such loss, or a weight is negative.
        """
        known = list(self._loss_weights)
        if not set(loss_weights) <= set(known) or not all(
            isinstance(weight, (int, float)) and weight >= 0 for weight in loss_weights.values()
        ):
            raise ValueError(
                f"`loss_weights` must be numbers of at least 0 for the losses {known}. "
                f"Received: loss_weights={dict(loss_weights)}."
            )
        for name, weight in loss_weights.items():
            self._loss_weights[name].assign(weight)

    def check_decoder(self) -> None:
        """Raises `ValueError` unless the decoder, if any, draws what the encoder encodes."""
        if self.decoder is not None and (
            self.decoder.input_shape[1:] != self.encoder.output_shape[1:]
            or self.decoder.output_shape[1:] != self.image_shape
        ):
            raise ValueError(
                "The decoder must turn the encoder's latents into images of the encoder's shape, "
                f"{self.encoder.output_shape[1:]} -> {self.image_shape}. Received a decoder with "
                f"{self.decoder.input_shape[1:]} -> {self.decoder.output_shape[1:]}."
            )

    def image_terms(self, images, reconstructions) -> dict:
        """Computes each image loss of each image of a batch.

        Args:
            images: Float images `(batch, height, width, channels)` in [0, 1].
            reconstructions: Float images of the same shape.

        Returns:
            A dict from the names of the losses to tensors `(batch,)`.
        """
        terms = {}
        for loss in self.image_losses:
            values = loss.call(images, reconstructions)
            terms[loss.name] = ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=-1)
        return terms

    def weighted_sum(self, terms: Mapping, sample_weight=None):
        """Adds up the losses by their weights, and keeps the mean of each for the logs.

        Args:
            terms: Mapping from the names of all losses to tensors `(batch,)`.
            sample_weight: Tensor `(batch,)`, or `None`.

        Returns:
            Tensor `()`, with the regularization of the layers.
        """
        total = sum(self.losses, ops.zeros(()))
        for name, values in terms.items():
            self.loss_trackers[name].update_state(values, sample_weight)
            if sample_weight is not None:
                values = values * ops.cast(ops.reshape(sample_weight, (-1,)), values.dtype)
            total = total + self._loss_weights[name] * ops.cast(ops.mean(values), "float32")
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        # For the metrics that the user gave to `compile`, by the names of the outputs.
        targets = {"probabilities": y, "latent": y, "reconstruction": unit_range(x)}
        targets = {name: targets[name] for name in y_pred}
        return super().compute_metrics(x, targets, y_pred, sample_weight)

    def get_config(self):
        return {
            **super().get_config(),
            "loss_weights": self.loss_weights,
        }
