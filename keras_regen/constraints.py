"""ClipWeights: the weight constraint of a Wasserstein critic."""

from typing import Any

import keras
from keras import ops

from keras_regen.arrays import as_floats
from keras_regen.checks import check_number


@keras.saving.register_keras_serializable(package="keras_regen")
class ClipWeights(keras.constraints.Constraint):
    """Clips the weights to `[-limit, limit]` after each step.

    The bound on the weights bounds the slope of a critic. Without a bound, the logits of the
    Wasserstein loss would grow without limit.

    Args:
        limit: Float above 0: the largest absolute value of a weight.

    Raises:
        ValueError: If `limit` is not above 0.

    Source: Arjovsky et al., 2017, algorithm 1 (there `c`, 0.01), https://arxiv.org/abs/1701.07875.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.constraints import ClipWeights
        >>> np.asarray(ClipWeights(0.5)(np.array([-2.0, 0.25, 1.0]))).tolist()
        [-0.5, 0.25, 0.5]
    """

    def __init__(self, limit: float = 0.01):
        check_number("limit", limit, above=0)
        self.limit = float(limit)

    def __call__(self, w: Any) -> Any:
        return ops.clip(as_floats("w", w), -self.limit, self.limit)

    def get_config(self) -> dict[str, Any]:
        return {"limit": self.limit}
