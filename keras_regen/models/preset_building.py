"""Models from the recipe of a preset, or from a folder or repository of `save_to_preset`."""

import dataclasses
import inspect
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from keras_regen.checks import as_integers, check_integer
from keras_regen.class_names import as_class_names
from keras_regen.models.sharing import HUB, download_preset
from keras_regen.optimizers import build_optimizer
from keras_regen.precision import precision_scope
from keras_regen.presets import Preset, get_preset, list_presets
from keras_regen.saving import load_model

# The configuration of a model in a folder, or the model in a single file.
_MODEL_FILES = ("config.json", "model.keras")


class PresetsOfClass:
    """A class attribute: a dict from names to the recipes of the class.

    Examples:
        >>> from keras_regen import CSAE
        >>> CSAE.presets["csae_mnist"].epochs
        120
    """

    def __get__(self, instance: object, owner: type) -> dict[str, Preset]:
        return {preset.name: preset for preset in list_presets() if preset.model == owner.__name__}


def as_preset(preset: Any) -> Preset | None:
    """Returns the preset that the argument of a model's constructor means.

    Args:
        preset: `Preset`, a dict of its fields as in a saved model, or `None`.

    Raises:
        ValueError: If the argument is anything else.
    """
    if isinstance(preset, dict):
        fields = {field.name for field in dataclasses.fields(Preset)}
        needed = {
            field.name
            for field in dataclasses.fields(Preset)
            if field.default is dataclasses.MISSING
        }
        if needed <= set(preset) <= fields:
            preset = Preset(**preset)
    if preset is not None and not isinstance(preset, Preset):
        raise ValueError(
            f"`preset` must be a `keras_regen.presets.Preset` or None. Received: preset={preset!r}."
        )
    return preset


def model_from_preset(
    cls: type[keras.Model],
    preset: str | os.PathLike | Preset,
    image_shape: tuple[int, int, int] | None = None,
    class_names: Sequence[str] | None = None,
    num_samples: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    precision: str | None = None,
    **options: Any,
) -> keras.Model:
    """Builds or loads the model of `ImageModel.from_preset`, which describes the arguments."""
    if class_names is not None:
        class_names = as_class_names(class_names)
    changes = {
        "image_shape": None if image_shape is None else as_integers("image_shape", image_shape, 1),
        "num_classes": None if class_names is None else len(class_names),
        "num_samples": num_samples,
        "epochs": epochs,
        "batch_size": batch_size,
    }
    changes = {name: value for name, value in changes.items() if value is not None}
    if not isinstance(preset, Preset):
        names = {recipe.name for recipe in list_presets()}
        if isinstance(preset, str) and preset.startswith(HUB):
            _check_no_changes(preset, bool(changes or options or precision))
            return _from_folder(cls, download_preset(preset), preset)
        is_path = isinstance(preset, (str, os.PathLike))
        if is_path and os.path.isdir(preset) and preset not in names:
            _check_no_changes(str(preset), bool(changes or options or precision))
            return _from_folder(cls, Path(preset), str(preset))
        preset = get_preset(preset)
    for name in changes.keys() & {"num_samples", "epochs", "batch_size"}:
        check_integer(name, changes[name], 1)
    check_integer("seed", seed, 0)
    if preset.steps is not None and "epochs" in changes:
        changes["steps"] = None
    # The recipe is plain data, without networks.
    networks = {name: value for name, value in options.items() if isinstance(value, keras.Model)}
    options = {name: value for name, value in options.items() if name not in networks}
    preset = dataclasses.replace(preset, options=preset.options | options, **changes)
    model_class = keras.saving.get_registered_object(f"keras_regen>{preset.model}")
    _check_class(cls, model_class, preset.name)
    takes_names = "class_names" in inspect.signature(model_class.for_images).parameters
    needed = ["image_shape"] * (preset.image_shape is None)
    needed += ["class_names"] * (takes_names and preset.num_classes is None)
    needed += ["num_samples"] * (preset.steps is None and preset.num_samples is None)
    if needed:
        raise ValueError(
            f"The recipe {preset.name!r} is for any images: give "
            f"{' and '.join(f'`{name}=`' for name in needed)}, such as "
            f"`from_preset({preset.name!r}, image_shape=x.shape[1:], class_names=[...])`."
        )
    arguments = {"seed": seed, **preset.options, **networks}
    if seed:  # the default takes the seed of a recipe that has one
        arguments["seed"] = seed
    if takes_names:
        arguments["class_names"] = class_names or as_class_names(range(preset.num_classes))
    elif class_names is not None:
        raise ValueError(
            f"{model_class.__name__} has no classes, so it takes no class names. "
            f"Received: class_names={list(class_names)}."
        )
    try:
        with precision_scope(precision):
            model = model_class.for_images(preset.image_shape, **arguments)
    except TypeError as error:
        known = ", ".join(_options_of(model_class))
        raise ValueError(
            f"The `options` of preset {preset.name!r} must be arguments of "
            f"`{model_class.__name__}.for_images`: {known}. {error}. "
            f"Received: options={dict(preset.options)}."
        ) from error
    steps = preset.steps or preset.epochs * -(-preset.num_samples // preset.batch_size)
    model.compile(_optimizers(preset, steps))
    model.preset = preset
    return model


def preset_options(preset: Preset) -> dict[str, Any]:
    """Returns the options of a preset that can be changed, and their values.

    Args:
        preset: The preset.

    Returns:
        A dict from the arguments of the model's `for_images` to their values in the preset.

    Examples:
        >>> from keras_regen.models.preset_building import preset_options
        >>> from keras_regen.presets import get_preset
        >>> preset_options(get_preset("csae_digits"))["latent_dim"]
        32
    """
    model_class = keras.saving.get_registered_object(f"keras_regen>{preset.model}")
    return _options_of(model_class) | dict(preset.options)


def _options_of(model_class):
    """The options of the class's `for_images`, and their defaults."""
    return {
        parameter.name: parameter.default
        for parameter in inspect.signature(model_class.for_images).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name != "seed"
    }


def _optimizers(preset, steps):
    arguments = preset.optimizer_arguments()
    if "name" in arguments:
        return build_optimizer(total_steps=steps, **arguments)
    return {
        network: build_optimizer(total_steps=steps, **values)
        for network, values in arguments.items()
    }


def _check_no_changes(name, changed):
    if changed:
        raise ValueError(
            f"The model in {name!r} is trained: its shape and options are its own. Give other "
            "arguments only with the name of a preset."
        )


def _from_folder(cls, folder, name):
    if not any((folder / file).exists() for file in _MODEL_FILES):
        raise ValueError(
            "Expected a folder that `save_to_preset` wrote, with "
            f"{' or '.join(_MODEL_FILES)} in it. Received: {name!r}."
        )
    model = load_model(folder)
    _check_class(cls, type(model), name)
    return model


def _check_class(cls, model_class, name):
    if not issubclass(model_class, cls):
        raise ValueError(
            f"{cls.__name__} cannot be built from {name!r}, which is a {model_class.__name__}. "
            f"Use {model_class.__name__}.from_preset({name!r})."
        )
