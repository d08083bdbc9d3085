"""Training ReGene's decoder on latents that were encoded once, beside encoding in every step.

Both train in turn, epoch by epoch, in one run; the best epoch of each counts. What is gained is the
classifier's share of a step: its forward pass beside the decoder's forward and backward ones. In
the paper's networks the decoder is by far the larger, and the gain small; with a smaller decoder
(`--decoder-width`) or a larger classifier it is more.
"""

import json
import time

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--num-images", default=1_280, show_default=True)
@click.option("--batch-size", default=128, show_default=True)
@click.option("--width", default=1.0, show_default=True, help="Of the classifier.")
@click.option("--decoder-width", default=0.25, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--image-size", default=28, show_default=True)
def main(num_images, batch_size, width, decoder_width, rounds, image_size):
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
        models[name].compile(keras.optimizers.Adam(1e-3))
    prepared = models["cached"].prepare(images)
    # `fit` of arrays prepares them itself; here once for all rounds, as it does for all epochs.
    given = {"cached": prepared, "uncached": images}
    times, losses = {"cached": [], "uncached": []}, {"cached": [], "uncached": []}
    for index in range(rounds + 1):
        for name, model in models.items():
            start = time.perf_counter()
            history = model.fit(
                given[name],
                labels,
                batch_size,
                1,
                shuffle=False,
                cache_latents=False,
                adapt_prior=False,
                verbose=0,
            )
            if index:  # the first round compiles
                times[name].append(time.perf_counter() - start)
            losses[name].append(history.history["loss"][0])
    found = {f"{name}_seconds_per_epoch": round(min(t), 3) for name, t in times.items()}
    found["ratio"] = round(min(times["uncached"]) / min(times["cached"]), 3)
    difference = np.abs(np.subtract(*losses.values()) / losses["cached"])
    found["largest_relative_difference_of_losses"] = float(difference.max())
    setting = {"width": width, "decoder_width": decoder_width}
    click.echo(json.dumps({"backend": keras.backend.backend(), **setting, **found}))


if __name__ == "__main__":
    main()
