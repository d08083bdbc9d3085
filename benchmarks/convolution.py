"""Measures the training speed of a single convolution of Keras, without this package.

The program shows which differences between the backends are their own: the layers train on the
squared error of random images of 28x28 pixels, in a process for each backend. Writes a table
(.json, .md) and a picture (.png).
"""

import json

import click
import numpy as np
from measurement import epoch_timer, installed_backends, worker_rows, write_results

LAYERS = ("Conv2D", "Conv2DTranspose", "UpSampling2D", "BatchNormalization")


def measure(num_images, channels, rounds):
    """Yields the images per second of each layer, in this process and its backend."""
    import keras
    from keras import layers

    images = np.random.default_rng(0).random((num_images, 28, 28, channels), dtype="float32")
    parts = {
        "Conv2D": lambda: layers.Conv2D(channels, 3, padding="same"),
        "Conv2DTranspose": lambda: layers.Conv2DTranspose(channels, 4, 2, padding="same"),
        "UpSampling2D": lambda: layers.UpSampling2D(interpolation="bilinear"),
        "BatchNormalization": layers.BatchNormalization,
    }
    timer = epoch_timer()
    for name in LAYERS:
        # A convolution of 1x1 gives every model weights to train.
        model = keras.Sequential([layers.Conv2D(channels, 1), parts[name]()])
        outputs = model(images[:1]).shape[1:]
        targets = np.zeros((num_images, *outputs), "float32")
        model.compile("sgd", loss="mse", jit_compile=keras.backend.backend() == "jax")
        seconds = []
        for _ in range(rounds + 1):
            model.fit(images, targets, batch_size=64, verbose=0, callbacks=[timer])
            seconds.append(timer.seconds)
        # The first epoch compiles.
        yield {"layer": name, "images_per_second": round(num_images / min(seconds[1:]))}


def table(rows):
    """Returns a Markdown table with a row for each layer and a column for each backend."""
    backends = list(dict.fromkeys(row["backend"] for row in rows))
    speed = {(row["layer"], row["backend"]): row["images_per_second"] for row in rows}
    lines = [
        f"| layer | {' | '.join(backends)} |",
        "| --- |" + " ---: |" * len(backends),
    ]
    for layer in LAYERS:
        numbers = " | ".join(f"{speed[layer, backend]:,}" for backend in backends)
        lines.append(f"| {layer} | {numbers} |")
    return "\n".join(lines)


def plot(rows, path):
    """Plots the images per second: a group of bars for each layer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.5), layout="constrained")
    axis = figure.subplots()
    backends = list(dict.fromkeys(row["backend"] for row in rows))
    for index, backend in enumerate(backends):
        speeds = [row["images_per_second"] for row in rows if row["backend"] == backend]
        left = np.arange(len(speeds)) + (index - (len(backends) - 1) / 2) * 0.25
        axis.bar_label(axis.bar(left, speeds, 0.23, label=backend), fontsize="small")
    axis.set_xticks(range(len(LAYERS)), LAYERS)
    axis.set_ylabel("images per second in training")
    axis.set_yscale("log")
    axis.legend()
    figure.savefig(path, dpi=120)


@click.command(help=__doc__)
@click.option("--num-images", default=512, show_default=True)
@click.option("--channels", default=64, show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Epochs to measure.")
@click.option("--output", default="results/convolution.json", show_default=True)
@click.option("--worker", is_flag=True, hidden=True)
def main(num_images, channels, rounds, output, worker):
    if worker:
        for row in measure(num_images, channels, rounds):
            click.echo(json.dumps(row))
        return
    rows = []
    setting = {"num_images": num_images, "channels": channels, "rounds": rounds}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in setting.items()]
    for backend in installed_backends():
        found, code = worker_rows(__file__, "--worker", *options, KERAS_BACKEND=backend)
        if code:
            raise click.ClickException(f"{backend} failed with {code}.")
        rows += [{"backend": backend, **row} for row in found]
    write_results(output, setting, rows, table, plot)


if __name__ == "__main__":
    main()
