"""ClassificationLoss: the losses that ReGene compares for its classifier."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from keras_regen.checks import check_labels
from keras_regen.losses.class_labels import class_numbers

# Keras's own, each of one-hot rows and probabilities.
_LOSSES = {
    "cross_entropy": keras.losses.categorical_crossentropy,
    "hinge": keras.losses.categorical_hinge,
    "mse": keras.losses.mean_squared_error,
    "cosine": keras.losses.cosine_similarity,
}


def classification_loss(kind: str = "cross_entropy") -> Callable:
    """Gives a loss of integer labels and probabilities by its name.

    Args:
        kind: With `p` the probabilities and `c` the class: `"cross_entropy"`, `-log(p[c])`;
            `"hinge"`, multi-class: how much less than 1 `p[c]` is above the largest other;
            `"mse"`, the mean squared difference of `p` and the one-hot row of `c`; or `"cosine"`,
            minus the cosine of the angle between those two, so -1 at best.

    Returns:
        A function of labels `(batch,)` or `(batch, 1)` and probabilities `(batch, num_classes)`
        that gives a tensor `(batch,)`. It raises `ValueError` if the labels are not class numbers
        or, given as an array, are out of range; in a compiled training step, where nothing can be
        raised, a label out of range has the loss NaN.

    Raises:
        ValueError: If there is no such loss.

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

    def loss(y_true, y_pred):
        y_pred = ops.convert_to_tensor(y_pred)
        num_classes = y_pred.shape[-1]
        if isinstance(y_true, (np.ndarray, list, tuple)):
            y_true = np.asarray(y_true)
            check_labels(y_true[:, 0] if y_true.shape[1:] == (1,) else y_true, None, num_classes)
        labels = class_numbers(y_true)[:, None]
        one_hot = ops.equal(labels, ops.arange(num_classes, dtype="int32"))
        values = _LOSSES[kind](ops.cast(one_hot, y_pred.dtype), y_pred)
        return ops.where(ops.any(one_hot, axis=-1), values, float("nan"))

    return loss


@keras.saving.register_keras_serializable(package="keras_regen")
class ClassificationLoss(keras.losses.Loss):
    """Cross-entropy, multi-class hinge, mean squared error or cosine of labels and probabilities.

    For `model.compile(optimizer, loss=ClassificationLoss("hinge"))` with integer labels.

    Args:
        kind: `"cross_entropy"`, `"hinge"`, `"mse"` or `"cosine"`, as in `classification_loss`.
        reduction: As in `keras.losses.Loss`.
        name: As in `keras.losses.Loss`.
        dtype: As in `keras.losses.Loss`.

    Raises:
        ValueError: If there is no such loss; when called, if the labels are not class numbers.

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
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.kind = kind
        self._loss = classification_loss(kind)

    def call(self, y_true, y_pred):
        return self._loss(y_true, y_pred)

    def get_config(self):
        return {**super().get_config(), "kind": self.kind, "dtype": self.dtype}
