"""Too few pictures of something? Train a ReGene on them, and see what more of them are worth.

    python examples/augment_small_dataset.py my_pictures --image-size 32
    python examples/augment_small_dataset.py                     # on a few of the 8x8 digits

MY_PICTURES is a folder with a folder of pictures for each class. Part of them is held out. Two
classifiers are compared on those: one of the pictures alone, one with as many generated ones.
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
@click.option("--per-class", type=int, default=20, show_default=True, help="Pictures to train on.")
@click.option("--factor", default=1.0, show_default=True, help="Generated for each real picture.")
@click.option("--steps", default=600, show_default=True, help="Of every training.")
@click.option("--width", default=0.25, show_default=True, help="Of the filters of the paper.")
@click.option("--seed", default=0, show_default=True)
@click.option("--picture", default="generated.png", show_default=True)
def main(dataset, image_size, per_class, factor, steps, width, seed, picture):
    data = keras_regen.datasets.load(dataset, image_size=image_size, seed=seed)
    chosen = np.concatenate(
        [np.flatnonzero(data.y_train == label)[:per_class] for label in range(data.num_classes)]
    )
    x, y = data.x_train[chosen], data.y_train[chosen]
    click.echo(f"Training on {len(x)} pictures of {data.num_classes} classes.")

    def trained(model, images, labels):
        # As many steps for each, so that more pictures do not mean more training.
        model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
        epochs = max(1, steps // -(-len(images) // 32))
        model.fit(images, labels, 32, epochs, verbose=0)
        return model

    def new_classifier():
        keras.utils.set_random_seed(seed)
        return Classifier.for_images(
            data.image_shape, data.class_names, network="regene", width=width
        )

    # The classifier of the real pictures is also what the decoder draws with.
    alone = trained(new_classifier(), x, y)
    model = ReGene.for_images(
        data.image_shape, data.class_names, classifier=alone.network, width=width, seed=seed
    )
    trained(model, x, y)
    model.calibrate(x, y)

    images, labels = keras_regen.augment(model, x, y, factor, seed=seed, shuffle=False)
    added = slice(len(x), None)
    plotting.plot_samples(images[added], labels[added], data.class_names, picture)
    click.echo(f"Added {len(images) - len(x)} generated pictures: {picture}")

    with_more = trained(new_classifier(), images, labels)
    for name, classifier in (("pictures alone", alone), ("with generated", with_more)):
        accuracy = np.mean(classifier.classify(data.x_test) == data.y_test)
        click.echo(f"{name:<16} {accuracy:.2%} of {len(data.x_test)} held-out pictures")


if __name__ == "__main__":
    main()
