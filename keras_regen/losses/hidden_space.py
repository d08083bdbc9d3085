"""HiddenSpaceLoss: DE-GAN's distance of images in the discriminator's eyes."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_regen")
class HiddenSpaceLoss(keras.losses.Loss):
    """The Euclidean distance between two batches of activation maps, pair by pair.

    The maps are those of a high convolutional layer of the discriminator, of a real image and of
    a drawn one; the generator minimizes their distance beside its adversarial loss.

    Args:
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss, in the logs too.

    Call arguments:
        y_true: Maps of real images `(batch, ...)`.
        y_pred: Maps of drawn images, of the same shape.

    Raises:
        ValueError: If the maps differ in shape.

    Source: DE-GAN, equation 12 and figure 3.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import HiddenSpaceLoss
        >>> real, drawn = np.zeros((5, 2, 2, 1), "float32"), np.full((5, 2, 2, 1), 3, "float32")
        >>> float(HiddenSpaceLoss()(real, drawn))
        6.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="hidden_space_loss"):
        super().__init__(reduction=reduction, name=name)

    def call(self, y_true, y_pred):
        if tuple(y_true.shape[1:]) != tuple(y_pred.shape[1:]):
            raise ValueError(
                "The hidden-space loss compares maps of one shape. "
                f"Received: {tuple(y_true.shape)} and {tuple(y_pred.shape)}."
            )
        difference = ops.cast(ops.subtract(y_pred, y_true), "float32")
        squares = ops.sum(ops.square(difference), axis=tuple(range(1, len(y_true.shape))))
        # The root has no slope at zero; no two images are that near.
        return ops.sqrt(ops.maximum(squares, keras.config.epsilon()))
