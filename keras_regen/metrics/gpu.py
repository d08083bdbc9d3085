"""Matrix products on a GPU, where Keras has one, with the digits of float32."""

import numpy as np
from keras import ops


def keras_is_on_gpu() -> bool:
    """Whether Keras computes on a GPU here.

    Examples:
        >>> import keras
        >>> from keras_regen.metrics.gpu import keras_is_on_gpu
        >>> with keras.device("cpu:0"):
        ...     keras_is_on_gpu()
        False
    """
    # `keras.distribution.list_devices("gpu")` fails where there is none, on JAX and PyTorch.
    device = str(ops.ones(1).device).lower()
    return "gpu" in device or "cuda" in device


def gpu_product(left: np.ndarray, right: np.ndarray):
    """Gives `left @ right.T` as a tensor.

    For speed, GPUs may round factors to 11 binary digits (TF32): too few to tell who is nearest. So
    each factor is split into a part that has no more digits, and the small rest.

    Args:
        left: Array `(num_left, dim)`, float32.
        right: Array `(num_right, dim)`, float32.

    Examples:
        >>> import numpy as np
        >>> from keras import ops
        >>> from keras_regen.metrics.gpu import gpu_product
        >>> left, right = np.array([[1, 2]], "float32"), np.array([[3, 4], [5, 6]], "float32")
        >>> ops.convert_to_numpy(gpu_product(left, right))
        array([[11., 17.]], dtype=float32)
    """
    left, left_rest = _split(left)
    right, right_rest = (ops.transpose(part) for part in _split(right))
    # What is left out, the product of the two rests, is at most 2**-20 of the whole.
    return ops.matmul(left, right) + ops.matmul(left, right_rest) + ops.matmul(left_rest, right)


def _split(values):
    values = ops.convert_to_tensor(values)
    digits = ops.bitwise_and(ops.view(values, "int32"), -(2**13))
    high = ops.view(digits, "float32")
    return high, values - high
