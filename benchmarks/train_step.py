"""Compares the speed of `CSAE.fit` with that of a functional Keras model.

The Keras model has the same networks, two outputs, and the same two losses. Both models train in
turn, epoch by epoch, in the same process. The fastest epoch of each model counts.
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

    csae, parts = build(), build()
    latent = parts.encoder.output
    image = parts.decoder(parts.noise(latent))
    functional = keras.Model(parts.encoder.input, [latent, image])
    functional.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=5e-3),
        loss=[CentroidLoss(parts.head.centroids), WaveletLoss(2)],
        jit_compile=csae.jit_compile,
    )
    times = {"csae": [], "functional": []}
    for index in range(rounds + 1):
        for name, call in (
            ("functional", lambda: functional.fit(images, [labels, images], batch_size, verbose=0)),
            (
                "csae",
                lambda: csae.fit(
                    images, labels, batch_size=batch_size, epochs=1, verbose=0, adapt_prior=False
                ),
            ),
        ):
            start = time.perf_counter()
            call()
            if index:  # The first round includes the compilation.
                times[name].append(time.perf_counter() - start)
    results = {
        f"{name}_images_per_second": round(num_images / min(seconds))
        for name, seconds in times.items()
    }
    results["ratio"] = round(min(times["functional"]) / min(times["csae"]), 3)
    click.echo(json.dumps({"backend": keras.backend.backend(), **results}))


if __name__ == "__main__":
    main()
