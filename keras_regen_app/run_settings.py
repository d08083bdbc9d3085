"""The settings of a training run, which its folder keeps in `run.json`."""

import json
import os
from pathlib import Path
from typing import Any

import keras

import keras_regen
from keras_regen.datasets import ImageDataset, load
from keras_regen.datasets.loading import from_anywhere
from keras_regen.presets import get_preset

SETTINGS = "run.json"


def new_settings(
    preset: str,
    *,
    dataset: str | None = None,
    image_size: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    options: dict[str, Any] | None = None,
    pretraining_options: dict[str, Any] | None = None,
    pretrained: str | os.PathLike | None = None,
    samples_per_class: int = 200,
) -> dict[str, Any]:
    """Returns the settings of a new run, with the preset's defaults and the versions in use.

    The arguments are as in `keras_regen_app.runs.train_run`.

    Raises:
        ValueError: If the preset is unknown, or does not allow pretraining options or a
            pretrained network.
    """
    recipe = get_preset(preset)
    if pretraining_options and (recipe.pretraining is None or pretrained is not None):
        raise ValueError(
            "`pretraining_options` needs a preset with pretraining, such as 'regene_mnist', and no "
            f"pretrained network. Received: pretraining_options={pretraining_options} with "
            f"{preset!r}, pretrained={pretrained!r}."
        )
    if pretrained is not None and recipe.pretraining is None:
        raise ValueError(
            "`pretrained` needs a preset with pretraining: a classifier for presets such as "
            "'regene_mnist', or a VAE for presets such as 'degan_mnist'. "
            f"Received: {str(pretrained)!r} with {preset!r}."
        )
    return {
        "preset": preset,
        # An absolute path stays valid when the run is resumed from another folder.
        "dataset": from_anywhere(dataset or recipe.dataset),
        "image_size": image_size,
        "epochs": recipe.epochs if epochs is None else epochs,
        "batch_size": recipe.batch_size if batch_size is None else batch_size,
        "seed": seed,
        "options": dict(options or {}),
        "pretraining_options": dict(pretraining_options or {}),
        "pretrained": None if pretrained is None else os.path.abspath(pretrained),
        "samples_per_class": samples_per_class,
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "keras_regen": keras_regen.__version__,
    }


def read_settings(folder: str | os.PathLike) -> dict[str, Any]:
    """Reads the settings of the run in a folder.

    Raises:
        FileNotFoundError: If the folder contains no run.
    """
    path = Path(folder) / SETTINGS
    if not path.exists():
        raise FileNotFoundError(
            f"Expected the folder of a run, which contains {SETTINGS}. Received: {str(folder)!r}."
        )
    return json.loads(path.read_text())


def load_dataset(settings: dict[str, Any]) -> ImageDataset:
    """Loads the dataset of a run."""
    return load(settings["dataset"], image_size=settings["image_size"], seed=settings["seed"])
