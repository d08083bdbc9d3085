"""The plots of a run."""

from pathlib import Path

import keras
import numpy as np

from keras_regen import plotting
from keras_regen.datasets import ImageDataset
from keras_regen.generation import generate
from keras_regen.metrics import closest_match
from keras_regen.models import ImageModel
from keras_regen.models.classifier import classifies

PICTURES = (
    "samples.png",
    "reconstructions.png",
    "closest.png",
    "confusion.png",
    "distances.png",
    "barcodes.png",
    "losses.png",
)
_COLUMNS, _ROWS = 16, 40
_CLOSEST_ROWS, _CLOSEST_MATCHES = 10, 5


def plot_run(
    model: ImageModel,
    data: ImageDataset,
    rows: list[dict[str, float]],
    folder: Path,
    seed: int = 0,
) -> None:
    """Writes the plots of a trained model to a folder.

    The plots are `losses.png`; `confusion.png` of test images for a model that classifies;
    `samples.png` for a model with a decoder, with a row for each class, and `closest.png` with the
    training images nearest to generated images; `reconstructions.png` for a model that also has an
    encoder; and for a model with a head `distances.png` between centroids and latent means, or
    `barcodes.png` of latents. The plots of generated images and `distances.png` leave out classes
    without training images, which no model learns.

    Args:
        model: The model.
        data: The dataset, with the labels of the model. The first test images are reconstructed.
        rows: Losses and metrics by epoch, as in `keras_regen.callbacks.HistoryFile`.
        folder: Folder for the plots.
        seed: Integer: seed of the generated images.

    Examples:
        >>> from keras_regen_app.run_plots import PICTURES
        >>> PICTURES[0]
        'samples.png'
    """
    if rows:
        names = [name for name in rows[0] if name != "epoch"]
        history = {name: [row[name] for row in rows] for name in names}
        plotting.plot_history(history, path=folder / "losses.png")
    if len(data.y_test) and classifies(model):
        predictions = model.classify(data.x_test)
        plotting.plot_confusion_matrix(
            data.y_test, predictions, model.class_names, path=folder / "confusion.png"
        )
    if model.decoder is None:
        return
    classes = np.unique(data.y_train) if model.num_classes else None
    plot_generated(model, folder / "samples.png", seed, classes)
    _plot_closest(model, data.x_train, folder / "closest.png", seed, classes)
    if model.encoder is None:
        return
    images = data.x_test[:32]
    reconstructions = model.reconstruct(images, data.y_test[:32])
    plotting.plot_reconstructions(images, reconstructions, path=folder / "reconstructions.png")
    if hasattr(model.head, "centroids"):
        plotting.plot_distances(
            keras.ops.convert_to_numpy(model.head.centroids)[classes],
            np.stack([model.prior.class_mean(label) for label in classes]),
            [model.class_names[label] for label in classes],
            path=folder / "distances.png",
        )
    elif model.head is not None:
        latents, labels = model.encode(data.x_test[:2000]), data.y_test[:2000]
        plotting.plot_barcodes(latents, labels, model.class_names, path=folder / "barcodes.png")


def plot_generated(
    model: ImageModel, path: Path, seed: int, classes: np.ndarray | None = None
) -> None:
    """Plots generated images: a row for each class, or ten rows for a model without classes.

    Args:
        model: The model.
        path: Path of the picture file.
        seed: Integer: seed of the images.
        classes: Integer array: labels of the classes. Defaults to all classes of the model.
    """
    if model.num_classes:
        classes = np.arange(model.num_classes) if classes is None else classes
        # The picture has the rows of the first classes only; a note counts all classes.
        labels = np.repeat(classes, np.where(np.arange(len(classes)) < _ROWS, _COLUMNS, 1))
        images = generate(model, labels, seed=seed)
        plotting.plot_samples(
            images, labels, model.class_names, columns=_COLUMNS, max_classes=_ROWS, path=path
        )
    else:
        images = generate(model, num_samples=10 * _COLUMNS, seed=seed)
        plotting.plot_images(images, columns=_COLUMNS, path=path)


def _plot_closest(
    model: ImageModel, x_train: np.ndarray, path: Path, seed: int, classes: np.ndarray | None
) -> None:
    """Plots generated images of the first classes with the training images nearest to each."""
    shown = None if classes is None else classes[:_CLOSEST_ROWS]
    count = _CLOSEST_ROWS if shown is None else len(shown)
    # The first image of each row in the picture of the samples.
    images = generate(model, shown, count, seed=seed)
    matches = closest_match(images, x_train, min(_CLOSEST_MATCHES, len(x_train)))
    plotting.plot_closest(images, x_train[matches.indices], captions=matches.values, path=path)
