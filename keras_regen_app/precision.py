"""The precision of a run: as requested, or by a trial of the machine."""

from collections.abc import Callable

from keras_regen import ImageModel
from keras_regen.datasets import ImageDataset
from keras_regen.models.training_speed import training_speed
from keras_regen.precision import check_precision, has_instructions

AUTO = "auto"
# A smaller gain is within the spread of the measurement.
_LEAST_GAIN = 1.05


def choose_precision(
    precision: str, build: Callable[[str], ImageModel], data: ImageDataset, batch_size: int
) -> str:
    """Returns the precision of a run; for `"auto"`, the faster of float32 and mixed_bfloat16.

    `"auto"` is float32 on a processor without instructions for bfloat16. On others, a trial of
    half a second of training steps in each precision decides.

    Args:
        precision: `"auto"`, or as in `keras_regen.precision_scope`.
        build: Function from a precision to the untrained, compiled model of the run.
        data: The dataset of the run.
        batch_size: Integer: images in one step.

    Raises:
        ValueError: If the precision is unknown, or the machine does not support it.
    """
    if precision != AUTO:
        check_precision(precision)
        return precision
    if not has_instructions("mixed_bfloat16"):
        return "float32"
    speed = {
        name: training_speed(build(name), data.x_train, data.y_train, batch_size=batch_size)
        for name in ("float32", "mixed_bfloat16")
    }
    gain = speed["mixed_bfloat16"] / speed["float32"]
    return "mixed_bfloat16" if gain >= _LEAST_GAIN else "float32"
