"""CentroidLoss: the squared distance of each latent to the centroid of its class."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.layers.pedcc_head import span_basis


def centroid_loss(y_true: Any, y_pred: Any, centroids: Any, basis: Any = None) -> Any:
    """Computes the mean squared distance of latents to the centroids of their classes.

    Args:
        y_true: Integer labels `(batch,)` or `(batch, 1)`.
        y_pred: Latents `(batch, latent_dim)`.
        centroids: Tensor `(num_classes, latent_dim)`.
        basis: Tensor `(latent_dim, rank)` with orthonormal columns, or `None`. With a basis, the
            distance is computed between projections on these columns.

    Returns:
        Tensor `(batch,)`: the squared distance divided by `latent_dim`. With a basis, the divisor
        is the same, so that the gradient of a coordinate has the same scale.

    Raises:
        ValueError: If the labels are one-hot rows.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import centroid_loss
        >>> centroids = np.eye(2, dtype="float32")
        >>> loss = centroid_loss(np.array([0]), np.zeros((1, 2), "float32"), centroids)
        >>> float(loss[0])
        0.5
    """
    labels = ops.convert_to_tensor(y_true)
    if len(labels.shape) > 1 and labels.shape[-1] != 1:
        raise ValueError(
            "The labels must be class indices of shape (batch,) or (batch, 1). "
            f"Received: shape {tuple(labels.shape)}. For one-hot rows, use `argmax(axis=-1)`."
        )
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")  # Keras converts labels to floats
    y_pred = ops.convert_to_tensor(y_pred)
    distances = y_pred - ops.take(ops.cast(centroids, y_pred.dtype), labels, axis=0)
    latent_dim = distances.shape[-1]
    if basis is not None:
        distances = distances @ ops.cast(basis, distances.dtype)
    return ops.sum(distances**2, axis=-1) / latent_dim


@keras.saving.register_keras_serializable(package="keras_regen")
class CentroidLoss(keras.losses.Loss):
    """Computes the mean squared distance between a latent and the centroid of its class.

    `keras_regen.CSAE` uses it for the classification. It can train any network whose output is a
    latent: `model.compile(optimizer, loss=CentroidLoss(centroids))` with integer labels.

    Args:
        centroids: Array `(num_classes, latent_dim)`: `pedcc(num_classes, latent_dim) *
            sqrt(latent_dim)`, or the `centroids` of a `PEDCCHead`.
        subspace: Boolean. With `True`, the distance is computed in the span of the centroids, so
            that the other dimensions of the latent are free for the reconstruction.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `centroids` is not a matrix; from the call, if latents and centroids differ
            in their dimension, or the labels are one-hot rows.

    Source: CSAE, second version, equation 6. The subspace is an addition of this package.

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
        centroids: Any,
        subspace: bool = False,
        reduction: str = "sum_over_batch_size",
        name: str = "centroid_loss",
        dtype: str | None = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.centroids = np.asarray(ops.convert_to_numpy(centroids), "float32")
        if self.centroids.ndim != 2:
            raise ValueError(
                "`centroids` must be a matrix of shape (num_classes, latent_dim). "
                f"Received: shape {self.centroids.shape}."
            )
        self.subspace = subspace
        self._basis = span_basis(self.centroids) if subspace else None

    def call(self, y_true: Any, y_pred: Any) -> Any:
        if y_pred.shape[-1] != self.centroids.shape[-1]:
            raise ValueError(
                f"The latents must have {self.centroids.shape[-1]} dimensions, like the centroids. "
                f"Received: latents of shape {tuple(y_pred.shape)}."
            )
        return centroid_loss(y_true, y_pred, self.centroids, self._basis)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "centroids": self.centroids.tolist(),
            "subspace": self.subspace,
            "dtype": self.dtype,
        }
