"""Loading of the model and the images that the arguments of a command name."""

from pathlib import Path
from typing import Any

import click

from keras_regen import ImageModel, list_pretrained, load_model, load_pretrained
from keras_regen.datasets import ImageDataset, load
from keras_regen_app.run_settings import SETTINGS, read_settings

ZOO = "zoo:"


def load_image_model(path: str) -> ImageModel:
    """Loads a model of keras_regen from a `.keras` file, the folder of a run, or the zoo.

    Args:
        path: Path of the file or folder, or `zoo:NAME`.

    Raises:
        FileNotFoundError: If the file or folder does not exist.
        ValueError: If the file is damaged or contains another kind of model, or the zoo has no
            model of this name.
    """
    if path.startswith(ZOO):
        return load_pretrained(path.removeprefix(ZOO))
    model = load_model(path)
    if not isinstance(model, ImageModel):
        raise ValueError(
            f"Expected a model of keras_regen, such as CSAE or ReGene. Received: {path!r}, which "
            f"contains a plain Keras {type(model).__name__}. If this model classifies images, "
            "`keras-regen train regene_mnist --classifier` (or another ReGene preset) trains a "
            "generative model around it."
        )
    return model


def load_model_and_data(path: str, dataset: str | None) -> tuple[ImageModel, ImageDataset]:
    """Loads a model, and images with its size, channels and labels.

    Args:
        path: A `.keras` file, the folder of a run, or `zoo:NAME`.
        dataset: Name or path of the images, or `None` for the dataset of the run or of the zoo's
            model. Images without a test set are split with the seed of the run, so that the model
            has not seen the held-out images.

    Returns:
        The model and the dataset.

    Raises:
        click.UsageError: If `dataset` is `None` and the model does not belong to a run.
        FileNotFoundError: If the model or the dataset does not exist.
        ValueError: If the model is damaged or of another kind, or lacks a class of the images.
    """
    model = load_image_model(path) if path.startswith(ZOO) else None
    settings = _settings(path)
    if dataset is None and not settings and Path(path).exists():
        raise click.UsageError(
            f"{path!r} does not belong to a run: name the images with `--dataset`."
        )
    model = model or load_image_model(path)
    height, width, channels = model.image_shape
    data = load(
        dataset or settings["dataset"],
        image_size=(height, width),
        fit=settings.get("fit", "crop"),
        color_mode="grayscale" if channels == 1 else "rgb",
        # A model outside the folder of its run has the seed in its preset.
        seed=settings.get("seed", model.preset.options.get("seed", 0) if model.preset else 0),
    )
    return model, data.with_classes(model.class_names) if model.num_classes else data


def _settings(path: str) -> dict[str, Any]:
    """Returns the settings of the run that contains a model; empty if no run contains it."""
    if path.startswith(ZOO):
        return {"dataset": list_pretrained()[path.removeprefix(ZOO)]["dataset"]}
    absolute = Path(path).absolute()
    folder = absolute if absolute.is_dir() else absolute.parent
    if folder.name == "checkpoints":
        folder = folder.parent
    return read_settings(folder) if (folder / SETTINGS).exists() else {}
