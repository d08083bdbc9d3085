"""Measures the effect of the centroid subspace on the reconstruction error and the accuracy.

Trains the same small CSAE with the papers' centroid loss (all coordinates of the latent), and with
`subspace=True`, on 12,000 images of Fashion-MNIST, and writes the results into a JSON file. The
script skips the training runs that the file contains.
"""

import time
from pathlib import Path

import click
import numpy as np

# Name of the row, subspace, weight of the wavelet loss, beta.
ROWS = (
    ("all coordinates", False, 1.0, 0.06),
    ("subspace", True, 1.0, 0.06),
    ("subspace, wavelet loss x3", True, 3.0, 0.04),
)
LATENT_DIM, LEVELS, LEARNING_RATE, BATCH_SIZE = 40, 2, 0.002, 64


@click.command(help=__doc__)
@click.option("--dataset", default="fashion_mnist", show_default=True)
@click.option("--train-images", default=12_000, show_default=True)
@click.option("--epochs", default=8, show_default=True)
@click.option("--seeds", default=3, show_default=True, help="Number of seeds: 0, 1, ...")
@click.option(
    "--models",
    type=click.Path(),
    help="Folder of the trained models; they are not saved without it.",
)
@click.option("--output", default="results/centroid_subspace.json", show_default=True)
def main(dataset, train_images, epochs, seeds, models, output):
    from study import Study

    from keras_regen.datasets import load

    data = load(dataset)
    study = Study(
        output,
        dataset=data.name,
        train_images=train_images,
        test_images=len(data.x_test),
        epochs=epochs,
        batch_size=BATCH_SIZE,
        optimizer=f"Adam {LEARNING_RATE}",
        latent_dim=LATENT_DIM,
        levels=LEVELS,
    )
    for row in ROWS:
        for seed in range(seeds):
            if not study.has(row=row[0], seed=seed):
                study.add(**train(data, row, seed, train_images, epochs, models))
    click.echo(table(study))


def train(data, row, seed, train_images, epochs, models):
    import keras

    from keras_regen import CSAE
    from keras_regen.datasets import ShuffledArrays
    from keras_regen.layers import NoisyLatent, PEDCCHead
    from keras_regen.losses import WaveletLoss
    from keras_regen.networks import csae_decoder, csae_encoder

    name, subspace, weight, beta = row
    keras.utils.set_random_seed(seed)
    model = CSAE(
        csae_encoder(data.image_shape, LATENT_DIM),
        csae_decoder(data.image_shape, LATENT_DIM),
        PEDCCHead(data.num_classes, subspace=subspace, seed=seed),
        noise=NoisyLatent(beta, seed=seed),
        image_losses=WaveletLoss(LEVELS),
        loss_weights={"wavelet_loss": weight},
        class_names=data.class_names,
    )
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    x, y = data.x_train[:train_images], data.y_train[:train_images]
    start = time.perf_counter()
    model.fit(ShuffledArrays(x, y, BATCH_SIZE, seed), epochs=epochs, shuffle=False, verbose=0)
    seconds = time.perf_counter() - start
    error = model.reconstruct(data.x_test) - data.x_test.astype("float32") / 255
    if models:
        Path(models).mkdir(parents=True, exist_ok=True)
        model.save(Path(models) / f"{name.replace(', ', '-').replace(' ', '-')}-{seed}.keras")
    return {
        "row": name,
        "seed": seed,
        "subspace": subspace,
        "wavelet_weight": weight,
        "beta": beta,
        "accuracy": float(np.mean(model.classify(data.x_test) == data.y_test)),
        "reconstruction_mse": float(np.mean(np.square(error, dtype="float64"))),
        "seconds": round(seconds, 1),
    }


def table(study):
    from study import spread

    lines = ["| centroid loss | wavelet weight, beta | accuracy | reconstruction MSE |"]
    lines += ["| --- | --- | --- | --- |"]
    for name, _, weight, beta in ROWS:
        accuracy, error = (
            study.values(key, row=name) for key in ("accuracy", "reconstruction_mse")
        )
        if len(accuracy):
            cells = f"{spread(accuracy, 100)} | {spread(error, digits=5)}"
            lines.append(f"| {name} | {weight:g}, {beta:g} | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
