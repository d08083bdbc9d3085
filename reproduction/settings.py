"""The settings of a training run at a scale, and their comparison with those of a result."""

from typing import Any

from keras_regen.presets import Preset, get_preset
from reproduction.scale import Scale
from reproduction.table import Training


def result_settings(training: Training, scale: Scale, seed: int) -> dict[str, Any]:
    """Returns the settings that the file of a result states in addition to the measured figures.

    Args:
        training: Training whose result it is.
        scale: Scale of the training and of the measurement.
        seed: Integer: seed of the training run.

    Returns:
        Values by their key in the JSON file.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import result_settings
        >>> result_settings(Training("csae_mnist", "mnist"), SCALES["paper"], 0)["epochs"]
        120
    """
    settings = run_settings(training, scale)
    # The keys `first_options`, `judge_network` and `judge_steps` are those of the stored results.
    return {
        "preset": training.preset,
        "dataset": training.dataset,
        "class_name": training.class_name,
        "first_options": settings.pop("pretraining_options"),
        **settings,
        "scale": scale.name,
        "seed": seed,
        "most_images": list(image_limits(training, scale).values()),
        "judge_network": scale.classifier_network,
        "judge_steps": scale.classifier_steps,
        "student_steps": scale.student_steps,
    }


def has_current_settings(result: dict[str, Any], training: Training, scale: Scale) -> bool:
    """Checks that a result has the current settings of its training and scale.

    A scale may have changed after the result was written, under the same name.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import has_current_settings
        >>> result = {"seed": 0, "epochs": 3}
        >>> has_current_settings(result, Training("csae_mnist", "mnist"), SCALES["quick"])
        False
    """
    settings = result_settings(training, scale, result["seed"])
    return all(result.get(name) == value for name, value in settings.items())


def run_settings(training: Training, scale: Scale) -> dict[str, Any]:
    """Returns the arguments of `train_run` that depend on the scale.

    A `Training` without a preset has no epochs and no options.

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
    preset = get_preset(training.preset)
    small_pretraining = (
        {} if preset.pretraining is None else _small(get_preset(preset.pretraining[1]), scale)
    )
    return {
        "epochs": _epochs(preset, scale),
        "batch_size": scale.batch_size or preset.batch_size,
        "options": {**_small(preset, scale), **training.options},
        "pretraining_options": {**small_pretraining, **training.pretraining_options},
        **samples,
    }


def image_limits(training: Training, scale: Scale) -> dict[str, int | None]:
    """Returns the maximum number of training and of test images; `None` for all.

    Examples:
        >>> from reproduction import SCALES, Training
        >>> from reproduction.settings import image_limits
        >>> image_limits(Training("csae_mnist", "mnist"), SCALES["paper"])
        {'train': None, 'test': None}
    """
    if training.class_name is None:
        return {"train": scale.train_images, "test": scale.test_images}
    return {"train": scale.class_images, "test": scale.class_images}


def _epochs(preset: Preset, scale: Scale):
    """Returns the epochs of a preset at a scale."""
    epochs = scale.model_epochs.get(preset.model, scale.epochs)
    if epochs is not None:
        return epochs
    return max(1, round(scale.epoch_shares.get(preset.model, 1) * preset.epochs))


def _small(preset: Preset, scale: Scale):
    """Returns the arguments that keep the preset's model small."""
    return scale.options.get(preset.options.get("network", preset.model), {})
