"""What the studies share: one JSON file that grows run by run, and can be taken up again."""

import json
import os
from pathlib import Path

import click
import keras
import numpy as np

from keras_regen.atomic_files import write_json


class Study:
    """Runs of one setting, in one file.

    Args:
        output: The file. What it holds already is not run again.
        **setting: What all runs have in common; written beside them.
    """

    def __init__(self, output: str, **setting):
        self.output = Path(output)
        self.setting = setting | {"backend": keras.backend.backend(), "keras": keras.__version__}
        self.runs = []
        if os.path.exists(output):
            found = json.loads(self.output.read_text())
            if found["setting"] != self.setting:
                raise click.ClickException(f"{output} holds another study: {found['setting']}.")
            self.runs = found["runs"]

    def has(self, **cell) -> bool:
        """Whether there is a run with these values."""
        return any(cell.items() <= run.items() for run in self.runs)

    def add(self, **run) -> None:
        """Takes a run, and writes the file."""
        self.runs.append(run)
        click.echo(json.dumps(run))
        write_json(self.output, {"setting": self.setting, "runs": self.runs})

    def values(self, name: str, **cell) -> np.ndarray:
        """One figure of all runs with these values."""
        return np.array([run[name] for run in self.runs if cell.items() <= run.items()])


def spread(values, scale: float = 1, digits: int = 2) -> str:
    """Mean and standard deviation, for a table."""
    return f"{scale * np.mean(values):.{digits}f} ± {scale * np.std(values):.{digits}f}"
