"""The JSON file of a study, to which a script adds the results of each training run."""

import json
import os
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np

from keras_regen.atomic_files import write_json


class Study:
    """The results of the training runs of a study, in a JSON file.

    Args:
        output: Path of the file. The results of an existing file are read.
        **setting: Values that all runs share, which the file contains too.

    Raises:
        click.ClickException: If the file contains a study with another setting.
    """

    def __init__(self, output: str, **setting: Any):
        self.output = Path(output)
        self.setting = setting | {"backend": keras.backend.backend(), "keras": keras.__version__}
        self.runs = []
        if os.path.exists(output):
            stored = json.loads(self.output.read_text())
            if stored["setting"] != self.setting:
                raise click.ClickException(
                    f"{output} contains a study with another setting: {stored['setting']}. "
                    "Choose another `--output`."
                )
            self.runs = stored["runs"]

    def has(self, **cell: Any) -> bool:
        """Checks whether the study has a run with these values."""
        return any(cell.items() <= run.items() for run in self.runs)

    def add(self, **run: Any) -> None:
        """Adds the results of a run, and writes the file."""
        self.runs.append(run)
        click.echo(json.dumps(run))
        write_json(self.output, {"setting": self.setting, "runs": self.runs})

    def values(self, name: str, **cell: Any) -> np.ndarray:
        """Returns a figure of all runs with these values."""
        return np.array([run[name] for run in self.runs if cell.items() <= run.items()])


def spread(values: np.ndarray, scale: float = 1, digits: int = 2) -> str:
    """Returns the mean and the standard deviation as text."""
    return f"{scale * np.mean(values):.{digits}f} ± {scale * np.std(values):.{digits}f}"
