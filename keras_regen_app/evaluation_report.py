"""The report of `keras-regen evaluate`: where it is written, and the plots in it."""

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from keras_regen.callbacks import read_history
from keras_regen.datasets import ImageDataset
from keras_regen.models import ImageModel
from keras_regen_app.report import write_report
from keras_regen_app.run_commands import invoked_command, train_command
from keras_regen_app.run_plots import plot_run
from keras_regen_app.run_settings import SETTINGS, read_settings


def report_folder(path: str, output: str | None) -> Path | None:
    """Returns the folder of the report, or `None` if the evaluation writes no report.

    A checkpoint of a run does not replace the report of the run's model.

    Args:
        path: The model: a `.keras` file or the folder of a run.
        output: The folder that the user chose, if any.

    Examples:
        >>> from keras_regen_app.evaluation_report import report_folder
        >>> report_folder("model.keras", output="plots")
        PosixPath('plots')
        >>> report_folder("model.keras", output=None)
    """
    return _run_folder(path) if output is None else Path(output)


def write_evaluation_report(
    folder: Path,
    path: str,
    model: ImageModel,
    data: ImageDataset,
    results: Mapping[str, Any],
    seed: int,
    keep_pictures: bool,
) -> Path:
    """Plots an evaluated model, and writes the report.

    Args:
        folder: Folder of the report, which is created if it is missing.
        path: The model: a `.keras` file or the folder of a run.
        model: The loaded model.
        data: The dataset of the evaluation.
        results: Results of `keras_regen.metrics.evaluate_generation`.
        seed: Integer: seed of the generated images.
        keep_pictures: Whether to write the pictures to the folder as well.

    Returns:
        Path of the report.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings, rows, commands = None, [], []
    run = _run_folder(path)
    if run is not None:
        settings, rows = read_settings(run), read_history(run / "history.csv")
        commands.append(train_command(settings, run))
    context = click.get_current_context(silent=True)
    if context is not None:
        commands.append(invoked_command(context))
    with contextlib.ExitStack() as stack:
        pictures = folder
        if not keep_pictures:
            pictures = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plot_run(model, data, rows, pictures, seed)
        return write_report(
            folder,
            model,
            data,
            results,
            settings=settings,
            rows=rows,
            commands=commands,
            pictures=pictures,
        )


def _run_folder(path: str) -> Path | None:
    """The folder of the run whose trained model is at a path."""
    file = Path(path)
    folder = file if file.is_dir() else file.parent if file.name == "model.keras" else None
    return folder if folder is not None and (folder / SETTINGS).exists() else None
