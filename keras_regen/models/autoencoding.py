"""AutoencodingModel: what the models share whose decoder learns to draw the training images."""

from collections.abc import Mapping, Sequence

import keras
from keras import ops

from keras_regen.losses import PerceptualLoss
from keras_regen.models.inputs import images_of
from keras_regen.models.weighted_losses import WeightedLossModel
from keras_regen.pixel_range import unit_range


class AutoencodingModel(WeightedLossModel):
    """A `WeightedLossModel` most of whose losses are of image pairs.

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
        class_names: Sequence[str] | None,
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
        names = [*other_losses, *(loss.name for loss in self.image_losses)]
        self.set_losses(names, loss_weights)

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

    def draw(self, latent, training: bool | None = None):
        """Decodes a tensor of latents to float32 images, in [0, 1] but in training."""
        image = ops.cast(self.decoder(latent, training=training), "float32")
        # Clipping in training would take the gradient from pixels that overshoot.
        return image if training else ops.clip(image, 0.0, 1.0)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        # For the metrics that the user gave to `compile`, by the names of the outputs.
        targets = {
            "probabilities": y,
            "latent": y,
            "reconstruction": unit_range(images_of(x)),
        }
        targets = {name: targets.get(name) for name in y_pred}
        return super().compute_metrics(x, targets, y_pred, sample_weight)
