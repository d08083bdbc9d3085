"""Saving and loading of models, with errors that describe a bad file."""

import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras

from keras_regen.atomic_files import atomic_write
from keras_regen.checks import check_path
from keras_regen.compressed_files import ExpansionError, check_zip, is_damage

_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"


def save_model(model: keras.Model, path: str | os.PathLike) -> None:
    """Saves a model to a file, which is never left incomplete, and creates its folder.

    Args:
        model: The model.
        path: A `.keras` file. An existing file stays until the new file is complete.

    Examples:
        >>> import pathlib, tempfile
        >>> import keras
        >>> from keras_regen.saving import save_model
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "new/model.keras"
        >>> save_model(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), file)
        >>> file.exists()
        True
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        model.save(partial)


def load_model(path: str | os.PathLike, **kwargs: Any) -> keras.Model:
    """Loads a model from a `.keras` file, or from the folder of a run or of `save_to_preset`.

    `keras.saving.load_model` loads the same models after `import keras_regen`. This function also
    describes the fault of a bad file.

    Args:
        path: A `.keras` file, or a folder with `model.keras` in it, or with the files of
            `save_to_preset`.
        **kwargs: Further arguments of `keras.saving.load_model`.

    Returns:
        The model, compiled if it was compiled when saved.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file is truncated, is no `.keras` file, or holds a model that cannot be
            built, for instance with a layer of a package that is not imported.

    Examples:
        >>> import keras_regen
        >>> keras_regen.load_model("missing.keras")
        Traceback (most recent call last):
        ...
        FileNotFoundError: Expected a `.keras` file, or a folder with model.keras in it...
    """
    path = check_path("path", path)
    file = path / "model.keras" if path.is_dir() else path
    if not file.exists() and (path / _CONFIG).exists():
        _check_folder(path)
        return _load(path, **kwargs)
    if not file.exists():
        raise FileNotFoundError(
            "Expected a `.keras` file, or a folder with model.keras in it. "
            f"Received: {str(path)!r}, without the file {file.name}."
        )
    try:
        with zipfile.ZipFile(file) as archive:
            check_zip(archive)
            missing = {_CONFIG, _WEIGHTS} - set(archive.namelist())
            damaged = archive.testzip()
            if not missing and not damaged:
                _check_weights(archive)
    except Exception as error:
        if not is_damage(error):
            raise
        raise ValueError(
            f"{str(file)!r} is not a complete `.keras` file: it is truncated or of another format "
            f"({error}). Use another copy or a checkpoint."
        ) from error
    if missing or damaged:
        raise ValueError(
            f"{str(file)!r} is not a complete `.keras` file: "
            f"{f'{damaged} is damaged' if damaged else f'it has no {sorted(missing)}'}."
        )
    return _load(file, **kwargs)


def _load(file: Path, **kwargs: Any) -> keras.Model:
    """Loads a complete file or folder, with an error that names the class that cannot be built."""
    try:
        return keras.saving.load_model(file, **kwargs)
    except Exception as error:  # the classes that the file names may raise any error
        if not is_damage(error):
            raise
        raise ValueError(
            f"{str(file)!r} holds a {_model_class(file)} that cannot be built. Expected a model of "
            "classes of Keras and keras_regen. For any other class, import its package first, or "
            f"pass it in `custom_objects`. The error of Keras: {_reason(error)}"
        ) from error


def without_backend(config: Any) -> Any:
    """Names the optimizers in a configuration as every backend knows them.

    On PyTorch, Keras writes the optimizers as classes of its PyTorch backend, which other backends
    cannot train with, and cannot import without PyTorch.

    Args:
        config: Serialized Keras object, or any part of it.

    Returns:
        The configuration, with the classes of `keras.optimizers`.

    Examples:
        >>> from keras_regen.saving import without_backend
        >>> module = "keras.src.backend.torch.optimizers.torch_adam"
        >>> without_backend({"module": module, "class_name": "Adam", "config": {}})
        {'module': 'keras.optimizers', 'class_name': 'Adam', 'config': {}}
    """
    if isinstance(config, (list, tuple)):
        return type(config)(without_backend(part) for part in config)
    if not isinstance(config, dict):
        return config
    config = {name: without_backend(part) for name, part in config.items()}
    if re.match(r"keras\.src\.backend\.\w+\.optimizers\.", str(config.get("module"))):
        config["module"] = "keras.optimizers"
    return config


def _model_class(file):
    """The name of the model's class in the file."""
    try:
        if file.is_dir():
            config = json.loads((file / _CONFIG).read_bytes())
        else:
            with zipfile.ZipFile(file) as archive:
                config = json.loads(archive.read(_CONFIG))
        return config["registered_name"] or config["class_name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "model of an unknown class"


def _check_folder(folder):
    """Raises an error if the files of a model in a folder are missing or damaged."""
    weights = folder / _WEIGHTS
    try:
        json.loads((folder / _CONFIG).read_bytes())
        with open(weights, "rb") as file:
            _check_sizes(file, weights.stat().st_size)
    except FileNotFoundError as error:
        raise ValueError(
            f"{str(folder)!r} does not hold a complete model: it has no {_WEIGHTS}. Use another "
            "copy."
        ) from error
    except Exception as error:
        if not is_damage(error):
            raise
        raise ValueError(
            f"{str(folder)!r} does not hold a complete model: a file is truncated or of another "
            f"format ({error}). Use another copy."
        ) from error


def _check_weights(archive):
    available = archive.getinfo(_WEIGHTS).file_size
    with archive.open(_WEIGHTS) as file:
        _check_sizes(file, available)


def _check_sizes(file, available):
    """Raises an error if the weights claim to be larger than their file.

    HDF5 has weights of which nothing is stored, and Keras would ask for their memory.
    """
    sizes = []
    with h5py.File(file) as weights:
        weights.visititems(lambda name, item: sizes.append(getattr(item, "nbytes", 0)))
    if sum(sizes) > available:
        raise ExpansionError(
            f"the weights have {available:,} bytes and claim to have {sum(sizes):,}"
        )


def _reason(error):
    """The first line of the innermost error: the outer errors repeat the model's configuration."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error).strip().split("\n")[0].split(" Full object config")[0]
