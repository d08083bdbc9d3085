"""Measures the value of generated images as training images: ReGene's figure 17, on little data.

Trains a ReGene on a few images per class, and then classifiers: on a part of these images with
generated images in place of the rest, and on all of these images with generated images added. Each
classifier is tested on all real test images.
"""

import click
import numpy as np

REPLACED = (0.0, 0.25, 0.5, 0.75)
ADDED = (1.0, 1.25, 1.5, 1.75, 2.0)


@click.command(help=__doc__)
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--per-class", default=20, show_default=True, help="Training images per class.")
@click.option("--width", default=0.25, show_default=True, help="Scales the number of filters.")
@click.option("--steps", default=600, show_default=True, help="Training steps of each model.")
@click.option("--seeds", default=3, show_default=True, help="Number of seeds: 0, 1, ...")
@click.option("--output", default="results/augmentation.json", show_default=True)
@click.option("--picture", default="results/augmentation.png", show_default=True)
def main(dataset, per_class, width, steps, seeds, output, picture):
    from study import Study, spread

    from keras_regen import plotting
    from keras_regen.datasets import load

    data = load(dataset)
    study = Study(
        output,
        dataset=data.name,
        per_class=per_class,
        width=width,
        steps=steps,
        batch_size=50,
        test_images=len(data.x_test),
    )
    for seed in range(seeds):
        x, y = small_subset(data, per_class, seed)
        model = None
        for share in (*REPLACED, *ADDED):
            if study.has(seed=seed, share=share):
                continue
            model = model or train_regene(data, x, y, width, steps, seed)
            images, labels = mix(model, x, y, share, seed)
            classifier = train_classifier(data, images, labels, width, steps, seed)
            study.add(
                share=share,
                seed=seed,
                real=int(len(x) * min(share, 1)),
                generated=len(images) - int(len(x) * min(share, 1)),
                accuracy=float(np.mean(classifier.classify(data.x_test) == data.y_test)),
            )
    shares = [*REPLACED, *ADDED]
    accuracy = np.array([study.values("accuracy", share=share) for share in shares])
    plotting.plot_ratio(shares, {"test accuracy (%)": 100 * accuracy}, path=picture)
    click.echo("| originals | generated | test accuracy (%) |\n| --- | --- | --- |")
    for share, values in zip(shares, accuracy, strict=True):
        added = share - 1 if share > 1 else 1 - share
        click.echo(f"| {min(share, 1):.0%} | {added:.0%} | {spread(values, 100)} |")


def small_subset(data, per_class, seed):
    """Returns a random choice of images per class."""
    rng = np.random.default_rng(seed)
    indices = np.concatenate(
        [
            rng.choice(np.flatnonzero(data.y_train == label), per_class, replace=False)
            for label in range(data.num_classes)
        ]
    )
    return data.x_train[indices], data.y_train[indices]


def mix(model, x, y, share, seed):
    """Returns real and generated images.

    With `share` less than 1, it is the share of the real images that stay, and generated images
    replace the others. Otherwise `share - 1` generated images per real image are added.
    """
    from keras_regen import augment

    if share >= 1:
        return augment(model, x, y, share - 1, seed=seed)
    generated = slice(len(x), None)
    images, labels = (part[generated] for part in augment(model, x, y, seed=seed, shuffle=False))
    keep, fill = [], []
    for label in range(model.num_classes):
        real, fakes = np.flatnonzero(y == label), np.flatnonzero(labels == label)
        count = round(share * len(real))
        keep.append(real[:count])
        fill.append(fakes[: len(real) - count])
    keep, fill = np.concatenate(keep), np.concatenate(fill)
    return np.concatenate([x[keep], images[fill]]), np.concatenate([y[keep], labels[fill]])


def train_classifier(data, x, y, width, steps, seed):
    """Trains a new classifier; the number of steps does not depend on the number of images."""
    import keras

    from keras_regen import Classifier
    from keras_regen.optimizers import build_optimizer

    keras.utils.set_random_seed(seed)
    model = Classifier.for_images(data.image_shape, data.class_names, network="regene", width=width)
    model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
    model.fit(x, y, 50, round(steps * 50 / len(x)), verbose=0)
    return model


def train_regene(data, x, y, width, steps, seed):
    """Trains a ReGene on the images, and calibrates its threshold of acceptance on them."""
    import keras

    from keras_regen import ReGene
    from keras_regen.optimizers import build_optimizer

    classifier = train_classifier(data, x, y, width, steps, seed)
    keras.utils.set_random_seed(seed)
    model = ReGene.for_images(
        data.image_shape, data.class_names, classifier=classifier.network, width=width, seed=seed
    )
    model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
    model.fit(x, y, 50, round(steps * 50 / len(x)), verbose=0)
    model.calibrate(x, y)
    return model


if __name__ == "__main__":
    main()
