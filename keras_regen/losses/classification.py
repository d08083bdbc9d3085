"""ClassificationLoss: the losses that ReGene compares for its classifier."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.checks import check_labels

# The arguments of these Keras losses are one-hot rows and probabilities.
_LOSSES = {
    "cross_entropy": keras.losses.categorical_crossentropy,
    "hinge": keras.losses.categorical_hinge,
    "mse": keras.losses.mean_squared_error,
    "cosine": keras.losses.cosine_similarity,
}


def classification_loss(kind: str = "cross_entropy") -> Callable[[Any, Any], Any]:
    """Returns a loss function of integer labels and probabilities.

    Args:
        kind: Name of the loss. `p` stands for the probabilities and `c` for the class.

            - `"cross_entropy"`: `-log(p[c])`.
            - `"hinge"`: the multi-class hinge loss `max(0, 1 - p[c] + max(p[other]))`.
            - `"mse"`: the mean squared difference of `p` and the one-hot row of `c`.
            - `"cosine"`: the negative cosine similarity of `p` and the one-hot row of `c`, at
              least -1.

    Returns:
        A function from labels `(batch,)` or `(batch, 1)` and probabilities `(batch, num_classes)`
        to a tensor `(batch,)`. It raises `ValueError` for one-hot rows, and for a label out of
        range in an array. A compiled training step cannot raise an error: there, the loss of a
        label out of range is NaN.

    Raises:
        ValueError: If `kind` is unknown.

    Source: ReGene, section 6.7 and figure 16.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import classification_loss
        >>> hinge = classification_loss("hinge")
        >>> loss = hinge(np.array([0]), np.array([[0.75, 0.25]], "float32"))
        >>> float(loss[0])
        0.5
    """
    if kind not in _LOSSES:
        raise ValueError(f"`kind` must be one of {sorted(_LOSSES)}. Received: kind={kind!r}.")

    def loss(y_true: Any, y_pred: Any) -> Any:
        y_pred = ops.convert_to_tensor(y_pred)
        num_classes = y_pred.shape[-1]
        if isinstance(y_true, (np.ndarray, list, tuple)):
            y_true = np.asarray(y_true)
            check_labels(y_true[:, 0] if y_true.shape[1:] == (1,) else y_true, None, num_classes)
        labels = ops.convert_to_tensor(y_true)
        if len(labels.shape) > 1 and labels.shape[-1] != 1:
            raise ValueError(
                "The labels must be class indices of shape (batch,) or (batch, 1). "
                f"Received: shape {tuple(labels.shape)}. For one-hot rows, use `argmax(axis=-1)`."
            )
        labels = ops.cast(ops.reshape(labels, (-1, 1)), "int32")  # Keras converts labels to floats
        one_hot = ops.equal(labels, ops.arange(num_classes, dtype="int32"))
        values = _LOSSES[kind](ops.cast(one_hot, y_pred.dtype), y_pred)
        return ops.where(ops.any(one_hot, axis=-1), values, float("nan"))

    return loss


@keras.saving.register_keras_serializable(package="keras_regen")
class ClassificationLoss(keras.losses.Loss):
    """Computes a classification loss of integer labels and probabilities.

    Use it as `model.compile(optimizer, loss=ClassificationLoss("hinge"))`.

    Args:
        kind: `"cross_entropy"`, `"hinge"`, `"mse"` or `"cosine"`, as in `classification_loss`.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `kind` is unknown; from the call, if the labels are one-hot rows.

    Source: ReGene, section 6.7 and figure 16.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.losses import ClassificationLoss
        >>> probabilities = np.array([[0.75, 0.25], [0.5, 0.5]])
        >>> float(ClassificationLoss("hinge")(np.array([0, 0]), probabilities))
        0.75
    """

    def __init__(
        self,
        kind: str = "cross_entropy",
        reduction: str = "sum_over_batch_size",
        name: str = "classification_loss",
        dtype: str | None = None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.kind = kind
        self._loss = classification_loss(kind)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._loss(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind, "dtype": self.dtype}
