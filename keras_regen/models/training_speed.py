"""The speed of a model's training steps on this machine."""

import time
from typing import Any

import numpy as np

from keras_regen.models.image_model import ImageModel
from keras_regen.models.training_data import check_data


def training_speed(
    model: ImageModel, x: Any, y: Any = None, *, batch_size: int = 64, seconds: float = 0.5
) -> float:
    """Measures the training steps of a compiled model. Its weights change.

    Args:
        model: Compiled model.
        x: Images, of which the first batch is used.
        y: Labels of the images, or `None` for a model without classes.
        batch_size: Integer: images in one step.
        seconds: Float: time of the measurement. The first step, which compiles the function of the
            training step, does not count.

    Returns:
        Images per second.

    Examples:
        >>> from keras_regen import CSAE
        >>> from keras_regen.datasets import load
        >>> from keras_regen.models.training_speed import training_speed
        >>> digits = load("digits")
        >>> model = CSAE.from_preset("csae_digits", network="linear", hidden=8)
        >>> training_speed(model, digits.x_train, digits.y_train, seconds=0.01) > 0
        True
    """
    labels = None if y is None else y[:batch_size]
    data = check_data(model._data_spec(), x[:batch_size], labels, None)
    model._as_inputs(data)  # such as the latents of a ReGene, which `fit` computes once
    count = len(x[:batch_size])
    model.train_on_batch(data.inputs, data.labels)
    durations: list[float] = []
    while sum(durations) < seconds:
        start = time.perf_counter()
        # Returns floats, so every step is complete.
        model.train_on_batch(data.inputs, data.labels)
        durations.append(time.perf_counter() - start)
    # Other work on the machine disturbs the median less than the mean.
    return count / float(np.median(durations))
