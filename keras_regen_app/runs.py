"""Training runs: each writes a model, its metrics and plots to a folder, and can be resumed."""

import functools
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras

from keras_regen.atomic_files import write_json
from keras_regen.checks import check_number
from keras_regen.datasets import ImageDataset
from keras_regen.metrics import train_evaluation_classifier
from keras_regen.models import Classifier, ImageModel
from keras_regen_app.precision import choose_precision
from keras_regen_app.pretraining import (
    load_pretrained,
    pretraining_arguments,
    pretraining_network,
)
from keras_regen_app.progress import StageBar, stage
from keras_regen_app.report import REPORT
from keras_regen_app.run_folder import (
    forget_replaced,
    has_replaced,
    locked,
    replacing,
    restore_replaced,
)
from keras_regen_app.run_planning import (
    DEFAULT_MINUTES,
    RECIPE,
    choose_options,
    load_for_recipe,
    plan_epochs,
)
from keras_regen_app.run_plots import PICTURES
from keras_regen_app.run_settings import (
    SETTINGS,
    check_images_of_run,
    describe_images,
    load_dataset,
    new_settings,
)
from keras_regen_app.run_settings import read_settings as read_settings
from keras_regen_app.time_limit import TimeLimit
from keras_regen_app.training_run import build_model, load_checkpoint, train_model

# All files of a run, next to its settings. `overwrite` replaces these files and no others.
_FILES = (
    "metrics.json",
    "model.keras",
    "history.csv",
    *PICTURES,
    REPORT,
    "checkpoints/best.keras",
    "checkpoints/last.keras",
)


