"""The kind of device that the backend computes on."""

import keras
from keras import ops


def runs_on_cpu() -> bool:
    """Returns whether the backend computes on the CPU, and not on an accelerator.

    Examples:
        >>> from keras_regen.devices import runs_on_cpu
        >>> isinstance(runs_on_cpu(), bool)
        True
    """
    if keras.backend.backend() == "torch":
        # `keras.distribution` lists no devices of PyTorch. In a layer that Keras builds to infer
        # shapes, a tensor has the device "meta", and the form for a CPU is right on all devices.
        return str(ops.ones(1).device) in ("cpu", "meta")
    # Not the device of a tensor: a tensor of a compiled function has none.
    return keras.distribution.list_devices()[0].startswith("cpu")


def is_tensorflow_on_cpu() -> bool:
    """Returns whether the backend is TensorFlow on a CPU, where XLA is no gain.

    It takes long to compile there, and its convolutions train about three times slower.

    Examples:
        >>> from keras_regen.devices import is_tensorflow_on_cpu
        >>> isinstance(is_tensorflow_on_cpu(), bool)
        True
    """
    return keras.backend.backend() == "tensorflow" and runs_on_cpu()
