"""The training of a run's model: build, fit, calibrate, save, evaluate, plot, report."""

import dataclasses
import inspect
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_regen import ImageModel, models
from keras_regen.atomic_files import write_json
from keras_regen.callbacks import Checkpoint, HistoryFile, read_history
from keras_regen.datasets import ImageDataset, ShuffledArrays
from keras_regen.metrics import QUICK_METRICS, evaluate_generation, quality_findings
from keras_regen.models import Classifier
from keras_regen.models.classifier import classifies
from keras_regen.models.fitting import steps_done
from keras_regen.presets import get_preset
from keras_regen.saving import load_model, save_model
from keras_regen_app.progress import EpochBars, stage
from keras_regen_app.report import write_report
from keras_regen_app.run_commands import train_command
from keras_regen_app.run_plots import plot_run

# Seconds between two checkpoints: short epochs do not wait for a file each.
_CHECKPOINT_PAUSE = 10.0


def build_model(
    settings: dict[str, Any], data: ImageDataset, networks: dict[str, keras.Model]
) -> ImageModel:
    """Builds the untrained model of a run.

    Args:
        settings: Settings of the run.
        data: The dataset of the run.
        networks: Pretrained networks by the names of their arguments in `for_images`.
    """
    # A run owns its process, so this is the only place that sets the global seed of Keras.
    keras.utils.set_random_seed(settings["seed"])
    recipe = get_preset(settings["preset"])
    model_class = getattr(models, recipe.model)
    arguments = {**networks, **settings["options"]}
    if "class_names" in inspect.signature(model_class.for_images).parameters:
        arguments["class_names"] = data.class_names
    model = model_class.from_preset(
        recipe,
        image_shape=data.image_shape,
        num_samples=_num_samples(settings, data),
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        seed=settings["seed"],
        precision=settings["precision"],
        **arguments,
    )
    # The recipe in the file of a model tells the checkpoints of two seeds apart.
    options = {**model.preset.options, "seed": settings["seed"]}
    model.preset = dataclasses.replace(model.preset, options=options)
    return model


def _num_samples(settings: dict[str, Any], data: ImageDataset) -> int:
    """Returns the number of training images, with mirror images if the preset has them."""
    return len(data.x_train) * (2 if get_preset(settings["preset"]).mirror else 1)


def load_checkpoint(path: Path, settings: dict[str, Any], data: ImageDataset) -> ImageModel:
    """Loads the model of an unfinished run.

    Args:
        path: The `.keras` file.
        settings: Settings of the run.
        data: The dataset of the run.

    Raises:
        ValueError: If the file is damaged, or contains the model of another run.
    """
    model = load_model(path)
    recipe = getattr(model, "preset", None)
    if recipe is None:
        differences = [f"a {type(model).__name__} without a preset"]
    else:
        options = {"seed": settings["seed"], **settings["options"]}
        known = recipe.to_dict()["options"]
        pairs = [
            ("preset", recipe.name, settings["preset"]),
            ("image_shape", tuple(recipe.image_shape), data.image_shape),
            ("training_images", recipe.num_samples, _num_samples(settings, data)),
            ("epochs", recipe.epochs, settings["epochs"]),
            ("batch_size", recipe.batch_size, settings["batch_size"]),
            ("precision", model.dtype_policy.name, settings["precision"]),
            # A checkpoint of an earlier version has no seed. The settings of the run are JSON, with
            # lists in place of tuples.
            *((name, known.get(name, value), value) for name, value in options.items()),
        ]
        if model.num_classes:
            pairs.append(("class_names", tuple(model.class_names), tuple(data.class_names)))
        differences = [
            f"{name} {here!r} instead of {expected!r}"
            for name, here, expected in pairs
            if here != expected
        ]
    if differences or model.optimizer is None:
        raise ValueError(
            f"The checkpoint {str(path)!r} must belong to the run in its folder. Received: the "
            f"model of another run, with {'; '.join(differences or ['no optimizer'])}. Delete the "
            "file to train from the start, or restore the checkpoint of this run."
        )
    return model


def classes_without_test_images(data: ImageDataset) -> list[str]:
    """Returns the names of the classes without test images, such as a class of a single image."""
    counts = np.bincount(data.y_test, minlength=data.num_classes)
    return [data.class_names[label] for label in np.flatnonzero(counts == 0)]


