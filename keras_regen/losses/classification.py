"""ClassificationLoss: the losses that ReGene compares for its classifier."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_regen.arrays import as_real
from keras_regen.checks import check_choice
from keras_regen.losses.checked_loss import CheckedLoss
from keras_regen.losses.class_labels import class_labels

# The arguments of these Keras losses are one-hot rows and probabilities.
_LOSSES = {
    "cross_entropy": keras.losses.categorical_crossentropy,
    "hinge": keras.losses.categorical_hinge,
    "mse": keras.losses.mean_squared_error,
    "cosine": keras.losses.cosine_similarity,
}


def classification_loss(kind: str = "cross_entropy") -> Callable[[Any, Any], Any]:
    """Returns a loss function of labels and probabilities.

    Args:
        kind: Name of the loss. `p` stands for the probabilities and `c` for the class.

            - `"cross_entropy"`: `-log(p[c])`.
            - `"hinge"`: the multi-class hinge loss `max(0, 1 - p[c] + max(p[other]))`.
            - `"mse"`: the mean squared difference of `p` and the one-hot row of `c`.
            - `"cosine"`: the negative cosine similarity of `p` and the one-hot row of `c`, at
              least -1.

    Returns:
        A function from labels and probabilities `(batch, num_classes)` to a tensor `(batch,)`. The
        labels are class indices `(batch,)` or `(batch, 1)`, or one-hot rows
        `(batch, num_classes)`. It raises `ValueError` for shapes that do not fit, and for a label
        that is not valid in an array. A compiled training step cannot raise an error: for a tensor
        of labels, the loss of a label that is not valid is NaN.

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
    check_choice("kind", kind, _LOSSES)

    def loss(y_true: Any, y_pred: Any) -> Any:
        labels, valid, y_pred = class_labels(y_true, y_pred)
        one_hot = ops.equal(labels[:, None], ops.arange(y_pred.shape[-1], dtype="int32"))
        values = _LOSSES[kind](ops.cast(one_hot, y_pred.dtype), y_pred)
        return ops.where(valid, values, float("nan"))

    return loss


@keras.saving.register_keras_serializable(package="keras_regen")
class ClassificationLoss(CheckedLoss):
    """Computes a classification loss of labels and probabilities.

    Use it as `model.compile(optimizer, loss=ClassificationLoss("hinge"))`.

    Args:
        kind: `"cross_entropy"`, `"hinge"`, `"mse"` or `"cosine"`, as in `classification_loss`.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If `kind` is unknown; from the call, if the labels are not valid.

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
        super().__init__(reduction, name, dtype)
        self.kind = kind
        self._loss = classification_loss(kind)

    def checked(self, y_true: Any, y_pred: Any) -> tuple[Any, Any]:
        return as_real("y_true", y_true), class_labels(y_true, y_pred)[-1]

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._loss(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind}
