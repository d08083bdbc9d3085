"""Progress bars on the standard error, because the standard output is for the results."""

import sys

import click
import keras


class EpochBars(keras.callbacks.Callback):
    """Prints a progress bar of each epoch, then its losses and metrics.

    Examples:
        >>> from keras_regen_app.progress import EpochBars
        >>> callbacks = [EpochBars()]
    """

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.bar = click.progressbar(
            length=self.params["steps"],
            label=f"epoch {epoch + 1}/{self.params['epochs']}",
            file=sys.stderr,
        )
        self.bar.render_progress()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.bar.update(1)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.bar.render_finish()
        values = "  ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
        click.echo(f"epoch {epoch + 1}/{self.params['epochs']}  {values}", err=True)