def train_model(
    model: ImageModel,
    settings: dict[str, Any],
    data: ImageDataset,
    folder: Path,
    evaluation_classifier: Callable[[], Classifier],
    callbacks: Sequence[keras.callbacks.Callback] = (),
    show_progress: bool = False,
) -> dict[str, Any]:
    """Trains a model to the last epoch of its run and writes the files of the run.

    Args:
        model: A model from `build_model`, or from the last checkpoint of the run.
        settings: Settings of the run.
        data: The dataset of the run.
        folder: Folder of the run.
        evaluation_classifier: Function that returns the classifier for the generated images of a
            model without classes.
        callbacks: Further callbacks for `fit`.
        show_progress: Whether to print each stage and progress bars.

    Returns:
        The content of `metrics.json`.
    """
    start = time.perf_counter()
    announce = stage if show_progress else (lambda text: None)
    bars = [EpochBars()] if show_progress else []
    announce(f"Training {settings['preset']} on {len(data.x_train):,} images.")
    history = _fit(model, settings, data, folder, [*bars, *callbacks])
    if classifies(model):
        missing = classes_without_test_images(data)
        if missing:
            announce(f"No calibration: no test images of the classes {', '.join(missing)}.")
        else:
            announce(f"Calibrating on {len(data.x_test):,} test images.")
            model.calibrate(data.x_test, data.y_test)
    save_model(model, folder / "model.keras")
    metrics = evaluate_generation(
        model,
        data,
        evaluation_classifier=evaluation_classifier() if model.decoder is not None else None,
        samples_per_class=settings["samples_per_class"],
        seeds=[settings["seed"]],
        metrics=QUICK_METRICS,
        on_stage=announce,
    )
    metrics["quality"] = [vars(finding) for finding in quality_findings(metrics)]
    metrics["epochs"] = int(history[-1]["epoch"]) if history else settings["epochs"]
    metrics["seconds"] = round(time.perf_counter() - start, 1)
    announce("Plotting.")
    plot_run(model, data, history, folder, settings["seed"])
    commands = [train_command(settings, folder)]
    write_report(folder, model, data, metrics, settings=settings, rows=history, commands=commands)
    write_json(folder / "metrics.json", metrics)
    return metrics


def _fit(
    model: ImageModel,
    settings: dict[str, Any],
    data: ImageDataset,
    folder: Path,
    callbacks: Sequence[keras.callbacks.Callback],
) -> list[dict[str, float]]:
    """Trains a model for the remaining epochs; returns the rows of `history.csv`."""
    x, y = data.x_train, data.y_train
    if get_preset(settings["preset"]).mirror:
        x, y = np.concatenate([x, x[:, :, ::-1]]), np.concatenate([y, y])
    batch_size, epochs = settings["batch_size"], settings["epochs"]
    steps_per_epoch = -(-len(y) // batch_size)
    initial_epoch = steps_done(model) // steps_per_epoch
    # The history may contain epochs after the last checkpoint.
    rows = [row for row in read_history(folder / "history.csv") if row["epoch"] <= initial_epoch]
    history = HistoryFile(folder / "history.csv", rows)
    monitor = model.monitor
    checkpoint = Checkpoint(folder / "checkpoints", monitor, pause=_CHECKPOINT_PAUSE)
    if monitor is not None:
        best = {"min": min, "max": max}[checkpoint.mode]
        checkpoint.best = best((row[monitor] for row in rows if monitor in row), default=None)
    if initial_epoch < epochs:
        model.fit(
            ShuffledArrays(x, y, batch_size, settings["seed"], epoch=initial_epoch),
            epochs=epochs,
            initial_epoch=initial_epoch,
            shuffle=False,
            validation_data=None if monitor is None else (data.x_test, data.y_test),
            validation_batch_size=256,
            # The history comes after the callbacks that add values to the logs.
            callbacks=[*callbacks, history, checkpoint],
            verbose=0,
        )
    else:
        # The last checkpoint precedes the last steps of `fit`: the averaged weights (`use_ema`
        # in Keras) and the prior.
        model.optimizer.finalize_variable_values(model.trainable_variables)
        if model.prior is not None:
            model.adapt_prior(x, y)
    return history.rows
