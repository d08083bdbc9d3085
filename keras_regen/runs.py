"""A training with all it leaves behind, in one folder, which can be interrupted and go on."""

import json
import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

import keras_regen
from keras_regen import models, plotting
from keras_regen.callbacks import Checkpoint, HistoryFile, read_history
from keras_regen.datasets import ImageDataset, ShuffledArrays, load
from keras_regen.datasets.loading import from_anywhere
from keras_regen.evaluation import evaluate_model
from keras_regen.generation import generate
from keras_regen.presets import get_preset
from keras_regen.saving import load_model
from keras_regen.writing import replace_when_whole

SETTINGS = "run.json"
CLASSIFIER = "classifier"
# What a run writes: `overwrite` removes these, and nothing else that lies in the folder.
_FILES = (
    "metrics.json",
    "model.keras",
    "history.csv",
    "losses.png",
    "reconstructions.png",
    "samples.png",
    "distances.png",
    "barcodes.png",
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
    classifier: str | os.PathLike | None = None,
    overwrite: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, Any]:
    """Trains a preset and writes all there is to see of it into a folder.

    The folder gets `model.keras`; `checkpoints/last.keras` and `best.keras`, after every epoch;
    `history.csv` and `losses.png`; `metrics.json`; and of a model that draws, `samples.png` (a row
    for each class), `reconstructions.png`, and `distances.png` or `barcodes.png`. Each is written
    whole or not at all. A run that was interrupted goes on with `resume_run`.

    A recipe that decodes a classifier's latents trains the classifier first, in the folder's own
    folder `classifier`, a run like any other.

    Args:
        preset: Name of a recipe.
        folder: Where to write; made where it is missing.
        dataset: What `keras_regen.datasets.load` is asked for. Defaults to the recipe's.
        image_size: Integer: height and width to resize the images to.
        epochs: Passes over the training images. Defaults to the recipe's; the learning-rate
            schedule scales with them, and so do the epochs of a classifier that is trained first.
        batch_size: Images in one step. Defaults to the recipe's.
        seed: Integer: of weights, centroids, noise, the order of images, and drawn images.
        options: Arguments of the model's `for_images` to change, such as `{"beta": 0.02}`.
        classifier: For a recipe that decodes a classifier's latents: a trained classifier, a
            `.keras` file or the folder of a run, in place of a new one. Any functional Keras
            model serves; `options` then names its `latent_layer`.
        overwrite: Boolean: whether a run in the folder may be replaced.
        callbacks: Further callbacks for `fit`.

    Returns:
        What is in `metrics.json`: see `keras_regen.evaluation.evaluate_model`.

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
        "dataset": from_anywhere(dataset or recipe.dataset),
        "image_size": image_size,
        "epochs": recipe.epochs if epochs is None else epochs,
        "batch_size": recipe.batch_size if batch_size is None else batch_size,
        "seed": seed,
        "options": dict(options or {}),
        "classifier": None if classifier is None else os.path.abspath(classifier),
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "keras_regen": keras_regen.__version__,
    }
    if classifier is not None and recipe.classifier is None:
        raise ValueError(
            f"`classifier` is for a preset that decodes a classifier's latents, such as "
            f"'regene_mnist'. Received: classifier={str(classifier)!r} with {preset!r}."
        )
    # All that can be wrong shows before anything of an earlier run is touched.
    data = _load(settings)
    model = _build(settings, data, _given_classifier(settings))
    folder.mkdir(parents=True, exist_ok=True)
    # The settings go last and come first: while they are there, so is a run.
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    _write_json(folder / SETTINGS, settings)
    if recipe.classifier is not None and classifier is None:
        _train_classifier(folder, settings, overwrite, callbacks)
        model = _build(settings, data, _trained_classifier(folder))
    return _train(folder, settings, data, model, callbacks)


def resume_run(
    folder: str | os.PathLike, *, callbacks: Sequence[keras.callbacks.Callback] = ()
) -> dict[str, Any]:
    """Goes on with a run that was interrupted, from the end of its last whole epoch.

    On the same machine and backend it ends with the weights that an uninterrupted run has, to the
    bit. A run that had ended is evaluated and drawn again.

    Args:
        folder: The run's folder.
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
    last = folder / "checkpoints/last.keras"
    if last.exists():
        model = load_model(last)
    elif settings["classifier"] is None and get_preset(settings["preset"]).classifier is not None:
        if (folder / CLASSIFIER / SETTINGS).exists():
            resume_run(folder / CLASSIFIER, callbacks=callbacks)
        else:
            _train_classifier(folder, settings, False, callbacks)
        model = _build(settings, data, _trained_classifier(folder))
    else:
        model = _build(settings, data, _given_classifier(settings))
    return _train(folder, settings, data, model, callbacks)


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


