"""The pretraining of a network in a model, such as the classifier of ReGene."""

import math
import os
from collections.abc import Sequence
from typing import Any

import keras

from keras_regen import models
from keras_regen.presets import Preset, get_preset
from keras_regen.saving import load_model


def pretraining_network(settings: dict[str, Any]) -> str | None:
    """Returns the name of the network that a run pretrains, such as `"classifier"`.

    Returns:
        A name, or `None` if the preset has no pretraining or the run uses a pretrained network.
    """
    pretraining = get_preset(settings["preset"]).pretraining
    return None if pretraining is None or settings["pretrained"] is not None else pretraining[0]


def pretraining_arguments(settings: dict[str, Any]) -> dict[str, Any]:
    """Returns the arguments of `train_run` for the pretraining of a run.

    The epochs and the batch size are scaled by the same factors as in the main training.
    """
    images = settings["training_images"]
    recipe = get_preset(settings["preset"])
    _, name = recipe.pretraining
    pretraining = get_preset(name)
    # Options that both networks must share, such as the latent's size.
    shared = getattr(getattr(models, recipe.model), "SHARED_OPTIONS", ())
    options = {name: value for name, value in settings["options"].items() if name in shared}
    return {
        "preset": name,
        "dataset": settings["dataset"],
        "image_size": settings["image_size"],
        "fit": settings["fit"],
        "epochs": math.ceil(
            _epochs(pretraining, images) * settings["epochs"] / _epochs(recipe, images)
        ),
        "batch_size": math.ceil(
            pretraining.batch_size * settings["batch_size"] / recipe.batch_size
        ),
        "seed": settings["seed"],
        "options": options | settings["pretraining_options"],
        "samples_per_class": settings["samples_per_class"],
        "precision": settings["precision"],
    }


def _epochs(recipe: Preset, num_images: int | None) -> int:
    return recipe.epochs_for(-(-(num_images or 1) // recipe.batch_size))


def load_pretrained(
    settings: dict[str, Any],
    class_names: Sequence[str],
    path: str | os.PathLike | None = None,
) -> dict[str, keras.Model]:
    """Loads the pretrained network of a run.

    Args:
        settings: Settings of the run.
        class_names: Names of the classes of the run.
        path: The `.keras` file or the folder of the pretraining. Defaults to the `pretrained`
            network of the settings.

    Returns:
        The network by the name of its argument in `for_images`; empty without a path.

    Raises:
        ValueError: If the network is a classifier of other classes, or of the same classes in
            another order.
    """
    path = settings["pretrained"] if path is None else path
    if path is None:
        return {}
    name, _ = get_preset(settings["preset"]).pretraining
    model = load_model(path)
    known = list(getattr(model, "class_names", ()))
    # The default names, which are numbers, name no classes.
    named = known != [str(label) for label in range(len(known))]
    if name == "classifier" and named and known != list(class_names):
        raise ValueError(
            f"The pretrained classifier must have the classes {list(class_names)} of the images, "
            f"in this order. Received: {os.fspath(path)!r}, a classifier of {known}."
        )
    return {name: _network(model, name)}


def _network(model: keras.Model, name: str) -> keras.Model:
    """Returns the network of this name in a model, or the model itself."""
    if name == "classifier" and isinstance(model, models.Classifier):
        return model.network
    return getattr(model, name, model)
