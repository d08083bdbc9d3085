"""The plan of a training run: the recipe for the images, and the epochs that fit into the time."""

import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_regen.datasets import ImageDataset
from keras_regen.datasets.image_files import MixedSizesError
from keras_regen.models.training_speed import training_speed
from keras_regen.presets import get_preset
from keras_regen_app.run_settings import load_dataset
from keras_regen_app.training_run import build_model

RECIPE = "csae"
DEFAULT_MINUTES = 10.0
# An epoch of larger images takes minutes on a CPU, and a small dataset needs hundreds of epochs.
_LARGEST_SIDE, _RESIZED_SIDE = 64, 32
# With fewer images of a class, its latents do not determine a mixture.
_FEW_PER_CLASS = 40
_FEW_IMAGES = 5_000
# A large dataset is trained for this number of epochs, if the time allows it.
_EPOCHS = 8
# The share of the time that remains for validation, checkpoints and a slower machine.
_RESERVE = 0.2


def load_for_recipe(settings: dict[str, Any], announce: Callable[[str], None]) -> ImageDataset:
    """Loads the images of a run without a preset, and resizes them if necessary.

    Args:
        settings: Settings of the run. `image_size` is set if the images are resized.
        announce: Function that receives a sentence for the user.
    """
    reason = None
    try:
        data = load_dataset(settings)
        height, width, _ = data.image_shape
        if max(height, width) > _LARGEST_SIDE:
            reason = f"they have {width}x{height} pixels"
    except MixedSizesError:
        reason = "their sizes differ"
    if reason is None or settings["image_size"] is not None:
        return data
    settings["image_size"] = _RESIZED_SIDE
    announce(
        f"Resizing the images to {_RESIZED_SIDE}x{_RESIZED_SIDE} pixels, because {reason} "
        "(`--image-size` sets another size)."
    )
    return load_dataset(settings)


def latent_size(image_shape: tuple[int, int, int]) -> int:
    """Returns the dimension of the latent for images of a size.

    Args:
        image_shape: `(height, width, channels)`.

    Examples:
        >>> from keras_regen_app.run_planning import latent_size
        >>> latent_size((8, 8, 1)), latent_size((32, 32, 3))
        (32, 128)
    """
    # At most half as many numbers as the image has, so that the encoder compresses it.
    return min(128, math.prod(image_shape) // 2)


def views_of(image_shape: tuple[int, int, int]) -> dict[str, Any]:
    """Returns the arguments of `MirrorAndShift` for images of a size.

    Small images are shifted less. Only color images are mirrored: gray images are often letters.

    Args:
        image_shape: `(height, width, channels)`.

    Examples:
        >>> from keras_regen_app.run_planning import views_of
        >>> views_of((32, 32, 3))
        {'shift': 2, 'mirror': True}
    """
    height, width, channels = image_shape
    return {"shift": max(1, min(height, width) // 16), "mirror": channels == 3}


def choose_options(data: ImageDataset) -> tuple[dict[str, Any], list[str]]:
    """Chooses the options of the recipe `csae` for a dataset.

    Args:
        data: The dataset.

    Returns:
        A dict of options for `CSAE.for_images`, and sentences with the reasons.

    Examples:
        >>> from keras_regen.datasets import load
        >>> from keras_regen_app.run_planning import choose_options
        >>> options, reasons = choose_options(load("digits"))
        >>> options["prior"], options["latent_dim"]
        ('mixture', 32)
    """
    height, width, _ = data.image_shape
    counts = np.bincount(data.y_train, minlength=data.num_classes)
    per_class = int(np.median(counts))
    options: dict[str, Any] = {"latent_dim": latent_size(data.image_shape)}
    reasons = [
        f"Recipe {RECIPE}: a model that classifies and generates, with sharp reconstructions, for "
        f"{len(data.x_train):,} images of {width}x{height} pixels in {data.num_classes} classes."
    ]
    if per_class < _FEW_PER_CLASS:
        options["prior"] = "deviation"
        reasons.append(
            f"prior=deviation: with {per_class} images per class, new images combine an image of "
            "the class with the variation of other classes."
        )
    else:
        options["prior"] = "mixture"
        reasons.append(
            f"prior=mixture: {per_class:,} images per class show the groups within a class."
        )
    if len(data.x_train) < _FEW_IMAGES and min(height, width) >= 16:
        options |= views_of(data.image_shape)
        kind = "mirrored and shifted" if options["mirror"] else "shifted"
        reasons.append(
            f"shift={options['shift']}, mirror={options['mirror']}: training images are {kind}, "
            "because they are few."
        )
    return options, reasons


def plan_epochs(
    settings: dict[str, Any],
    data: ImageDataset,
    networks: dict[str, keras.Model],
    *,
    minutes: float | None,
    automatic: bool,
    announce: Callable[[str], None],
) -> None:
    """Sets the epochs of a run, and narrows the networks of an automatic recipe if they are slow.

    Args:
        settings: Settings of the run. `epochs` is `None` if the user named no number.
        data: The dataset of the run.
        networks: Pretrained networks, as in `build_model`.
        minutes: Float: the longest duration of training, which a trial of some steps
            estimates. `None` for no limit.
        automatic: Whether the recipe was chosen for the data, because the user named no preset.
        announce: Function that receives a sentence for the user.

    Raises:
        ValueError: If not even one epoch fits into the time.
    """
    recipe = get_preset(settings["preset"])
    batches = -(-len(data.x_train) * (2 if recipe.mirror else 1) // settings["batch_size"])
    if settings["epochs"] is None:
        settings["epochs"] = recipe.epochs_for(batches)
        if automatic:
            settings["epochs"] = max(settings["epochs"], _EPOCHS)
    if minutes is None:
        return
    announce("Estimating the duration by a trial of some steps.")
    epoch_seconds = _epoch_seconds(settings, data, networks, batches)
    possible = _possible_epochs(minutes, epoch_seconds)
    if automatic and possible < settings["epochs"] and "stem_filters" not in settings["options"]:
        settings["options"]["stem_filters"] = 16
        announce(
            f"stem_filters=16: with the usual 32, only {possible} of {settings['epochs']} epochs "
            f"fit into {minutes:g} minutes."
        )
        epoch_seconds = _epoch_seconds(settings, data, networks, batches)
        possible = _possible_epochs(minutes, epoch_seconds)
    if possible < 1:
        least = math.ceil(epoch_seconds / 60 / (1 - _RESERVE))
        raise ValueError(
            f"The time limit is too short for an epoch, which takes about {epoch_seconds:.0f} "
            f"seconds here. Set `minutes` to at least {least}. Received: minutes={minutes:g}."
        )
    settings["epochs"] = min(settings["epochs"], possible)
    announce(
        f"Training for {settings['epochs']} epochs takes about "
        f"{_duration(settings['epochs'] * epoch_seconds)}."
    )


def _possible_epochs(minutes, epoch_seconds):
    return int(minutes * 60 * (1 - _RESERVE) / epoch_seconds)


def _epoch_seconds(settings, data, networks, batches):
    """Measures the duration of an epoch by a trial of some steps."""
    model = build_model(settings, data, networks)
    size = min(settings["batch_size"], len(data.x_train))
    step_seconds = size / training_speed(model, data.x_train, data.y_train, batch_size=size)
    # Validation has no backward pass, which takes two thirds of the time of a step.
    validation = len(data.x_test) / size / 3 if model.monitor is not None else 0
    return step_seconds * (batches + validation)


def _duration(seconds):
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
