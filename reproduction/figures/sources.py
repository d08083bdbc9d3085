"""The results and the trained models that the figures are made from."""

import functools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_regen.datasets import ImageDataset, load
from keras_regen.metrics import train_evaluation_classifier
from keras_regen_app import runs
from reproduction.data_source import describe_data
from reproduction.measures import Measured
from reproduction.results import best_runs, cell_values, read_all_results
from reproduction.running import has_run, trained_run
from reproduction.scale import SCALES, Scale
from reproduction.table import Cell, Training
from reproduction.tables import get_table

# The classifier that a run needs for its own metrics. No figure shows them.
_CLASSIFIER = {"steps": 100, "stem_filters": 8}


class Sources:
    """The results in a folder, and trained models. A model without a complete run is trained.

    Args:
        scale: Scale of the training. A complete run of a larger scale is preferred.
        seed: Integer: seed of the training runs and of all samples.
        runs_folder: Folder of the training runs.
        reused_folders: Further folders of training runs. Complete runs in them are reused.
        results_folder: Folder of the results of `reproduction.running.reproduce`.
        train: Boolean: whether to train models without a complete run.
        log: Function that is called with a line of text before a training run.
        callbacks: Further callbacks for each `fit`.

    Examples:
        >>> from reproduction import SCALES
        >>> from reproduction.figures.sources import Sources
        >>> Sources(SCALES["quick"]).used
        {}
    """

    def __init__(
        self,
        scale: Scale,
        *,
        seed: int = 0,
        runs_folder: str | os.PathLike = "runs/figures",
        reused_folders: Sequence[str | os.PathLike] = ("runs/reproduce",),
        results_folder: str | os.PathLike = "results/reproduction",
        train: bool = True,
        log: Callable[[str], None] = lambda line: None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ):
        self.scale, self.seed, self.train = scale, seed, train
        self.log, self.callbacks = log, tuple(callbacks)
        self.runs_folder, self.reused_folders = Path(runs_folder), tuple(reused_folders)
        self.results = read_all_results(results_folder)
        self.used: dict[str, dict[str, Any]] = {}
        self._trained: dict[str, tuple[Scale, Measured]] = {}
        self._decoded: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def run(self, training: Training) -> Measured:
        """Returns a trained model with its data. `used` then contains its settings.

        Raises:
            FileNotFoundError: If the dataset is missing; or if no complete run is at hand and
                `train` is false.
        """
        if training.name not in self._trained:
            self._trained[training.name] = self._find(training)
        scale, run = self._trained[training.name]
        settings = runs.read_settings(run.folder)
        self.used[training.name] = {
            "scale": scale.name,
            "epochs": settings["epochs"],
            "train_images": len(run.data.x_train),
            "seed": self.seed,
            "backend": settings["backend"],
            "data": describe_data(training.dataset, run.data)["source"],
        }
        return run

    def training_images(self, training: Training) -> tuple[np.ndarray, np.ndarray]:
        """Returns the latents and the reconstructions of a model's training images."""
        if training.name not in self._decoded:
            run = self.run(training)
            latents = run.model.encode(run.data.x_train)
            self._decoded[training.name] = latents, run.model.decode(latents)
        return self._decoded[training.name]

    def _find(self, training):
        """Returns the scale and the model of the largest complete run, or of a new run."""
        names = list(SCALES)
        larger = [SCALES[name] for name in names[names.index(self.scale.name) + 1 :]]
        for scale in [*reversed(larger), self.scale]:
            for folder in (self.runs_folder, *self.reused_folders):
                options = {"seed": self.seed, "runs_folder": folder}
                if has_run(training, scale, **options):
                    return scale, trained_run(training, scale, **options)
        if not self.train:
            raise FileNotFoundError(f"No complete run of {training.name} is at hand.")
        self.log(f"{training.name}: training at the scale {self.scale.name}")
        run = trained_run(
            training,
            self.scale,
            seed=self.seed,
            runs_folder=self.runs_folder,
            evaluation_classifier=lambda: _evaluation_classifier(training.dataset),
            callbacks=self.callbacks,
        )
        return self.scale, run

    def cells(self, table: str) -> list[tuple[Cell, list[float]]]:
        """Returns the cells of a table with our values of the largest scale.

        `used` then contains the settings of the results. A cell without a result has no values.

        Raises:
            FileNotFoundError: If no cell has a result.
        """
        pairs = []
        for cell in get_table(table).cells:
            scale, results = best_runs(cell, self.results)
            for result in results:
                # Not the name alone, which is that of a model in `run`.
                self.used[f"{table}: {cell.training.name}"] = {
                    "scale": scale,
                    "epochs": result["epochs"],
                    "train_images": result["train_images"],
                    "seed": result["seed"],
                    "backend": result["backend"],
                    "data": result.get("data", {}).get("source", ""),
                }
            pairs.append((cell, cell_values(cell, results)))
        if not any(values for _, values in pairs):
            raise FileNotFoundError(
                f"The figure needs results of the table {table}. "
                f"`python -m reproduction {table}` makes them."
            )
        return pairs

    def data(self, name: str) -> ImageDataset:
        """Returns all images of a dataset."""
        data = _load(name)
        self.used[name] = {"data": describe_data(name, data)["source"]}
        return data


@functools.lru_cache(maxsize=1)  # CIFAR-10 takes half a minute to read
def _load(name):
    return load(name)


@functools.cache
def _evaluation_classifier(dataset):
    """Returns a small classifier, because no figure shows the metrics that need it."""
    data = _load(dataset)
    return train_evaluation_classifier(
        data.x_train[:2000], data.y_train[:2000], data.class_names, augment=False, **_CLASSIFIER
    )
