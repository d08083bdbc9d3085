"""What pulling only the span of the centroids does to reconstructions, and to accuracy.

Trains the same small CSAE with the papers' centroid loss (all coordinates of the latent), and with
`subspace=True`, on 12,000 images of Fashion-MNIST, and writes both into one JSON file. A study that
was interrupted goes on with the first cell that is not in the file.
"""

import json
import os
import time
from pathlib import Path

import click
import numpy as np

# Name of a row, subspace, weight of the wavelet loss, beta.
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
@click.option("--seeds", default=3, show_default=True, help="Seeds 0, 1, ...")
@click.option("--models", type=click.Path(), help="Folder to keep the trained models in.")
@click.option("--output", default="results/centroid_subspace.json", show_default=True)
def main(dataset, train_images, epochs, seeds, models, output):
    import keras

    from keras_regen.datasets import load

    data = load(dataset)
    setting = {
        "dataset": data.name,
        "train_images": train_images,
        "test_images": len(data.x_test),
        "epochs": epochs,
        "batch_size": BATCH_SIZE,
        "optimizer": f"Adam {LEARNING_RATE}",
        "latent_dim": LATENT_DIM,
        "levels": LEVELS,
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
    }
    study = {"setting": setting, "runs": []}
    if os.path.exists(output):
        study = json.loads(Path(output).read_text())
        if study["setting"] != setting:
            raise click.ClickException(f"{output} holds another study: {study['setting']}.")
    done = {(run["row"], run["seed"]) for run in study["runs"]}
    for row in ROWS:
        for seed in range(seeds):
            if (row[0], seed) in done:
                continue
            study["runs"].append(train(data, row, seed, train_images, epochs, models))
            click.echo(json.dumps(study["runs"][-1]))
            write(output, study)
    click.echo(table(study["runs"]))


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


def write(output, study):
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    partial = f"{output}.partial"
    Path(partial).write_text(json.dumps(study, indent=1) + "\n")
    os.replace(partial, output)


def table(runs):
    lines = ["| centroid loss | wavelet weight, beta | accuracy | reconstruction MSE |"]
    lines += ["| --- | --- | --- | --- |"]
    for name, _, weight, beta in ROWS:
        cells = [run for run in runs if run["row"] == name]
        if not cells:
            continue
        columns = [
            f"{scale * np.mean(values):.{digits}f} ± {scale * np.std(values):.{digits}f}"
            for scale, digits, values in (
                (100, 2, [cell["accuracy"] for cell in cells]),
                (1, 5, [cell["reconstruction_mse"] for cell in cells]),
            )
        ]
        lines.append(f"| {name} | {weight:g}, {beta:g} | {' | '.join(columns)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
