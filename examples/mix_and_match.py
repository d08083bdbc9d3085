"""Mix the parts of the papers: two models that are in none of them.

    python examples/mix_and_match.py

1. A ReGene around a classifier with a `PEDCCHead`: its latents lie around the centroids of CSAE,
   and the decoder learns from the fixed latents, as in ReGene.
2. A CSAE that generates by convex combination: its latents are combined as in ReGene, in place of
   samples from a Gaussian.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import CSAE, ReGene, plotting
from keras_regen.losses import SSIMLoss
from keras_regen.metrics import generation_accuracy, train_evaluation_classifier
from keras_regen.networks import regene_decoder
from keras_regen.optimizers import build_optimizer
from keras_regen.priors import ConvexCombinationPrior


@click.command(help=__doc__)
@click.option("--epochs", default=20, show_default=True, help="Epochs of each model.")
@click.option("--stem-filters", default=16, show_default=True, help="Scales the networks.")
@click.option("--steps", default=600, show_default=True, help="Of the evaluation classifier.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/mix_and_match", show_default=True)
def main(epochs, stem_filters, steps, seed, output):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load("digits")
    x, y, names = data.x_train, data.y_train, data.class_names
    total = epochs * -(-len(x) // 64)

    csae = CSAE.for_images(
        data.image_shape, names, latent_dim=32, stem_filters=stem_filters, seed=seed
    )
    csae.compile(build_optimizer("adam", 2e-3, total, "one_cycle"))
    csae.fit(x, y, batch_size=64, epochs=epochs, verbose=0)

    # The encoder and the head of the CSAE are a functional classifier with a layer "latent".
    image = keras.Input(data.image_shape)
    latent = keras.layers.Identity(name="latent")(csae.encoder(image))
    probabilities = keras.layers.Softmax()(csae.head(latent))
    regene = ReGene(
        keras.Model(image, probabilities),
        regene_decoder(data.image_shape, csae.latent_dim, width=stem_filters / 100),
        image_losses=[keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()],
        prior=ConvexCombinationPrior(data.num_classes, num_sources=2, seed=seed),
        class_names=names,
    )
    regene.compile(build_optimizer("adam", 2e-3, total, "one_cycle"))
    regene.fit(x, y, batch_size=64, epochs=epochs, verbose=0)

    combination = ConvexCombinationPrior(data.num_classes, num_sources=2, seed=seed)
    combination.adapt(csae.encode(x), y)

    classifier = train_evaluation_classifier(x, y, names, steps=steps)
    labels = np.repeat(np.arange(data.num_classes), 20)
    for name, model, prior in (
        ("CSAE, Gaussian", csae, None),
        ("CSAE, convex combination", csae, combination),
        ("ReGene with PEDCCHead", regene, None),
    ):
        images = keras_regen.generate(model, labels, prior=prior, seed=seed)
        accuracy = generation_accuracy(classifier, images, labels).mean()
        picture = Path(output) / f"{name.replace(', ', '-').replace(' ', '-').lower()}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        plotting.plot_samples(images, labels, names, path=picture)
        click.echo(f"{name:<26} generation accuracy {accuracy:.1%}: {picture}")


if __name__ == "__main__":
    main()
