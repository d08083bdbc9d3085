"""The weight constraints of discriminators: ClipWeights and SpectralNorm."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_regen.arrays import as_floats
from keras_regen.checks import check_integer, check_number


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


@keras.saving.register_keras_serializable(package="keras_regen")
class SpectralNorm(keras.constraints.Constraint):
    """Divides the weights by their largest singular value after each step.

    The layers of a discriminator so have a slope of at most about 1, which keeps its training in
    balance with that of a generator. `keras.layers.SpectralNormalization` has the same purpose, but
    loses its normalized weights after a step on JAX.

    Args:
        iterations: Integer, at least 1: iterations of the power method. It starts from the same
            vector in every call, so the result depends on the weights only.

    Input shape: at least two axes. The last axis is that of the layer's outputs, and all other
    axes are that of its inputs.

    Raises:
        ValueError: If `iterations` is below 1; from the call, if the weights have a single axis.

    Source: Miyato et al., 2018, section 2.1, https://arxiv.org/abs/1802.05957.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.constraints import SpectralNorm
        >>> weights = SpectralNorm()(np.diag([4.0, 2.0]))
        >>> np.round(np.asarray(weights), 4).tolist()
        [[1.0, 0.0], [0.0, 0.5]]
    """

    def __init__(self, iterations: int = 10):
        check_integer("iterations", iterations, 1)
        self.iterations = int(iterations)

    def __call__(self, w: Any) -> Any:
        weights = as_floats("w", w)
        if len(weights.shape) < 2:
            raise ValueError(
                "`w` must have at least two axes, of inputs and of outputs. "
                f"Received: shape {tuple(weights.shape)}."
            )
        matrix = ops.reshape(ops.cast(weights, "float32"), (-1, weights.shape[-1]))
        start = np.random.default_rng(0).standard_normal((matrix.shape[-1], 1), dtype="float32")
        vector = ops.convert_to_tensor(start)
        for _ in range(self.iterations):
            vector = ops.matmul(ops.transpose(matrix), ops.matmul(matrix, vector))
            vector = vector / ops.maximum(ops.norm(vector), 1e-30)
        largest = ops.norm(ops.matmul(matrix, vector))
        # Weights of zero stay zero.
        return weights / ops.cast(ops.where(largest > 0, largest, 1.0), weights.dtype)

    def get_config(self) -> dict[str, Any]:
        return {"iterations": self.iterations}
