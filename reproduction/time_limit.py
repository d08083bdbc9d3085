"""A limit of the time of a reproduction, after which its runs can be resumed."""

import time

import keras


class TimeLimitReached(Exception):
    """Raised when the time is over. It is not an error: the next call resumes the run."""


class TimeLimit(keras.callbacks.Callback):
    """Stops a training run before its time is over, with a checkpoint of the last whole epoch.

    A run stops after an epoch if the time is too short for another epoch. An epoch in which the
    time ends is lost.

    Args:
        seconds: Float: time from now.

    Raises:
        TimeLimitReached: From `fit`, when it has stopped.

    Examples:
        >>> from reproduction.time_limit import TimeLimit
        >>> TimeLimit(60).is_over(), TimeLimit(0).is_over()
        (False, True)
    """

    def __init__(self, seconds: float):
        super().__init__()
        # The time of the clock, which several processes share.
        self._end = time.time() + seconds
        self._epoch_start = 0.0
        self._stopped = False

    def is_over(self) -> bool:
        """Returns whether the time is over."""
        return time.time() >= self._end

    def _check(self) -> None:
        if self.is_over():
            raise TimeLimitReached

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._check()
        self._stopped = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch_start = time.time()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._check()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        now = time.time()
        if now + (now - self._epoch_start) >= self._end:
            # The checkpoint of the run saves the model of an epoch that ends the training.
            self.model.stop_training = True
            self._stopped = epoch + 1 < self.params["epochs"]

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._stopped:
            self._end = 0.0  # A further run would end in the middle of an epoch.
        self._check()
