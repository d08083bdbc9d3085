"""Operations that return their inputs unchanged and change the gradient that passes them."""

from typing import Any

from keras import ops

# The least divisor: a float32 that is not zero.
_TINY = 1e-30


def scale_gradient(x: Any, factor: Any) -> Any:
    """Returns a tensor unchanged, and multiplies the gradient that passes it by a factor.

    Args:
        x: Tensor of finite floats.
        factor: Float, or a tensor of a float: 0 stops the gradient.

    Examples:
        >>> import keras
        >>> from keras_regen.gradients import scale_gradient
        >>> scale_gradient(keras.ops.ones((2, 3)), 0.0).shape == (2, 3)
        True
    """
    constant = ops.stop_gradient(x)
    return constant + ops.cast(factor, constant.dtype) * (x - constant)


def balanced_copies(x: Any, share: Any) -> tuple[Any, Any]:
    """Returns two copies of a tensor, and gives the gradients of both copies a fixed proportion.

    In the backward pass, the gradient of the second copy is rescaled to `share` times the norm of
    the gradient of the first copy, then added to it. A loss of the second copy so neither vanishes
    next to a loss of the first copy nor dominates it, whatever its own scale.

    Args:
        x: Tensor of floats.
        share: Float of at least 0, or a tensor of a float. With 0, the second copy has no effect.

    Returns:
        A tuple of two tensors, each equal to `x`.

    Examples:
        >>> import keras
        >>> from keras_regen.gradients import balanced_copies
        >>> first, second = balanced_copies(keras.ops.ones((3, 2)), 0.5)
        >>> first.shape == second.shape == (3, 2)
        True
    """
    share = ops.stop_gradient(ops.convert_to_tensor(share, dtype="float32"))

    # A single output, because the custom gradients of Keras on PyTorch have no more.
    @ops.custom_gradient
    def copies(value):
        def gradient(*args, upstream=None):
            if upstream is None:  # On TensorFlow and JAX it is the only argument.
                (upstream,) = args
            first, second = (ops.cast(upstream[index], "float32") for index in range(2))
            norms = [ops.sqrt(ops.sum(ops.square(part))) for part in (first, second)]
            # Without a gradient there is no direction to follow.
            factor = ops.where(norms[1] > 0, share * norms[0] / ops.maximum(norms[1], _TINY), 0.0)
            return ops.cast(first + factor * second, value.dtype)

        return ops.stack([value, value]), gradient

    stacked = copies(x)
    return stacked[0], stacked[1]
