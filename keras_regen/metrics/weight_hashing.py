"""The hash by which a trained network is known in results."""

import hashlib
from collections.abc import Sequence

import keras
from keras import ops


def weights_hash(weights: Sequence[keras.Variable]) -> str:
    """Hashes weights: the same on every backend, another after a step of training.

    Args:
        weights: Weights of a model or layer, in its order.

    Returns:
        The first 16 hexadecimal digits of the SHA-256 hash of their shapes and float32 values.

    Examples:
        >>> import keras
        >>> from keras_regen.metrics.weight_hashing import weights_hash
        >>> len(weights_hash([keras.Variable([1.0, 2.0])]))
        16
    """
    found = hashlib.sha256()
    for weight in weights:
        value = ops.convert_to_numpy(ops.cast(weight, "float32"))
        found.update(repr(tuple(value.shape)).encode())
        found.update(value.astype("<f4").tobytes())
    return found.hexdigest()[:16]
