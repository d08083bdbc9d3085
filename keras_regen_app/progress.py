"""A bar for each epoch, on the standard error, so that results can be piped."""

import sys

import click
import keras


class EpochBars(keras.callbacks.Callback):
    """Shows a bar of each epoch's batches, then its losses and metrics.

    Examples:
        >>> from keras_regen_app.progress import EpochBars
        >>> callbacks = [EpochBars()]
    """

    def on_epoch_begin(self, epoch, logs=None):
        self.bar = click.progressbar(
            length=self.params["steps"],
            label=f"epoch {epoch + 1}/{self.params['epochs']}",
            file=sys.stderr,
        )
        self.bar.render_progress()

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update(1)

    def on_epoch_end(self, epoch, logs=None):
        self.bar.render_finish()
        values = "  ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
        click.echo(f"epoch {epoch + 1}/{self.params['epochs']}  {values}", err=True)
