"""CentroidLoss: the squared distance of each latent to the centroid of its class."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import as_numbers, as_real
from keras_regen.checks import check_flag
from keras_regen.layers.pedcc_head import span_basis
from keras_regen.losses.checked_loss import CheckedLoss
from keras_regen.losses.class_labels import class_labels


def centroid_loss(y_true: Any, y_pred: Any, centroids: Any, basis: Any = None) -> Any:
    """Computes the mean squared distance of latents to the centroids of their classes.

    Args:
        y_true: Class indices `(batch,)` or `(batch, 1)`, or one-hot rows `(batch, num_classes)`.
        y_pred: Latents `(batch, latent_dim)`.
        centroids: Tensor `(num_classes, latent_dim)`.
        basis: Tensor `(latent_dim, rank)` with orthonormal columns, or `None`. With a basis, the
            distance is computed between projections on these columns.

    Returns:
        Tensor `(batch,)`: the squared distance divided by `latent_dim`. With a basis, the divisor
        is the same, so that the gradient of a coordinate has the same scale. In a tensor of
        labels, which may be a part of a compiled step, a label that is not valid has the loss NaN.

    Raises:
        ValueError: If the shapes do not fit, or an array of labels has a label that is not valid.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import centroid_loss
        >>> centroids = np.eye(2, dtype="float32")
        >>> loss = centroid_loss(np.array([0]), np.zeros((1, 2), "float32"), centroids)
        >>> float(loss[0])
        0.5
    """
    centroids = as_real("centroids", centroids)
    if len(centroids.shape) != 2 or 0 in tuple(centroids.shape):
        raise ValueError(
            "`centroids` must be a matrix of shape (num_classes, latent_dim). "
            f"Received: shape {tuple(centroids.shape)}."
        )
    num_classes, latent_dim = centroids.shape
    labels, valid, y_pred = class_labels(y_true, y_pred, num_classes)
    if y_pred.shape[-1] != latent_dim:
        raise ValueError(
            f"The latents must have {latent_dim} dimensions, like the centroids. "
            f"Received: latents of shape {tuple(y_pred.shape)}."
        )
    distances = y_pred - ops.take(ops.cast(centroids, y_pred.dtype), labels, axis=0)
    if basis is not None:
        basis = as_real("basis", basis)
        if len(basis.shape) != 2 or basis.shape[0] != latent_dim:
            raise ValueError(
                f"`basis` must have the shape ({latent_dim}, rank). "
                f"Received: shape {tuple(basis.shape)}."
            )
        distances = distances @ ops.cast(basis, distances.dtype)
    values = ops.sum(distances**2, axis=-1) / latent_dim
    return ops.where(valid, values, float("nan"))


@keras.saving.register_keras_serializable(package="keras_regen")
class CentroidLoss(CheckedLoss):
    """Computes the mean squared distance between a latent and the centroid of its class.

    `keras_regen.CSAE` uses it for the classification. It can train any network whose output is a
    latent: `model.compile(optimizer, loss=CentroidLoss(centroids))` with class indices
    or one-hot rows.

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
            in their dimension, or the labels are not valid.

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
        super().__init__(reduction, name, dtype)
        check_flag("subspace", subspace)
        if ops.is_tensor(centroids) or isinstance(centroids, keras.Variable):
            centroids = ops.convert_to_numpy(centroids)
        with np.errstate(over="ignore"):
            centroids = as_numbers("centroids", centroids, 2).astype("float32")
        self.centroids = as_numbers("centroids", centroids, 2)  # finite in float32, too
        self.subspace = subspace
        self._basis = span_basis(self.centroids) if subspace else None

    def checked(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        y_pred = class_labels(y_true, y_pred, len(self.centroids))[-1]
        return as_real("y_true", y_true), y_pred

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return centroid_loss(y_true, y_pred, self.centroids, self._basis)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "centroids": self.centroids.tolist(),
            "subspace": self.subspace,
        }
