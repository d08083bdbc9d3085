"""A training with all it leaves behind, in one folder, which can be interrupted and go on."""

import functools
import inspect
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_regen
from keras_regen import models
from keras_regen.atomic_files import write_json
from keras_regen.callbacks import Checkpoint, HistoryFile, read_history
from keras_regen.datasets import ImageDataset, ShuffledArrays, load
from keras_regen.datasets.loading import absolute_dataset_path
from keras_regen.metrics import (
    QUICK_METRICS,
    evaluate_generation,
    train_evaluation_classifier,
)
from keras_regen.models import Classifier
from keras_regen.presets import get_preset
from keras_regen.saving import load_model, save_model
from keras_regen_app.run_plots import PICTURES, plot_run

SETTINGS = "run.json"
# Seconds of a training that may be lost, and that short epochs need not wait for their checkpoint.
_PAUSE = 10.0
# What a run writes: `overwrite` removes these, and nothing else that lies in the folder.
_FILES = (
    "metrics.json",
    "model.keras",
    "history.csv",
    *PICTURES,
    "checkpoints/best.keras",
    "checkpoints/last.keras",
    SETTINGS,
)


def train_run(
    preset: str,
    folder: str | os.PathLike,
    *,
    dataset: str | None = None,
    image_size: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    options: dict[str, Any] | None = None,
    pretraining_options: dict[str, Any] | None = None,
    pretrained: str | os.PathLike | None = None,
    samples_per_class: int = 200,
    judge: Callable[[], Classifier] | None = None,
    overwrite: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, Any]:
    """Trains a preset and writes all there is to see of it into a folder.

    The folder gets `model.keras`; `checkpoints/last.keras` and `best.keras`, after every epoch
    (of epochs that take less than ten seconds, the last after some of them);
    `history.csv` and `losses.png`; `metrics.json`; and the pictures of
    `keras_regen_app.run_plots.plot_run`. Each is written whole or not at all. A run that was
    interrupted goes on with `resume_run`.

    A recipe around a part that is trained before, such as the classifier of ReGene or the VAE of
    DE-GAN, trains that first, in the folder's own folder `classifier` or `vae`, a run like any
    other.

    Args:
        preset: Name of a recipe.
        folder: Where to write; made where it is missing.
        dataset: What `keras_regen.datasets.load` is asked for. Defaults to the recipe's.
        image_size: Integer: height and width to resize the images to.
        epochs: Passes over the training images. Defaults to the recipe's; the learning-rate
            schedule scales with them, and so do the epochs of a part that is trained first.
        batch_size: Images in one step. Defaults to the recipe's; scales that of such a part, too.
        seed: Integer: of weights, centroids, noise, the order of images, and drawn images.
        options: Arguments of the model's `for_images` to change, such as `{"beta": 0.02}`.
        pretraining_options: For a recipe around a part that is trained before: such arguments of that
            part, beside those in `options` that both have.
        pretrained: For a recipe around a part that is trained before: a trained one, a `.keras` file
            or the folder of a run, in place of a new one. Any functional Keras model serves as a
            classifier; `options` then names its `latent_layer`.
        samples_per_class: Integer, at least 1: images of each class that are drawn and judged at
            the end.
        judge: Gives the classifier that judges what a model without classes draws. Defaults to
            training one, when there is something to judge.
        overwrite: Boolean: whether a run in the folder may be replaced.
        callbacks: Further callbacks for `fit`.

    Returns:
        What is in `metrics.json`: see `keras_regen.metrics.evaluation.evaluate_model`.

    Raises:
        FileExistsError: If the folder holds a run and `overwrite` is false.
        ValueError: If the preset is not known, or something does not fit the dataset.
    """
    folder = Path(folder)
    if (folder / SETTINGS).exists() and not overwrite:
        raise FileExistsError(
            f"{str(folder)!r} holds a run. Go on with it (`--resume`), replace it "
            "(`--overwrite`), or choose another folder (`--output`)."
        )
    recipe = get_preset(preset)
    settings = {
        "preset": preset,
        # A path must hold wherever the run is taken up again.
        "dataset": absolute_dataset_path(dataset or recipe.dataset),
        "image_size": image_size,
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
    if pretraining_options and (recipe.pretraining is None or pretrained is not None):
        raise ValueError(
            "Options of a part that is trained before are for a preset around one, such as "
            f"'regene_mnist', without a trained one. Received: pretraining_options={pretraining_options} with "
            f"{preset!r}, pretrained={pretrained!r}."
        )
    if pretrained is not None and recipe.pretraining is None:
        raise ValueError(
            "A trained part is for a preset around one: a classifier for 'regene_mnist', or a VAE "
            f"for 'degan_mnist', and their like. Received: {str(pretrained)!r} with {preset!r}."
        )
    # All that can be wrong shows before anything of an earlier run is touched.
    data = _load(settings)
    model = _build(settings, data, _given_parts(settings))
    folder.mkdir(parents=True, exist_ok=True)
    # The settings go last and come first: while they are there, so is a run.
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    write_json(folder / SETTINGS, settings)
    judge = _judge(data, seed) if judge is None else judge
    if recipe.pretraining is not None and pretrained is None:
        _pretrain(folder, settings, overwrite, judge, callbacks)
        model = _build(settings, data, _pretrained_parts(folder, settings))
    return _train(folder, settings, data, model, judge, callbacks)


def resume_run(
    folder: str | os.PathLike,
    *,
    judge: Callable[[], Classifier] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, Any]:
    """Goes on with a run that was interrupted, from the end of the last epoch that was saved.

    On the same machine and backend it ends with the weights that an uninterrupted run has, to the
    bit. A run that had ended is evaluated and drawn again.

    Args:
        folder: The run's folder.
        judge: As in `train_run`.
        callbacks: Further callbacks for `fit`.

    Returns:
        What is in `metrics.json`.

    Raises:
        FileNotFoundError: If the folder holds no run.
        ValueError: If the run was made on another backend, or its checkpoint is damaged.
    """
    folder = Path(folder)
    settings = read_settings(folder)
    if settings["backend"] != keras.backend.backend():
        raise ValueError(
            f"The run in {str(folder)!r} was begun on {settings['backend']}, and goes on there "
            f"(`--backend {settings['backend']}`). Received: {keras.backend.backend()}."
        )
    data = _load(settings)
    judge = _judge(data, settings["seed"]) if judge is None else judge
    last = folder / "checkpoints/last.keras"
    if last.exists():
        model = load_model(last)
    elif settings["pretrained"] is None and (first := get_preset(settings["preset"]).pretraining):
        if (folder / first[0] / SETTINGS).exists():
            resume_run(folder / first[0], judge=judge, callbacks=callbacks)
        else:
            _pretrain(folder, settings, False, judge, callbacks)
        model = _build(settings, data, _pretrained_parts(folder, settings))
    else:
        model = _build(settings, data, _given_parts(settings))
    return _train(folder, settings, data, model, judge, callbacks)


def read_settings(folder: str | os.PathLike) -> dict[str, Any]:
    """Reads what a run was asked for.

    Raises:
        FileNotFoundError: If the folder holds no run.
    """
    path = Path(folder) / SETTINGS
    if not path.exists():
        raise FileNotFoundError(
            f"Expected the folder of a run, with {SETTINGS} in it. Received: {str(folder)!r}."
        )
    return json.loads(path.read_text())


def _load(settings):
    return load(settings["dataset"], image_size=settings["image_size"], seed=settings["seed"])


def _build(settings, data, parts):
    # The one place where the package sets Keras's seed: a run is a process of its own.
    keras.utils.set_random_seed(settings["seed"])
    recipe = get_preset(settings["preset"])
    model_class = getattr(models, recipe.model)
    if "class_names" in inspect.signature(model_class.for_images).parameters:
        parts = {**parts, "class_names": data.class_names}
    return model_class.from_preset(
        recipe,
        image_shape=data.image_shape,
        num_samples=len(data.x_train) * (2 if recipe.mirror else 1),
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        seed=settings["seed"],
        **parts,
        **settings["options"],
    )


def _judge(data, seed):
    """Gives one judge to all that asks for it: a part that is trained before, and the whole."""
    return functools.cache(
        lambda: train_evaluation_classifier(data.x_train, data.y_train, data.class_names, seed=seed)
    )


def _pretrain(folder, settings, overwrite, judge, callbacks):
    """Trains the part that the recipe names, with shares of its epochs and batch like those."""
    recipe = get_preset(settings["preset"])
    part, name = recipe.pretraining
    first = get_preset(name)
    # Options that are of the part as much as of what is built around it.
    shared = getattr(getattr(models, recipe.model), "SHARED_OPTIONS", ())
    train_run(
        name,
        folder / part,
        dataset=settings["dataset"],
        image_size=settings["image_size"],
        epochs=math.ceil(first.epochs * settings["epochs"] / recipe.epochs),
        batch_size=math.ceil(first.batch_size * settings["batch_size"] / recipe.batch_size),
        seed=settings["seed"],
        options={
            **{name: value for name, value in settings["options"].items() if name in shared},
            **settings["pretraining_options"],
        },
        samples_per_class=settings["samples_per_class"],
        judge=judge,
        overwrite=overwrite,
        callbacks=callbacks,
    )


def _given_parts(settings):
    """The trained parts that the run was given, by their names."""
    if settings["pretrained"] is None:
        return {}
    part, _ = get_preset(settings["preset"]).pretraining
    return {part: _part_of(load_model(settings["pretrained"]), part)}


def _pretrained_parts(folder, settings):
    """The parts that the run has trained itself, by their names."""
    part, _ = get_preset(settings["preset"]).pretraining
    return {part: _part_of(load_model(folder / part), part)}


def _part_of(model, part):
    """What a model has under the name, or the model itself."""
    if part == "classifier" and isinstance(model, models.Classifier):
        return model.network
    return getattr(model, part, model)


def _train(folder, settings, data: ImageDataset, model, judge, callbacks):
    start = time.perf_counter()
    recipe = get_preset(settings["preset"])
    x, y = data.x_train, data.y_train
    if recipe.mirror:
        x, y = np.concatenate([x, x[:, :, ::-1]]), np.concatenate([y, y])
    batch_size, epochs = settings["batch_size"], settings["epochs"]
    steps = -(-len(y) // batch_size)
    done = int(model.optimizer.iterations) // steps
    # The history is ahead of the checkpoint, if the run died before the next.
    rows = read_history(folder / "history.csv")[:done]
    history = HistoryFile(folder / "history.csv", rows)
    monitor = model.monitor
    checkpoint = Checkpoint(folder / "checkpoints", monitor, pause=_PAUSE)
    if monitor is not None:
        pick = {"min": min, "max": max}[checkpoint.mode]
        checkpoint.best = pick((row[monitor] for row in rows), default=None)
    validation = (data.x_test, data.y_test)
    if done < epochs:
        model.fit(
            ShuffledArrays(x, y, batch_size, settings["seed"], epoch=done),
            epochs=epochs,
            initial_epoch=done,
            shuffle=False,
            validation_data=None if monitor is None else validation,
            validation_batch_size=256,
            # What others add to the logs is in the history too.
            callbacks=[*callbacks, history, checkpoint],
            verbose=0,
        )
    else:
        # The end of `fit`, which the checkpoint was written before: see `use_ema` in Keras.
        model.optimizer.finalize_variable_values(model.trainable_variables)
        if model.prior is not None:
            model.adapt_prior(x, y)
    if model.head is not None or isinstance(model, models.Classifier):
        model.calibrate(data.x_test, data.y_test)
    save_model(model, folder / "model.keras")
    metrics = evaluate_generation(
        model,
        data,
        evaluation_classifier=judge() if model.decoder is not None else None,
        samples_per_class=settings["samples_per_class"],
        seeds=[settings["seed"]],
        metrics=QUICK_METRICS,
    )
    metrics["epochs"] = epochs
    metrics["seconds"] = round(time.perf_counter() - start, 1)
    plot_run(model, data, history.rows, folder, settings["seed"])
    write_json(folder / "metrics.json", metrics)
    return metrics
