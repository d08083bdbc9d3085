"""TimeLimit: the end of a training run whose time is over."""

import time
from collections.abc import Callable

import keras


class TimeLimit(keras.callbacks.Callback):
    """Stops training at the end of an epoch if another epoch would exceed a time limit.

    A trial of some steps chooses the number of epochs before training. On a machine that
    becomes slower, for instance because of another program, only the clock keeps the limit.

    Args:
        minutes: Float, above 0: the limit.
        announce: Function that receives a sentence for the user if training stops.

    Examples:
        >>> from keras_regen_app.time_limit import TimeLimit
        >>> callbacks = [TimeLimit(minutes=10, announce=print)]
    """

    def __init__(self, minutes: float, announce: Callable[[str], None]):
        super().__init__()
        self.minutes, self.announce = minutes, announce

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch_start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        now, epochs = time.perf_counter(), self.params["epochs"]
        next_end = now + (now - self._epoch_start)
        if epoch + 1 < epochs and next_end - self._start > 60 * self.minutes:
            self.model.stop_training = True
            self.announce(
                f"Stopped after {epoch + 1} of {epochs} epochs, at the limit of {self.minutes:g} "
                "minutes: training was slower than in the trial. `--resume` trains the "
                "remaining epochs."
            )
