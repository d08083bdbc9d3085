"""CentroidLoss: pulls each latent to the centroid of its class."""

import keras
import numpy as np
from keras import ops

from keras_regen.layers.pedcc_head import span_basis
from keras_regen.losses.class_labels import class_numbers


def centroid_loss(y_true, y_pred, centroids, basis=None):
    """Computes the mean squared distance of latents to the centroids of their classes.

    Args:
        y_true: Labels `(batch,)` or `(batch, 1)`.
        y_pred: Latents `(batch, latent_dim)`.
        centroids: Tensor `(num_classes, latent_dim)`.
        basis: Tensor `(latent_dim, rank)` with orthonormal columns, or `None`. When given, only
            the latent's projection on these columns is pulled.

    Returns:
        Tensor `(batch,)`: the squared distance divided by `latent_dim`, also with a `basis`, so
        that a coordinate is pulled as hard in both forms.

    Raises:
        ValueError: If the labels are not class numbers.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import centroid_loss
        >>> centroids = np.eye(2, dtype="float32")
        >>> loss = centroid_loss(np.array([0]), np.zeros((1, 2), "float32"), centroids)
        >>> float(loss[0])
        0.5
    """
    labels = class_numbers(y_true)
    y_pred = ops.convert_to_tensor(y_pred)
    distances = y_pred - ops.take(ops.cast(centroids, y_pred.dtype), labels, axis=0)
    latent_dim = distances.shape[-1]
    if basis is not None:
        distances = distances @ ops.cast(basis, distances.dtype)
    return ops.sum(distances**2, axis=-1) / latent_dim


@keras.saving.register_keras_serializable(package="keras_regen")
class CentroidLoss(keras.losses.Loss):
    """Mean squared distance between a latent and its class's centroid.

    In `keras_regen.CSAE` it trains the classification. Alone, it trains any network whose output
    is a latent: `model.compile(optimizer, loss=CentroidLoss(centroids))` with integer labels.

    Args:
        centroids: Array `(num_classes, latent_dim)`: `pedcc(num_classes, latent_dim) *
            sqrt(latent_dim)`, or the `centroids` of a `PEDCCHead`.
        subspace: Boolean. With `True`, only the latent's projection on the span of the centroids
            is pulled, and the other dimensions are left to the decoder.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `centroids` is not a matrix; when called, if the latent has another
            dimension than the centroids, or the labels are not class numbers.

    Source: CSAE, second version, equation 6; the subspace is this package's own.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import pedcc
        >>> from keras_regen.losses import CentroidLoss
        >>> centroids = pedcc(10, 40) * np.sqrt(40)
        >>> float(CentroidLoss(centroids)(np.array([3]), centroids[[3]]))
        0.0
    """

    def __init__(
        self,
        centroids,
        subspace: bool = False,
        reduction: str = "sum_over_batch_size",
        name: str = "centroid_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.centroids = np.asarray(ops.convert_to_numpy(centroids), "float32")
        if self.centroids.ndim != 2:
            raise ValueError(
                "`centroids` must be a matrix (num_classes, latent_dim). Received an array of "
                f"shape {self.centroids.shape}."
            )
        self.subspace = subspace
        self._basis = span_basis(self.centroids) if subspace else None

    def call(self, y_true, y_pred):
        if y_pred.shape[-1] != self.centroids.shape[-1]:
            raise ValueError(
                f"The latent must have {self.centroids.shape[-1]} dimensions, as the centroids "
                f"have. Received latents of shape {tuple(y_pred.shape)}."
            )
        return centroid_loss(y_true, y_pred, self.centroids, self._basis)

    def get_config(self):
        return {
            **super().get_config(),
            "centroids": self.centroids.tolist(),
            "subspace": self.subspace,
            "dtype": self.dtype,
        }