def _build(settings, data, classifier=None):
    # The one place where the package sets Keras's seed: a run is a process of its own.
    keras.utils.set_random_seed(settings["seed"])
    recipe = get_preset(settings["preset"])
    model_class = getattr(models, recipe.model)
    return model_class.from_preset(
        recipe,
        image_shape=data.image_shape,
        class_names=data.class_names,
        num_samples=len(data.x_train) * (2 if recipe.mirror else 1),
        epochs=settings["epochs"],
        batch_size=settings["batch_size"],
        seed=settings["seed"],
        **({} if classifier is None else {"classifier": classifier}),
        **settings["options"],
    )


def _train_classifier(folder, settings, overwrite, callbacks):
    """Trains the classifier that the recipe names, for a share of its epochs like the recipe's."""
    recipe = get_preset(settings["preset"])
    epochs = get_preset(recipe.classifier).epochs
    shared = models.ReGene.CLASSIFIER_OPTIONS
    train_run(
        recipe.classifier,
        folder / CLASSIFIER,
        dataset=settings["dataset"],
        image_size=settings["image_size"],
        epochs=math.ceil(epochs * settings["epochs"] / recipe.epochs),
        seed=settings["seed"],
        options={name: value for name, value in settings["options"].items() if name in shared},
        overwrite=overwrite,
        callbacks=callbacks,
    )


def _trained_classifier(folder):
    return load_model(folder / CLASSIFIER).network


def _given_classifier(settings):
    if settings["classifier"] is None:
        return None
    model = load_model(settings["classifier"])
    if isinstance(model, models.ReGene):
        return model.classifier
    return model.network if isinstance(model, models.Classifier) else model


def _train(folder, settings, data: ImageDataset, model, callbacks):
    start = time.perf_counter()
    recipe = get_preset(settings["preset"])
    x, y = data.x_train, data.y_train
    if recipe.mirror:
        x, y = np.concatenate([x, x[:, :, ::-1]]), np.concatenate([y, y])
    x = model.prepare(x)
    batch_size, epochs = settings["batch_size"], settings["epochs"]
    steps = -(-len(y) // batch_size)
    done = int(model.optimizer.iterations) // steps
    # The history may be an epoch ahead of the checkpoint, if the run died between the two.
    rows = read_history(folder / "history.csv")[:done]
    history = HistoryFile(folder / "history.csv", rows)
    # Where the classifier is trained before, its accuracy does not change any more.
    monitor = "val_loss" if recipe.classifier else "val_accuracy"
    checkpoint = Checkpoint(folder / "checkpoints", monitor)
    pick = {"min": min, "max": max}[checkpoint.mode]
    checkpoint.best = pick((row[monitor] for row in rows), default=None)
    if done < epochs:
        model.fit(
            ShuffledArrays(x, y, batch_size, settings["seed"], epoch=done),
            epochs=epochs,
            initial_epoch=done,
            shuffle=False,
            validation_data=(model.prepare(data.x_test), data.y_test),
            validation_batch_size=256,
            callbacks=[history, checkpoint, *callbacks],
            adapt_prior=False,
            verbose=0,
        )
    if model.prior is not None:
        model.adapt_prior(x, y)
        model.calibrate(data.x_test, data.y_test)
    with replace_when_whole(folder / "model.keras") as path:
        model.save(path)
    metrics = evaluate_model(model, data, seed=settings["seed"])
    metrics["epochs"] = epochs
    metrics["seconds"] = round(time.perf_counter() - start, 1)
    _draw(folder, settings, data, model, history.rows)
    _write_json(folder / "metrics.json", metrics)
    return metrics


def _draw(folder, settings, data, model, rows):
    if rows:
        names = [name for name in rows[0] if name != "epoch"]
        history = {name: [row[name] for row in rows] for name in names}
        plotting.plot_history(history, folder / "losses.png")
    if model.decoder is None:
        return
    images = data.x_test[:32]
    plotting.plot_reconstructions(images, model.reconstruct(images), folder / "reconstructions.png")
    shown = np.repeat(np.arange(model.num_classes), 16)
    drawn = generate(model, shown, seed=settings["seed"])
    plotting.plot_samples(drawn, shown, model.class_names, folder / "samples.png")
    if hasattr(model.head, "centroids"):
        plotting.plot_distances(
            keras.ops.convert_to_numpy(model.head.centroids),
            np.stack([model.prior.class_mean(label) for label in range(model.num_classes)]),
            model.class_names,
            folder / "distances.png",
        )
    else:
        latents, labels = model.encode(data.x_test[:2000]), data.y_test[:2000]
        plotting.plot_barcodes(latents, labels, model.class_names, folder / "barcodes.png")


def _write_json(path, values):
    with replace_when_whole(path) as partial:
        partial.write_text(json.dumps(values, indent=1) + "\n")
