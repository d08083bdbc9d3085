"""Compares the speed of `keras_regen.generate` with that of the decoder's `predict`.

Both run in turn in the same process.
"""

import json
import time

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--num-samples", default=10_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(num_samples, rounds):
    import keras

    from keras_regen import CSAE, generate

    model = CSAE.from_preset("csae_mnist")
    rng = np.random.default_rng(0)
    labels = np.arange(500) % 10
    model.prior.adapt(rng.normal(size=(500, 40)), labels)
    latents = rng.normal(size=(num_samples, 40)).astype("float32")
    times = {"generate": [], "predict": []}
    for index in range(rounds + 1):
        for name, call in (
            ("predict", lambda: model.decoder.predict(latents, batch_size=256, verbose=0)),
            ("generate", lambda: generate(model, num_samples=num_samples, seed=0)),
        ):
            start = time.perf_counter()
            call()
            if index:  # The first round includes the compilation.
                times[name].append(time.perf_counter() - start)
    results = {
        f"{name}_images_per_second": round(num_samples / min(seconds))
        for name, seconds in times.items()
    }
    results["ratio"] = round(min(times["predict"]) / min(times["generate"]), 3)
    click.echo(json.dumps({"backend": keras.backend.backend(), **results}))


if __name__ == "__main__":
    main()
