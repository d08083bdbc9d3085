"""The model and the images that a command is given by name."""

from pathlib import Path
from typing import Any

import click

from keras_regen import ImageModel, load_model
from keras_regen.datasets import ImageDataset, load
from keras_regen_app.runs import SETTINGS, read_settings


def load_image_model(path: str) -> ImageModel:
    """Loads a model of this package from a `.keras` file or the folder of a run.

    Raises:
        FileNotFoundError: If there is none.
        ValueError: If it is damaged, or another kind of model.
    """
    model = load_model(path)
    if not isinstance(model, ImageModel):
        raise ValueError(
            f"Expected a model of keras_regen, such as CSAE or ReGene. Received: {path!r}, which "
            f"holds a {type(model).__name__} of plain Keras. If that classifies images, "
            "`keras-regen train regene_mnist --classifier` (or another recipe of ReGene) trains a "
            "model that draws around it."
        )
    return model


def load_model_and_data(path: str, dataset: str | None) -> tuple[ImageModel, ImageDataset]:
    """Loads a model, and images as it takes them: of its size and channels, with its labels.

    Args:
        path: A `.keras` file or the folder of a run.
        dataset: Name or path of the images, or `None` for those of the run. Images that have no
            test set of their own are split as in the run, so that what is held out is what the
            model has not seen.

    Raises:
        click.UsageError: If no images are named, and the model is not of a run.
        FileNotFoundError: If there is no such model or dataset.
        ValueError: If the model is damaged or of another kind, or has not all classes of the
            images.
    """
    settings = _settings(path)
    if dataset is None and not settings and Path(path).exists():
        raise click.UsageError(f"{path!r} is not of a run: name the images with `--dataset`.")
    model = load_image_model(path)
    height, width, channels = model.image_shape
    data = load(
        dataset or settings["dataset"],
        image_size=(height, width),
        color_mode="grayscale" if channels == 1 else "rgb",
        seed=settings.get("seed", 0),
    )
    return model, data.with_classes(model.class_names)


def _settings(path: str) -> dict[str, Any]:
    """What the run was asked for that a model is of; empty if it is of none."""
    place = Path(path).absolute()
    folder = place if place.is_dir() else place.parent
    if folder.name == "checkpoints":
        folder = folder.parent
    return read_settings(folder) if (folder / SETTINGS).exists() else {}
