"""`StepHistory`: records the losses of every step."""

import os

import keras
import numpy as np
from keras import ops

from keras_regen.callbacks.history_file import write_rows
from keras_regen.checks import check_path


class StepHistory(keras.callbacks.Callback):
    """Records the losses of each step; Keras reports only their running mean over the epoch.

    The running means in other callbacks and in the progress bar do not change. Every step waits
    until its losses are computed, so training on a GPU takes longer.

    Args:
        path: CSV file with a row for each step, written at the end of every epoch.
            `keras_regen.callbacks.read_history` reads it. Its folder must exist. `None` writes no
            file.

    Attributes:
        history: Dict from the names of losses, and of all other means in the logs, to a float for
            each step, for `keras_regen.plotting.plot_runs`. With `steps_per_execution`, a value is
            the mean over that number of steps.

    Raises:
        ValueError: If `path` is no path.

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
        self.path = None if path is None else check_path("path", path)
        self.history: dict[str, list[float]] = {}
        self._epochs = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.history, self._epochs = {}, []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch, self._sums = epoch + 1, {}

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        # After a reset, the mean is that of the step. (The difference of two running sums would
        # have a rounding error of the size of the sums, which may exceed a loss near 0.)
        for metric in self._means():
            metric.reset_state()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._epochs.append(self._epoch)
        for metric in self._means():
            name = metric.name
            self.history.setdefault(name, []).append(_result(metric))
            sums = np.stack([ops.convert_to_numpy(variable) for variable in metric.variables])
            self._sums[name] = sums = sums + self._sums.get(name, np.zeros_like(sums))
            for variable, value in zip(metric.variables, sums, strict=True):
                variable.assign(value)
            logs[name] = _result(metric)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self.path is not None:
            rows = [
                {"epoch": epoch, "step": step, **dict(zip(self.history, values, strict=True))}
                for step, (epoch, values) in enumerate(
                    zip(self._epochs, zip(*self.history.values(), strict=True), strict=True), 1
                )
            ]
            write_rows(rows, self.path)

    def _means(self) -> list[keras.metrics.Mean]:
        return [metric for metric in self.model.metrics if isinstance(metric, keras.metrics.Mean)]


def _result(metric: keras.metrics.Metric) -> float:
    return float(ops.convert_to_numpy(metric.result()))
