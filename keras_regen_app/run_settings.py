"""The settings of a training run, which its folder keeps in `run.json`."""

import copy
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_regen
from keras_regen.datasets import ImageDataset, load
from keras_regen.datasets.loading import absolute_dataset_path
from keras_regen.presets import get_preset

SETTINGS = "run.json"
_NEW_RUN = "Restore the file, or start a new run with `--overwrite`."
_REQUIRED = object()
_NONE = type(None)
# The types and the default of each setting.
_SETTINGS: dict[str, tuple[tuple[type, ...], Any]] = {
    "preset": ((str,), _REQUIRED),
    "dataset": ((str,), _REQUIRED),
    "image_size": ((int, list, _NONE), None),
    "fit": ((str,), "stretch"),
    "epochs": ((int,), _REQUIRED),
    "batch_size": ((int,), _REQUIRED),
    "seed": ((int,), 0),
    "options": ((dict,), {}),
    "pretraining_options": ((dict,), {}),
    "pretrained": ((str, _NONE), None),
    "samples_per_class": ((int,), 200),
    "backend": ((str,), _REQUIRED),
    "training_images": ((int, _NONE), None),
    "images_hash": ((str, _NONE), None),
}
# Arguments of `from_preset` that are no options of a model.
_RESERVED = {"image_shape", "class_names", "num_samples", "epochs", "batch_size", "seed"}
_COUNTS = {"epochs": 1, "batch_size": 1, "seed": 0, "samples_per_class": 1}
_KIND_NAMES = {str: "a string", int: "an integer", dict: "an object", list: "a list", _NONE: "null"}


def new_settings(
    preset: str,
    *,
    dataset: str | None = None,
    image_size: int | tuple[int, int] | None = None,
    fit: str = "crop",
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    options: dict[str, Any] | None = None,
    pretraining_options: dict[str, Any] | None = None,
    pretrained: str | os.PathLike | None = None,
    samples_per_class: int | None = None,
) -> dict[str, Any]:
    """Returns the settings of a new run, with the preset's defaults and the versions in use.

    The arguments are as in `keras_regen_app.runs.train_run`.

    Raises:
        ValueError: If the preset is unknown, or does not allow pretraining options or a
            pretrained network.
    """
    recipe = get_preset(preset)
    reserved = sorted(_RESERVED & {*(options or {}), *(pretraining_options or {})})
    if reserved:
        raise ValueError(
            "`options` are the options of the model. "
            f"Received: {', '.join(reserved)}, which the run sets itself."
        )
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
    if dataset is None and recipe.dataset is None:
        raise ValueError(
            f"The recipe {preset!r} is for any images: name them by `dataset`. Received: None."
        )
    return {
        "preset": preset,
        # An absolute path stays valid when the run is resumed from another folder.
        "dataset": absolute_dataset_path(dataset or recipe.dataset),
        "image_size": image_size,
        "fit": fit,
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

    A run of an earlier version lacks some settings, which get their defaults.

    Raises:
        FileNotFoundError: If the folder contains no run.
        ValueError: If the file is no JSON object, or a setting is missing or has another type.
    """
    path = Path(folder) / SETTINGS
    if not path.exists():
        raise FileNotFoundError(
            f"Expected the folder of a run, which contains {SETTINGS}. Received: {str(folder)!r}."
        )
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{str(path)!r} must contain a JSON object with the settings of a run. The file is "
            f"damaged: {error}. {_NEW_RUN}"
        ) from None
    if not isinstance(settings, dict):
        raise ValueError(
            f"{str(path)!r} must contain a JSON object with the settings of a run. "
            f"Received: a {type(settings).__name__}. {_NEW_RUN}"
        )
    for name, (kinds, default) in _SETTINGS.items():
        if name not in settings and default is not _REQUIRED:
            settings[name] = copy.copy(default)
        if name not in settings:
            raise ValueError(f"{str(path)!r} lacks the setting {name!r}. {_NEW_RUN}")
        value = settings[name]
        is_valid = isinstance(value, kinds) and not isinstance(value, bool)
        if not is_valid or (name in _COUNTS and value is not None and value < _COUNTS[name]):
            expected = " or ".join(_KIND_NAMES[kind] for kind in kinds)
            least = f" of at least {_COUNTS[name]}" if name in _COUNTS else ""
            raise ValueError(
                f"The setting {name!r} in {str(path)!r} must be {expected}{least}. "
                f"Received: {value!r}. {_NEW_RUN}"
            )
    get_preset(settings["preset"])  # raises for an unknown name
    return settings


def load_dataset(settings: dict[str, Any]) -> ImageDataset:
    """Loads the dataset of a run."""
    return load(
        settings["dataset"],
        image_size=settings["image_size"],
        fit=settings["fit"],
        seed=settings["seed"],
    )


def describe_images(data: ImageDataset) -> dict[str, Any]:
    """Identifies the training images of a run, and the order of its classes.

    Returns:
        A dict of `training_images`, their number, and `images_hash`, a hash of the images and
        labels and of the names of the classes.
    """
    digest = hashlib.blake2b(digest_size=8)
    for part in (data.x_train, data.y_train.astype("int64")):
        digest.update(np.ascontiguousarray(part))
    digest.update(json.dumps(data.class_names).encode())
    return {"training_images": len(data.x_train), "images_hash": digest.hexdigest()}


def check_images_of_run(settings: dict[str, Any], data: ImageDataset) -> None:
    """Raises an error unless a dataset has the training images that a run was started with.

    Raises:
        ValueError: If the number or the content of the training images differs.
    """
    now = describe_images(data)
    # A run of an earlier version did not record its images.
    if settings["images_hash"] in (None, now["images_hash"]):
        return
    raise ValueError(
        f"The run was started with {settings['training_images']} training images of "
        f"{settings['dataset']!r} (hash {settings['images_hash']}), and can only be resumed with "
        f"the same images, labels and classes. Received: {now['training_images']} training images "
        f"(hash {now['images_hash']}). Restore the images, or start a new run."
    )
