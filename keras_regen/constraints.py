"""ClipWeights: the constraint that makes a discriminator a Wasserstein critic."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_regen")
class ClipWeights(keras.constraints.Constraint):
    """Clips every weight to `[-limit, limit]` after each step.

    A critic of bounded weights can only rise so steeply, which its Wasserstein loss needs: scores
    would grow without end.

    Args:
        limit: Float above 0. The largest absolute value of a weight.

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
        if not limit > 0:
            raise ValueError(f"`limit` must be above 0. Received: limit={limit}.")
        self.limit = limit

    def __call__(self, w):
        return ops.clip(ops.convert_to_tensor(w), -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}
