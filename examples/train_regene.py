"""Train a ReGene: a classifier, then a decoder of its latents, and generate images.

    python examples/train_regene.py                              # 8x8 digits, some minutes
    python examples/train_regene.py --dataset mnist --epochs 10  # needs the data, and an hour
    python examples/train_regene.py --dataset my_pictures --image-size 32

`keras-regen train regene_digits` trains such a model in one command.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import plotting
from keras_regen.callbacks import LossWeightSchedule
from keras_regen.losses import SSIMLoss
from keras_regen.metrics import closest_match, neighbor_distances, novelty
from keras_regen.networks import regene_classifier, regene_decoder
from keras_regen.optimizers import build_optimizer
from keras_regen.priors import ConvexCombinationPrior


@click.command(help=__doc__)
@click.option("--dataset", default="digits", show_default=True, help="Name, or folder of classes.")
@click.option("--image-size", type=int, help="Height and width to resize to.")
@click.option(
    "--classifier-epochs", default=30, show_default=True, help="Epochs of the classifier."
)
@click.option("--epochs", default=40, show_default=True, help="Epochs of the decoder.")
@click.option("--batch-size", default=64, show_default=True)
@click.option("--width", default=0.2, show_default=True, help="Scales the number of filters.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/train_regene", show_default=True)
def main(dataset, image_size, classifier_epochs, epochs, batch_size, width, seed, output):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load(dataset, image_size=image_size, seed=seed)
    click.echo(data)
    steps = -(-len(data.x_train) // batch_size)

    # Any functional Keras classifier can be used. This network is the paper's, with fewer filters.
    # The decoder takes the outputs of its layer "latent".
    classifier = regene_classifier(data.image_shape, data.num_classes, width=width)
    latent_dim = classifier.get_layer("latent").output.shape[-1]
    model = keras_regen.ReGene(
        classifier,
        regene_decoder(data.image_shape, latent_dim, width=width),
        image_losses=[keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()],
        prior=ConvexCombinationPrior(data.num_classes, num_sources=2, seed=seed),
        class_names=data.class_names,
    )

    # Pretraining of the classifier, with a separate optimizer.
    model.fit_classifier(
        data.x_train,
        data.y_train,
        optimizer=build_optimizer("adam", 2e-3, classifier_epochs * steps, schedule="cosine"),
        batch_size=batch_size,
        epochs=classifier_epochs,
        verbose=2,
    )

    # Training of the decoder. The classifier encodes the images once, before the first epoch
    # (`cache_latents=True`). The SSIM loss is part of the total loss in the first two thirds of the
    # epochs.
    switch = max(1, round(epochs * 2 / 3))
    model.compile(build_optimizer("adam", 2e-3, epochs * steps, schedule="cosine"))
    model.fit(
        data.x_train,
        data.y_train,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(data.x_test, data.y_test),
        callbacks=[LossWeightSchedule([(switch + 1, epochs + 1, {"ssim_loss": 0.0})])],
        verbose=2,
    )

    # The threshold of acceptance is the mean probability of the class of real images.
    model.calibrate(data.x_test, data.y_test)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    labels = np.repeat(np.arange(data.num_classes), 16)
    generated, report = keras_regen.generate(
        model, labels, seed=seed, accept=True, return_report=True
    )
    plotting.plot_samples(generated, labels, data.class_names, path=folder / "samples.png")
    click.echo(f"Tries for 16 of each class: {report.tries.tolist()}")

    # The matrix of the mixtures of each pair of images of a class.
    images = data.x_test[data.y_test == 0][:12]
    matrix = keras_regen.matrix(model, images[:6], images[6:])
    plotting.plot_matrix(matrix, images[:6], images[6:], path=folder / "matrix.png")

    # Mean latents decode to sharp images; mean pixels would be a blur.
    pairs = np.stack([images[:6], images[6:]], axis=1)
    mixtures = model.decode((model.encode(images[:6]) + model.encode(images[6:])) / 2)
    plotting.plot_sources(mixtures, pairs, path=folder / "sources.png")
    latents = model.encode(data.x_test[:1000])
    plotting.plot_tsne(latents, data.y_test[:1000], data.class_names, path=folder / "latents.png")

    # Descendants: each generation combines the latents of the images of the previous generation.
    generations = keras_regen.descendants(
        model, labels, depth=3, kind="children", accept=True, seed=seed
    )
    for index, (images, _) in enumerate(generations, start=1):
        path = folder / f"generation-{index}.png"
        plotting.plot_samples(images, labels, data.class_names, path=path)

    # Comparison with the nearest training images: copies would be a sign of overfitting.
    queries = generated[::16]
    matches = closest_match(queries, data.x_train, num_matches=5)
    plotting.plot_closest(
        queries, data.x_train[matches.indices], path=folder / "closest.png", captions=matches.values
    )
    distances = neighbor_distances(data.x_train)
    for name, images in (("Generated", generated), ("Held-out", data.x_test)):
        click.echo(f"{name:<11} {novelty(images, data.x_train, training_distances=distances)}")

    model.save(folder / "model.keras")
    click.echo(f"Model and pictures: {folder}")


if __name__ == "__main__":
    main()
