"""StepHistory: the losses of every single step."""

import os
from pathlib import Path

import keras
import numpy as np
from keras import ops

from keras_regen.callbacks.history_file import write_rows


class StepHistory(keras.callbacks.Callback):
    """Keeps the losses of each step by itself, where Keras tells their mean over the epoch so far.

    The means that other callbacks and the progress bar show stay as they are. Every step waits
    for its values to be read, so a training on a GPU takes longer.

    Args:
        path: CSV file to write when an epoch ends, with a row for each step, which
            `keras_regen.callbacks.read_history` reads. Its folder must exist. `None` for none.

    Attributes:
        history: Dict from the names of losses, and of all else in the logs that is a mean over
            images, to a float for each step; for `keras_regen.plotting.plot_runs`. A training
            with `steps_per_execution` has one value, a mean, for so many steps.

    Source: DE-GAN, figures 8 and 10.

    Examples:
        >>> import keras
        >>> import numpy as np
        >>> from keras_regen.callbacks import StepHistory
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> steps = StepHistory()
        >>> history = model.fit(np.ones((8, 1)), np.ones(8), 2, callbacks=[steps], verbose=0)
        >>> {name: len(values) for name, values in steps.history.items()}
        {'loss': 4}
    """

    def __init__(self, path: str | os.PathLike | None = None):
        super().__init__()
        self.path = None if path is None else Path(path)
        self.history: dict[str, list[float]] = {}
        self._epochs = []

    def on_train_begin(self, logs=None):
        self.history, self._epochs = {}, []

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch, self._before = epoch + 1, {}

    def on_train_batch_begin(self, batch, logs=None):
        # A mean that begins anew is that of the step. (The difference of two running sums has
        # rounding errors of their size: late in an epoch, losses near 0 would drown in them.)
        for metric in self._means():
            metric.reset_state()

    def on_train_batch_end(self, batch, logs=None):
        self._epochs.append(self._epoch)
        for metric in self._means():
            name = metric.name
            self.history.setdefault(name, []).append(_result(metric))
            sums = np.stack([ops.convert_to_numpy(one) for one in metric.variables])
            self._before[name] = sums = sums + self._before.get(name, np.zeros_like(sums))
            for variable, value in zip(metric.variables, sums, strict=True):
                variable.assign(value)
            logs[name] = _result(metric)

    def on_epoch_end(self, epoch, logs=None):
        if self.path is not None:
            rows = [
                {"epoch": epoch, "step": step, **dict(zip(self.history, values, strict=True))}
                for step, (epoch, values) in enumerate(
                    zip(self._epochs, zip(*self.history.values(), strict=True), strict=True), 1
                )
            ]
            write_rows(rows, self.path)

    def _means(self):
        return [one for one in self.model.metrics if isinstance(one, keras.metrics.Mean)]


def _result(metric):
    return float(ops.convert_to_numpy(metric.result()))
