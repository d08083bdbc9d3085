"""Augment a small dataset with images that a ReGene generates, and measure the gain in accuracy.

    python examples/augment_small_dataset.py my_pictures --image-size 32
    python examples/augment_small_dataset.py                     # a few of the 8x8 digits

MY_PICTURES is a folder with a folder of pictures for each class. Some of the pictures are held out.
The script compares two classifiers on the held-out pictures: the first is trained on the pictures
alone, the second on the pictures and on the same number of generated images.
"""

import click
import keras
import numpy as np

import keras_regen
from keras_regen import Classifier, ReGene, plotting
from keras_regen.optimizers import build_optimizer


@click.command(help=__doc__)
@click.argument("dataset", default="digits")
@click.option("--image-size", type=int, help="Height and width to resize to.")
@click.option(
    "--per-class", type=int, default=20, show_default=True, help="Training pictures per class."
)
@click.option("--factor", default=1.0, show_default=True, help="Generated images per real picture.")
@click.option("--steps", default=600, show_default=True, help="Training steps of each model.")
@click.option("--width", default=0.25, show_default=True, help="Scales the number of filters.")
@click.option("--seed", default=0, show_default=True)
@click.option("--picture", default="generated.png", show_default=True)
def main(dataset, image_size, per_class, factor, steps, width, seed, picture):
    data = keras_regen.datasets.load(dataset, image_size=image_size, seed=seed)
    indices = np.concatenate(
        [np.flatnonzero(data.y_train == label)[:per_class] for label in range(data.num_classes)]
    )
    x, y = data.x_train[indices], data.y_train[indices]
    click.echo(f"Training on {len(x)} pictures of {data.num_classes} classes.")

    def train(model, images, labels):
        # The number of steps does not depend on the number of images.
        model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
        epochs = max(1, steps // -(-len(images) // 32))
        model.fit(images, labels, 32, epochs, verbose=0)
        return model

    def new_classifier():
        keras.utils.set_random_seed(seed)
        return Classifier.for_images(
            data.image_shape, data.class_names, network="regene", width=width
        )

    # The classifier of the real pictures is also the encoder of the ReGene.
    baseline = train(new_classifier(), x, y)
    model = ReGene.for_images(
        data.image_shape, data.class_names, classifier=baseline.network, width=width, seed=seed
    )
    train(model, x, y)
    model.calibrate(x, y)

    images, labels = keras_regen.augment(model, x, y, factor, seed=seed, shuffle=False)
    generated = slice(len(x), None)
    plotting.plot_samples(images[generated], labels[generated], data.class_names, path=picture)
    click.echo(f"Added {len(images) - len(x)} generated pictures: {picture}")

    augmented = train(new_classifier(), images, labels)
    for name, classifier in (("pictures alone", baseline), ("with generated", augmented)):
        accuracy = np.mean(classifier.classify(data.x_test) == data.y_test)
        click.echo(f"{name:<16} {accuracy:.2%} of {len(data.x_test)} held-out pictures")


if __name__ == "__main__":
    main()
