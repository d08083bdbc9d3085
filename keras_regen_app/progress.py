"""Progress bars on the standard error, because the standard output is for the results."""

import sys
from typing import Any

import click
import keras


def progress_bar(label: str, length: int) -> Any:
    """Returns a progress bar on the standard error, hidden if that is no terminal."""
    return click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


def stage(text: str) -> None:
    """Prints a line about the work that starts now."""
    click.echo(text, err=True)


class StageBar(keras.callbacks.Callback):
    """Prints a line at the start of a training run, and a single progress bar of all its epochs.

    Args:
        text: The line, and the label of the bar.

    Examples:
        >>> from keras_regen_app.progress import StageBar
        >>> callbacks = [StageBar("Training the evaluation classifier")]
    """

    def __init__(self, text: str):
        super().__init__()
        self.text = text

    def on_train_begin(self, logs: dict | None = None) -> None:
        stage(f"{self.text}.")
        self.bar = progress_bar(self.text, self.params["steps"] * self.params["epochs"])
        self.bar.render_progress()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.bar.update(1)

    def on_train_end(self, logs: dict | None = None) -> None:
        self.bar.render_finish()


class EpochBars(keras.callbacks.Callback):
    """Prints a progress bar of each epoch, then its losses and metrics.

    The bar shows the time that is left. It is printed on a terminal only, so that a file or a pipe
    gets a single line for each epoch.

    Examples:
        >>> from keras_regen_app.progress import EpochBars
        >>> callbacks = [EpochBars()]
    """

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        label = f"epoch {epoch + 1}/{self.params['epochs']}"
        self.bar = progress_bar(label, self.params["steps"])
        self.bar.render_progress()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.bar.update(1)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.bar.render_finish()
        values = "  ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
        click.echo(f"epoch {epoch + 1}/{self.params['epochs']}  {values}", err=True)
