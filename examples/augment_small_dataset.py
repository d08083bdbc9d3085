"""Augment a small dataset with images that a CSAE generates, and measure the gain in accuracy.

    python examples/augment_small_dataset.py my_pictures --image-size 32
    python examples/augment_small_dataset.py                     # a few of the 8x8 digits
    python examples/augment_small_dataset.py --draws 5 --steps 500          # ten minutes

MY_PICTURES is a folder with a folder of pictures for each class. Some of the pictures are held out.
For several random choices of few pictures, the script compares four classifiers of the same number
of steps: without augmentation, with shifted (and, in color, mirrored) pictures, with generated
pictures, and with both. `keras-regen augment --study` does so for several numbers of pictures.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import CSAE, Classifier, plotting
from keras_regen.datasets import ShuffledArrays
from keras_regen.optimizers import build_optimizer

BATCH = 64


def repeated(x, y, steps, seed):
    """Returns batches of the pictures in random order, repeated for a number of steps."""
    order = np.random.default_rng(seed).permutation(len(x))
    indices = np.resize(order, steps * BATCH)
    return ShuffledArrays(x[indices], y[indices], BATCH, seed)


@click.command(help=__doc__)
@click.argument("dataset", default="digits")
@click.option("--image-size", type=int, help="Height and width to resize to.")
@click.option("--per-class", default=20, show_default=True, help="Training pictures per class.")
@click.option("--factor", default=4, show_default=True, help="Generated images per real picture.")
@click.option("--steps", default=400, show_default=True, help="Training steps of a classifier.")
@click.option("--draws", default=2, show_default=True, help="Random choices of the pictures.")
@click.option("--stem-filters", default=16, show_default=True, help="Scales the networks.")
@click.option("--picture", default="generated.png", show_default=True)
def main(dataset, image_size, per_class, factor, steps, draws, stem_filters, picture):
    data = keras_regen.datasets.load(dataset, image_size=image_size)
    shape, names = data.image_shape, data.class_names
    views = {"shift": max(1, min(shape[:2]) // 16), "mirror": shape[2] == 3}

    def classify(x, y, seed, **views):
        """Returns the test accuracy of a new classifier."""
        keras.utils.set_random_seed(seed)
        model = Classifier.for_images(shape, names, stem_filters=stem_filters, seed=seed, **views)
        model.compile(build_optimizer("adam", 2e-3, steps, "one_cycle"))
        model.fit(repeated(x, y, steps, seed), shuffle=False, verbose=0)
        return np.mean(model.classify(data.x_test) == data.y_test)

    gains = []
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        groups = [np.flatnonzero(data.y_train == label) for label in range(len(names))]
        indices = np.concatenate([rng.permutation(group)[:per_class] for group in groups])
        x, y = data.x_train[indices], data.y_train[indices]

        # The deviation transfer varies a real picture as the pictures of other classes vary.
        keras.utils.set_random_seed(seed)
        options = {"prior": "deviation", "stem_filters": stem_filters, "latent_dim": 32} | views
        model = CSAE.from_preset("csae", image_shape=shape, class_names=names, seed=seed, **options)
        model.compile(build_optimizer("adam", 2e-3, 3 * steps, "one_cycle"))
        batches = repeated(x, y, 3 * steps, seed)
        model.fit(batches, epochs=1, shuffle=False, verbose=0, adapt_prior=False)
        model.adapt_prior(x, y)
        images, labels = keras_regen.augment(
            model, x, y, factor, accept=None, seed=seed, shuffle=False
        )
        new_images, new_labels = images[len(x) :], labels[len(x) :]
        Path(picture).parent.mkdir(parents=True, exist_ok=True)
        plotting.plot_samples(new_images, new_labels, names, path=picture)

        # Half of each batch is real, half generated.
        real = np.resize(np.arange(len(x)), len(new_images))
        mixed_x = np.concatenate([x[real], new_images])
        mixed_y = np.concatenate([y[real], new_labels])
        accuracies = {
            "none": classify(x, y, seed),
            "shifted": classify(x, y, seed, **views),
            "generated": classify(mixed_x, mixed_y, seed),
            "both": classify(mixed_x, mixed_y, seed, **views),
        }
        text = ", ".join(f"{name} {accuracy:.2%}" for name, accuracy in accuracies.items())
        click.echo(f"Draw {seed}, {len(x)} pictures: {text}")
        gains.append([accuracies[name] - accuracies["none"] for name in accuracies])
    for name, values in zip(accuracies, 100 * np.transpose(gains), strict=True):
        click.echo(f"{name:<10} gain {values.mean():+.2f} points, spread {values.std():.2f}")
    click.echo(f"Generated pictures: {picture}")


if __name__ == "__main__":
    main()
