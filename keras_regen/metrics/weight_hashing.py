"""The hash that identifies a trained network in results."""

import hashlib
from collections.abc import Sequence

import keras
from keras import ops


def weights_hash(weights: Sequence[keras.Variable]) -> str:
    """Computes a hash of weights, which is the same on every backend.

    Args:
        weights: Weights of a model or layer, in order.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 hash of their shapes and float32 values.

    Examples:
        >>> import keras
        >>> from keras_regen.metrics.weight_hashing import weights_hash
        >>> len(weights_hash([keras.Variable([1.0, 2.0])]))
        16
    """
    digest = hashlib.sha256()
    for weight in weights:
        value = ops.convert_to_numpy(ops.cast(weight, "float32"))
        digest.update(repr(tuple(value.shape)).encode())
        digest.update(value.astype("<f4").tobytes())
    return digest.hexdigest()[:16]
