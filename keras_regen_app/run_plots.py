"""The pictures that a run leaves behind."""

from pathlib import Path

import keras
import numpy as np

from keras_regen import plotting
from keras_regen.datasets import ImageDataset
from keras_regen.generation import generate
from keras_regen.models import ImageModel

PICTURES = ("samples.png", "reconstructions.png", "distances.png", "barcodes.png", "losses.png")
_COLUMNS = 16


def plot_run(
    model: ImageModel,
    data: ImageDataset,
    rows: list[dict[str, float]],
    folder: Path,
    seed: int = 0,
) -> None:
    """Writes all there is to see of a trained model into a folder.

    `losses.png`; of a model that draws, `samples.png`, with a row for each class it knows; of one
    that encodes too, `reconstructions.png`; and of one with classes `distances.png`, of centroids
    and latent means, or `barcodes.png`, of latents.

    Args:
        model: The model.
        data: Its dataset: the first test images are drawn again.
        rows: Losses and metrics by epoch, as in `keras_regen.callbacks.HistoryFile`.
        folder: Where to write.
        seed: Integer: of the drawn images.

    Examples:
        >>> from keras_regen_app.run_plots import PICTURES
        >>> PICTURES[0]
        'samples.png'
    """
    if rows:
        names = [name for name in rows[0] if name != "epoch"]
        history = {name: [row[name] for row in rows] for name in names}
        plotting.plot_history(history, folder / "losses.png")
    if model.decoder is None:
        return
    _draw_samples(model, folder / "samples.png", seed)
    if model.encoder is None:
        return
    images = data.x_test[:32]
    drawn = model.reconstruct(images, data.y_test[:32])
    plotting.plot_reconstructions(images, drawn, folder / "reconstructions.png")
    if hasattr(model.head, "centroids"):
        plotting.plot_distances(
            keras.ops.convert_to_numpy(model.head.centroids),
            np.stack([model.prior.class_mean(label) for label in range(model.num_classes)]),
            model.class_names,
            folder / "distances.png",
        )
    elif model.head is not None:
        latents, labels = model.encode(data.x_test[:2000]), data.y_test[:2000]
        plotting.plot_barcodes(latents, labels, model.class_names, folder / "barcodes.png")


def _draw_samples(model, path, seed):
    if model.num_classes:
        shown = np.repeat(np.arange(model.num_classes), _COLUMNS)
        drawn = generate(model, shown, seed=seed)
        plotting.plot_samples(drawn, shown, model.class_names, path)
    else:
        drawn = generate(model, num_samples=10 * _COLUMNS, seed=seed)
        plotting.plot_images(drawn, path, _COLUMNS)
