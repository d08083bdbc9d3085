"""Compare priors on one trained model: the images, their classes and their diversity.

    python examples/compare_priors.py                           # the trained model zoo:csae_digits
    python examples/compare_priors.py --model runs/mine --dataset my_pictures

A prior says where the latents of a class lie. It can be exchanged after training: every prior here
adapts to the latents of the training images in seconds.
"""

from pathlib import Path

import click
import numpy as np

import keras_regen
from keras_regen import plotting
from keras_regen.metrics import (
    generation_accuracy,
    relative_diversity,
    sharpness,
    train_evaluation_classifier,
)
from keras_regen.priors import (
    ClassGaussianPrior,
    ClassMixturePrior,
    ConvexCombinationPrior,
    DeviationTransferPrior,
)


@click.command(help=__doc__)
@click.option("--model", help="A .keras file or a run.  [default: zoo:csae_digits]")
@click.option("--dataset", default="digits", show_default=True, help="The model's training images.")
@click.option("--samples", default=100, show_default=True, help="Images per class and prior.")
@click.option("--steps", default=600, show_default=True, help="Of the evaluation classifier.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/compare_priors", show_default=True)
def main(model, dataset, samples, steps, seed, output):
    model = keras_regen.load_model(model) if model else keras_regen.load_pretrained("csae_digits")
    data = keras_regen.datasets.load(dataset, image_size=model.image_shape[:2], seed=seed)
    x, y, classes = data.x_train, data.y_train, data.num_classes
    classifier = train_evaluation_classifier(x, y, data.class_names, steps=steps)
    priors = {
        "Gaussian": ClassGaussianPrior(classes),
        "mixture": ClassMixturePrior(classes, seed=seed),
        "convex combination": ConvexCombinationPrior(classes, num_sources=2, seed=seed),
        "deviation transfer": DeviationTransferPrior(classes, seed=seed),
    }
    latents = model.encode(x)
    labels = np.repeat(np.arange(classes), samples)
    click.echo(f"{'prior':<20}{'generation accuracy':>20}{'diversity':>12}{'sharpness':>12}")
    for name, prior in priors.items():
        prior.adapt(latents, y)
        images = keras_regen.generate(model, labels, prior=prior, seed=seed)
        accuracy = generation_accuracy(classifier, images, labels).mean()
        diversity = np.nanmean(relative_diversity(images, labels, x, y))
        ratio = sharpness(images) / sharpness(data.x_test)
        click.echo(f"{name:<20}{accuracy:>20.1%}{diversity:>12.2f}{ratio:>12.2f}")
        picture = Path(output) / f"{name.replace(' ', '-').lower()}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        plotting.plot_samples(images, labels, data.class_names, path=picture)
    click.echo(f"Pictures: {output}. Diversity and sharpness of real images are 1.")


if __name__ == "__main__":
    main()
