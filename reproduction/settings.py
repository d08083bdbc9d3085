"""What a training is asked for at a scale, and whether a result was made so."""

from typing import Any

from keras_regen.presets import Preset, get_preset
from reproduction.scale import Scale
from reproduction.table import Training


def settings_of(training: Training, scale: Scale, seed: int) -> dict[str, Any]:
    """Gives all that a result must have been made with, to be the one that is asked for.

    Args:
        training: What is trained.
        scale: At what expense.
        seed: Integer: of all that is random.

    Returns:
        What stands in the result's file beside its figures.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import settings_of
        >>> settings_of(Training("csae_mnist", "mnist"), SCALES["paper"], 0)["epochs"]
        120
    """
    return {
        "preset": training.preset,
        "dataset": training.dataset,
        "class_name": training.class_name,
        **run_settings(training, scale),
        "scale": scale.name,
        "seed": seed,
        "most_images": list(most_images(training, scale).values()),
        "judge_network": scale.judge_network,
        "judge_steps": scale.judge_steps,
        "student_steps": scale.student_steps,
    }


def is_as_asked(result: dict[str, Any], training: Training, scale: Scale) -> bool:
    """Tells whether a result was made as it is asked for now.

    A scale may have changed since, and its name not.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import is_as_asked
        >>> is_as_asked({"seed": 0, "epochs": 3}, Training("csae_mnist", "mnist"), SCALES["quick"])
        False
    """
    asked = settings_of(training, scale, result["seed"])
    return all(result.get(name) == value for name, value in asked.items())


def run_settings(training: Training, scale: Scale) -> dict[str, Any]:
    """Gives the arguments of `train_run` that the scale decides: blanks where nothing is trained.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import run_settings
        >>> run_settings(Training("csae_mnist", "mnist"), SCALES["quick"])["options"]
        {'stem_filters': 16}
    """
    samples = {"samples_per_class": scale.samples_per_class}
    if training.preset is None:
        return {
            "epochs": 0,
            "batch_size": None,
            "options": {},
            "pretraining_options": {},
            **samples,
        }
    recipe = get_preset(training.preset)
    small_first = (
        {} if recipe.pretraining is None else _small(get_preset(recipe.pretraining[1]), scale)
    )
    return {
        "epochs": scale.longer.get(recipe.model, scale.epochs) or recipe.epochs,
        "batch_size": scale.batch_size or recipe.batch_size,
        "options": {**_small(recipe, scale), **training.options},
        "pretraining_options": {**small_first, **training.pretraining_options},
        **samples,
    }


def most_images(training: Training, scale: Scale) -> dict[str, int | None]:
    """Gives how many images to take, at most, to train and to test on; `None` for all.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import most_images
        >>> most_images(Training("csae_mnist", "mnist"), SCALES["paper"])
        {'train': None, 'test': None}
    """
    if training.class_name is None:
        return {"train": scale.train_images, "test": scale.test_images}
    return {"train": scale.class_images, "test": scale.class_images}


def _small(recipe: Preset, scale: Scale):
    """Arguments that keep a recipe's model small."""
    return scale.options.get(recipe.options.get("network", recipe.model), {})
