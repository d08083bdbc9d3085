"""`CSAE.fit` beside plain Keras with the same networks and losses through stock `fit`.

Both train in turn, epoch by epoch, in one run; the best epoch of each counts. The plain model is a
functional one with two outputs, compiled with the same two losses.
"""

import json
import time

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--num-images", default=5_120, show_default=True)
@click.option("--batch-size", default=256, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(num_images, batch_size, rounds):
    import keras

    from keras_regen import CSAE
    from keras_regen.losses import CentroidLoss, WaveletLoss

    rng = np.random.default_rng(0)
    images = rng.random((num_images, 28, 28, 1), dtype="float32")
    labels = rng.integers(0, 10, num_images)

    def build():
        return CSAE.from_preset("csae_mnist")

    ours, parts = build(), build()
    latent = parts.encoder.output
    image = parts.decoder(parts.noise(latent))
    plain = keras.Model(parts.encoder.input, [latent, image])
    # Wrapped, so that only the losses, and no metrics, differ from a model of two outputs.
    plain.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=5e-3),
        loss=[CentroidLoss(parts.head.centroids), WaveletLoss(2)],
        jit_compile=ours.jit_compile,
    )
    times = {"ours": [], "plain": []}
    for index in range(rounds + 1):
        for name, call in (
            ("plain", lambda: plain.fit(images, [labels, images], batch_size, verbose=0)),
            (
                "ours",
                lambda: ours.fit(
                    images, labels, batch_size=batch_size, epochs=1, verbose=0, adapt_prior=False
                ),
            ),
        ):
            start = time.perf_counter()
            call()
            if index:  # the first round compiles
                times[name].append(time.perf_counter() - start)
    found = {f"{name}_images_per_second": round(num_images / min(t)) for name, t in times.items()}
    found["ratio"] = round(min(times["plain"]) / min(times["ours"]), 3)
    click.echo(json.dumps({"backend": keras.backend.backend(), **found}))


if __name__ == "__main__":
    main()
