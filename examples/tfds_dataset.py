"""Train on a dataset of TensorFlow Datasets (TFDS), with any backend.

    pip install "keras_regen[datasets]"
    python examples/tfds_dataset.py --name emnist/letters     # downloads the dataset
    python examples/tfds_dataset.py --mock                    # random images, without a network

Without a network, the script takes the random images of `tfds.testing.mock_data`. They show the
path of the data; no model can learn from them.
"""

import tempfile
from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import CSAE, plotting


def load_mock(name, count):
    """Loads random images in the format of a TFDS dataset."""
    import tensorflow_datasets as tfds

    with tempfile.TemporaryDirectory() as folder, tfds.testing.mock_data(num_examples=count):
        stream = tfds.load(name, split="train", data_dir=folder)
        info = tfds.builder(name, data_dir=folder).info
        pairs = [(item["image"], item["label"]) for item in tfds.as_numpy(stream)]
    images, labels = (np.stack(values) for values in zip(*pairs, strict=True))
    return images, labels.astype("int64"), tuple(info.features["label"].names)


@click.command(help=__doc__)
@click.option("--name", default="mnist", show_default=True, help="Name in TFDS.")
@click.option("--mock", is_flag=True, help="Use random images.")
@click.option("--images", default=2000, show_default=True, help="Training images, at most.")
@click.option("--epochs", default=3, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--picture", default="runs/tfds.png", show_default=True)
def main(name, mock, images, epochs, seed, picture):
    keras.utils.set_random_seed(seed)
    if not mock:
        try:
            data = keras_regen.datasets.load(f"tfds:{name}", seed=seed)
            x, y, class_names = data.x_train[:images], data.y_train[:images], data.class_names
        except (OSError, ValueError) as error:
            click.echo(f"Using random images, because {name} cannot be loaded: {error}")
            mock = True
    if mock:
        x, y, class_names = load_mock(name, min(images, 200))
    click.echo(f"{len(x)} images of shape {x.shape[1:]} in {len(class_names)} classes")

    model = CSAE.for_images(x.shape[1:], class_names, stem_filters=8, latent_dim=32, seed=seed)
    model.compile("adam")
    history = model.fit(x, y, batch_size=64, epochs=epochs, verbose=0).history
    click.echo(f"Loss {history['loss'][0]:.3f} in the first epoch, {history['loss'][-1]:.3f} last")
    labels = np.repeat(np.arange(min(10, len(class_names))), 8)
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    generated = keras_regen.generate(model, labels, seed=seed)
    plotting.plot_samples(generated, labels, class_names, path=picture)
    click.echo(f"Generated images: {picture}")


if __name__ == "__main__":
    main()