def train_run(
    preset: str | None,
    folder: str | os.PathLike,
    *,
    dataset: str | None = None,
    image_size: int | tuple[int, int] | None = None,
    fit: str = "crop",
    epochs: int | None = None,
    minutes: float | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    options: dict[str, Any] | None = None,
    pretraining_options: dict[str, Any] | None = None,
    pretrained: str | os.PathLike | None = None,
    samples_per_class: int | None = None,
    precision: str = "float32",
    evaluation_classifier: Callable[[], Classifier] | None = None,
    overwrite: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    show_progress: bool = False,
) -> dict[str, Any]:
    """Trains a preset, and writes the model, its metrics and plots to a folder.

    The folder contains `model.keras`; `checkpoints/last.keras` and `checkpoints/best.keras`,
    written after each epoch (at most every ten seconds for `last.keras`); `history.csv`;
    `metrics.json`; the plots of `keras_regen_app.run_plots.plot_run`; and `report.html`, a page
    with all of them. Each file is written completely or not at all. `resume_run` resumes an
    interrupted run.

    A preset with pretraining, such as the classifier of ReGene or the VAE of DE-GAN, pretrains
    this network in the subfolder `classifier` or `vae`, which is also a run.

    Args:
        preset: Name of a preset. `None` for the recipe that fits the images of `dataset` best,
            with its options and, without `minutes` and `epochs`, ten minutes of training.
        folder: Folder of the run, which is created if it is missing.
        dataset: Name or path for `keras_regen.datasets.load`. Defaults to the preset's dataset.
        image_size: Integer, or `(height, width)`: size to resize the images to.
        fit: `"crop"`, `"pad"` or `"stretch"`, as in `keras_regen.datasets.load`.
        epochs: Passes over the training images. Defaults to the preset's epochs. The
            learning-rate schedule and the epochs of the pretraining scale with them.
        minutes: Float, above 0: the longest duration of training, without its pretraining and
            its evaluation. A trial of some steps estimates the number of epochs. If training
            is slower than the trial, it stops at the limit, and `resume_run` trains the remaining
            epochs. `None` for no limit.
        batch_size: Images in one step. Defaults to the preset's batch size. The batch size of the
            pretraining scales with it.
        seed: Integer: seed of the weights, centroids, noise, order of images and generated
            images.
        options: Arguments of the model's `for_images` to change, such as `{"beta": 0.02}`.
        pretraining_options: Arguments of `for_images` to change in the pretraining, in addition
            to the `options` that both networks share.
        pretrained: A `.keras` file or the folder of a run with a pretrained network, which
            replaces the pretraining. Any functional Keras model is valid as a classifier; then
            `options` contains its `latent_layer`.
        samples_per_class: Integer, at least 1: number of images of each class that are generated
            for the metrics. Defaults to 200, and to fewer for more than 10 classes, so that the
            time of the evaluation does not grow with the classes.
        precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`, as in
            `keras_regen.precision_scope`; or `"auto"`, which is mixed_bfloat16 if a short trial
            shows that this machine trains faster in it.
        evaluation_classifier: Function that returns the classifier for the generated images of a
            model without classes. By default the first call trains a classifier.
        overwrite: Whether to replace a run in the folder.
        callbacks: Further callbacks for `fit`.
        show_progress: Whether to print each stage of the work, and progress bars, on the standard
            error.

    Returns:
        The content of `metrics.json`, from the evaluation of the model in `keras_regen.metrics`.

    Raises:
        FileExistsError: If the folder contains a run and `overwrite` is false.
        BlockingIOError: If another process trains in the folder.
        ValueError: If the preset is unknown, or an argument does not fit the dataset or the time.
    """
    folder = Path(folder)
    check_free(folder, overwrite)
    automatic = preset is None
    if automatic and dataset is None:
        raise ValueError("Without a preset, `dataset` must name the images. Received: None.")
    if minutes is not None:
        check_number("minutes", minutes, above=0)
    if automatic and minutes is None and epochs is None:
        minutes = DEFAULT_MINUTES
    preset = RECIPE if automatic else preset
    settings = new_settings(
        preset,
        dataset=dataset,
        image_size=image_size,
        fit=fit,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        options=options,
        pretraining_options=pretraining_options,
        pretrained=pretrained,
        samples_per_class=samples_per_class,
        precision=precision,
    )
    # Wrong arguments raise here, before any file of an earlier run is deleted.
    announce = stage if show_progress else (lambda text: None)
    if automatic:
        data = load_for_recipe(settings, announce)
        chosen, reasons = choose_options(data)
        settings["options"] = chosen | settings["options"]
        for reason in reasons:
            announce(reason)
    else:
        data = load_dataset(settings)
    settings |= describe_images(data)
    if settings["samples_per_class"] is None:
        settings["samples_per_class"] = max(5, min(200, 2000 // data.num_classes))
    networks = load_pretrained(settings, data.class_names)
    settings["precision"] = choose_precision(
        precision,
        lambda name: build_model(settings | {"precision": name}, data, networks),
        data,
        settings["batch_size"],
    )
    plan_epochs(settings, data, networks, minutes=minutes, automatic=automatic, announce=announce)
    model = build_model(settings, data, networks)
    if evaluation_classifier is None:
        evaluation_classifier = _evaluation_classifier(data, seed, show_progress)
    with locked(folder):
        check_free(folder, overwrite)  # another process may have written a run before the lock
        with replacing(folder, _FILES, SETTINGS):
            return _train(
                model,
                settings,
                data,
                folder,
                evaluation_classifier,
                overwrite,
                callbacks,
                [] if minutes is None else [TimeLimit(minutes, announce)],
                show_progress,
            )


def check_free(folder: Path, overwrite: bool) -> None:
    """Checks that a new run may use a folder.

    Args:
        folder: Folder of the run.
        overwrite: Whether the new run may replace a run in the folder.

    Raises:
        FileExistsError: If the folder contains a run and `overwrite` is false.

    Examples:
        >>> from keras_regen_app.runs import check_free
        >>> check_free(Path("no/such/folder"), overwrite=False)
    """
    if (folder / SETTINGS).exists() and not overwrite:
        raise FileExistsError(
            f"The folder {str(folder)!r} contains a run. Resume it (`--resume`), replace it "
            "(`--overwrite`), or choose another folder (`--output`)."
        )


def _train(
    model: ImageModel,
    settings: dict[str, Any],
    data: ImageDataset,
    folder: Path,
    evaluation_classifier: Callable[[], Classifier],
    overwrite: bool,
    callbacks: Sequence[keras.callbacks.Callback],
    own_callbacks: Sequence[keras.callbacks.Callback],
    show_progress: bool,
) -> dict[str, Any]:
    """Trains a new run, after its pretraining, which does not get the `own_callbacks`."""
    write_json(folder / SETTINGS, settings)
    network = pretraining_network(settings)
    if network is not None:
        train_run(
            folder=folder / network,
            evaluation_classifier=evaluation_classifier,
            overwrite=overwrite,
            callbacks=callbacks,
            show_progress=show_progress,
            **pretraining_arguments(settings),
        )
        model = build_model(
            settings, data, load_pretrained(settings, data.class_names, folder / network)
        )
    callbacks = [*own_callbacks, *callbacks]
    return train_model(
        model, settings, data, folder, evaluation_classifier, callbacks, show_progress
    )


def resume_run(
    folder: str | os.PathLike,
    *,
    evaluation_classifier: Callable[[], Classifier] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    show_progress: bool = False,
) -> dict[str, Any]:
    """Resumes an interrupted run after its last checkpoint.

    On the same machine and backend, the final weights are bitwise equal to the weights of an
    uninterrupted run. A complete run is evaluated and plotted again.

    Args:
        folder: Folder of the run.
        evaluation_classifier: As in `train_run`.
        callbacks: Further callbacks for `fit`.
        show_progress: As in `train_run`.

    Returns:
        The content of `metrics.json`.

    Raises:
        FileNotFoundError: If the folder contains no run.
        BlockingIOError: If another process trains in the folder.
        ValueError: If the run was started on another backend or with other images, its settings
            are damaged, or its checkpoint is damaged or of another run.
    """
    folder = Path(folder)
    if not has_replaced(folder):
        read_settings(folder)  # a wrong folder gets no lock
    with locked(folder):
        if not (folder / SETTINGS).exists():
            # The process was killed when it began to replace this run.
            restore_replaced(folder, _FILES, SETTINGS)
        return _resume(
            folder, read_settings(folder), evaluation_classifier, callbacks, show_progress
        )


def _resume(
    folder: Path,
    settings: dict[str, Any],
    evaluation_classifier: Callable[[], Classifier] | None,
    callbacks: Sequence[keras.callbacks.Callback],
    show_progress: bool,
) -> dict[str, Any]:
    if settings["backend"] != keras.backend.backend():
        raise ValueError(
            f"The run in {str(folder)!r} was started on {settings['backend']} and can only be "
            f"resumed on it (`--backend {settings['backend']}`). "
            f"Received: {keras.backend.backend()}."
        )
    data = load_dataset(settings)
    check_images_of_run(settings, data)
    if evaluation_classifier is None:
        evaluation_classifier = _evaluation_classifier(data, settings["seed"], show_progress)
    checkpoint = folder / "checkpoints/last.keras"
    network = pretraining_network(settings)
    if checkpoint.exists():
        model = load_checkpoint(checkpoint, settings, data)
    elif network is not None:
        shared = {
            "evaluation_classifier": evaluation_classifier,
            "callbacks": callbacks,
            "show_progress": show_progress,
        }
        arguments = pretraining_arguments(settings)
        if _is_run_with(folder / network, arguments):
            resume_run(folder / network, **shared)
        else:
            train_run(folder=folder / network, overwrite=True, **shared, **arguments)
        model = build_model(
            settings, data, load_pretrained(settings, data.class_names, folder / network)
        )
    else:
        model = build_model(settings, data, load_pretrained(settings, data.class_names))
    metrics = train_model(
        model, settings, data, folder, evaluation_classifier, callbacks, show_progress
    )
    forget_replaced(folder)
    return metrics


def _is_run_with(folder: Path, arguments: dict[str, Any]) -> bool:
    """Whether a folder has the run with these arguments, and not a run that should be replaced."""
    if not (folder / SETTINGS).exists():
        return False
    settings = read_settings(folder)
    expected = json.loads(json.dumps(arguments))
    return all(settings[name] == value for name, value in expected.items())


def _evaluation_classifier(
    data: ImageDataset, seed: int, show_progress: bool
) -> Callable[[], Classifier]:
    """Returns a function that trains one classifier, for the pretraining and the main training."""
    bars = [StageBar("Training the evaluation classifier on real images")]
    return functools.cache(
        lambda: train_evaluation_classifier(
            data.x_train,
            data.y_train,
            data.class_names,
            steps=_evaluation_steps(len(data.x_train)),
            seed=seed,
            callbacks=bars if show_progress else [],
        )
    )


def _evaluation_steps(num_images: int) -> int:
    """Returns the training steps of the evaluation classifier: few images need fewer of them."""
    return max(500, min(2000, 90 * -(-num_images // 64)))
