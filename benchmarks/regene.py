"""Compares the training of ReGene's decoder with and without cached latents.

With `cache_latents=True`, `fit` encodes the images once, before the first epoch; without, the
classifier encodes them in each step. The difference of a long and a short `fit` is the time of the
epochs alone. Both models train in turn in the same process, and the fastest round of each counts.

The gain is the time of the classifier's forward pass, compared with the forward and backward passes
of the decoder. It is small for the paper's networks, whose decoder is much larger than the
classifier, and larger for a smaller decoder (`--decoder-width`) or a larger classifier.
"""

import json
import time

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--num-images", default=1_280, show_default=True)
@click.option("--batch-size", default=128, show_default=True)
@click.option(
    "--width",
    default=1.0,
    show_default=True,
    help="Scales the number of filters of the classifier.",
)
@click.option(
    "--decoder-width",
    default=0.25,
    show_default=True,
    help="Scales the number of filters of the decoder.",
)
@click.option("--epochs", default=3, show_default=True, help="Further epochs of the long `fit`.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--image-size", default=28, show_default=True)
def main(num_images, batch_size, width, decoder_width, epochs, rounds, image_size):
    import keras

    from keras_regen import ReGene

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (num_images, image_size, image_size, 1), dtype="uint8")
    labels = rng.integers(0, 10, num_images)
    models = {}
    for name in ("cached", "uncached"):
        keras.utils.set_random_seed(0)
        models[name] = ReGene.for_images(
            images.shape[1:],
            [str(label) for label in range(10)],
            width=width,
            decoder_width=decoder_width,
        )
        models[name].cache_latents = name == "cached"
        models[name].compile(keras.optimizers.Adam(1e-3))
    seconds, losses = {"cached": [], "uncached": []}, {"cached": [], "uncached": []}
    for index in range(rounds + 1):
        for name, model in models.items():
            times = []
            for num_epochs in (1, 1 + epochs):
                start = time.perf_counter()
                history = model.fit(
                    images,
                    labels,
                    batch_size,
                    num_epochs,
                    shuffle=False,
                    adapt_prior=False,
                    verbose=0,
                )
                times.append(time.perf_counter() - start)
                losses[name] += history.history["loss"]
            if index:  # The first round includes the compilation.
                seconds[name].append((times[1] - times[0]) / epochs)
    results = {f"{name}_seconds_per_epoch": round(min(s), 3) for name, s in seconds.items()}
    results["ratio"] = round(min(seconds["uncached"]) / min(seconds["cached"]), 3)
    difference = np.abs(np.subtract(*losses.values()) / losses["cached"])
    results["largest_relative_difference_of_losses"] = float(difference.max())
    setting = {"width": width, "decoder_width": decoder_width}
    click.echo(json.dumps({"backend": keras.backend.backend(), **setting, **results}))


if __name__ == "__main__":
    main()
