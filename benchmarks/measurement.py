"""The rows of a measurement, from worker processes, and the files of its results."""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import click

BACKENDS = ("tensorflow", "jax", "torch")


def installed_backends(names=BACKENDS):
    """Returns the backends among these that are installed."""
    return [name for name in names if importlib.util.find_spec(name)]


def worker_rows(script, *arguments, **environment):
    """Runs a script in a new process; returns the rows that it prints as JSON, and its exit code.

    Args:
        script: Path of the script.
        *arguments: Its arguments.
        **environment: Further variables of its environment.
    """
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"} | environment
    command = [sys.executable, script, *arguments]
    process = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
    return [json.loads(line) for line in lines], process.returncode


def write_results(output, setting, rows, table, plot):
    """Writes the rows, their table in Markdown and their picture, and prints the table.

    Args:
        output: Path of the JSON file. The table and the picture have its name with `.md`, `.png`.
        setting: Values that all rows share.
        rows: List of dicts.
        table: Function from the rows to the text of the table.
        plot: Function that plots the rows to a path.
    """
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"setting": setting, "rows": rows}, indent=1) + "\n")
    path.with_suffix(".md").write_text(table(rows) + "\n")
    plot(rows, path.with_suffix(".png"))
    click.echo(table(rows))


def epoch_timer():
    """Returns a callback whose `seconds` are the time of the steps of the last epoch."""
    import keras

    class EpochTimer(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.begin = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            for value in logs.values():
                float(value)  # Waits for the device.
            self.seconds = time.perf_counter() - self.begin

    return EpochTimer()
