"""The training of a run's model: build, fit with checkpoints, calibrate, save, evaluate, plot."""

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
from keras_regen.metrics import QUICK_METRICS, evaluate_generation
from keras_regen.models import Classifier
from keras_regen.presets import get_preset
from keras_regen.saving import save_model
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
    return model_class.from_preset(
        recipe,
        image_shape=data.image_shape,
        num_samples=len(data.x_train) * (2 if recipe.mirror else 1),
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        seed=settings["seed"],
        **arguments,
    )


def train_model(
    model: ImageModel,
    settings: dict[str, Any],
    data: ImageDataset,
    folder: Path,
    evaluation_classifier: Callable[[], Classifier],
    callbacks: Sequence[keras.callbacks.Callback] = (),
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

    Returns:
        The content of `metrics.json`.
    """
    start = time.perf_counter()
    history = _fit(model, settings, data, folder, callbacks)
    if model.head is not None or isinstance(model, Classifier):
        model.calibrate(data.x_test, data.y_test)
    save_model(model, folder / "model.keras")
    metrics = evaluate_generation(
        model,
        data,
        evaluation_classifier=evaluation_classifier() if model.decoder is not None else None,
        samples_per_class=settings["samples_per_class"],
        seeds=[settings["seed"]],
        metrics=QUICK_METRICS,
    )
    metrics["epochs"] = settings["epochs"]
    metrics["seconds"] = round(time.perf_counter() - start, 1)
    plot_run(model, data, history, folder, settings["seed"])
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
    initial_epoch = int(model.optimizer.iterations) // steps_per_epoch
    # The history may contain epochs after the last checkpoint.
    rows = read_history(folder / "history.csv")[:initial_epoch]
    history = HistoryFile(folder / "history.csv", rows)
    monitor = model.monitor
    checkpoint = Checkpoint(folder / "checkpoints", monitor, pause=_CHECKPOINT_PAUSE)
    if monitor is not None:
        best = {"min": min, "max": max}[checkpoint.mode]
        checkpoint.best = best((row[monitor] for row in rows), default=None)
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
