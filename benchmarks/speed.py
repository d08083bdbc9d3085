"""Measures the training speed of ours, of plain Keras, and of hand-written PyTorch.

Three models on images of 28x28 pixels: `csae_mnist`, the decoder of `regene_mnist` from given
latents, and `dcgan_mnist`. Plain Keras has the same networks and losses in a functional model, and
PyTorch a hand-written copy of the CSAE; a GAN has no counterpart of a few lines. All train in turn,
epoch by epoch, in a process for each backend and precision. The time of an epoch is that of its
steps, without the start of `fit`. The fastest epoch after the first, which compiles, counts. Writes
a table (.json, .md) and a picture (.png).
"""

import json
import os

import click
import numpy as np
from measurement import BACKENDS, epoch_timer, installed_backends, worker_rows, write_results

PRECISIONS = ("float32", "mixed_bfloat16")
WAYS = ("keras_regen", "plain Keras", "hand-written PyTorch")


def csae(images, labels, width):
    """Returns a function per way that trains a `csae_mnist`, with the options of `fit`."""
    import keras

    from keras_regen import CSAE
    from keras_regen.losses import CentroidLoss, WaveletLoss

    options = {} if width == 1 else {"stem_filters": max(1, round(32 * width))}
    ours, parts = (CSAE.from_preset("csae_mnist", **options) for _ in range(2))
    latent = parts.encoder.output
    functional = keras.Model(parts.encoder.input, [latent, parts.decoder(parts.noise(latent))])
    functional.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=5e-3),
        loss=[CentroidLoss(parts.head.centroids), WaveletLoss(2)],
        jit_compile=ours.jit_compile,
    )
    return {
        "keras_regen": lambda **options: ours.fit(images, labels, adapt_prior=False, **options),
        "plain Keras": lambda **options: functional.fit(images, [labels, images], **options),
    }


def regene(images, labels, width):
    """Returns a function per way that trains the decoder of a `regene_mnist`."""
    import keras

    from keras_regen import ReGene
    from keras_regen.losses import SSIMLoss

    options = {"width": 0.25 * width, "decoder_width": 0.25 * width}
    ours, parts = (ReGene.from_preset("regene_mnist", **options) for _ in range(2))
    latents = parts.encode(images)
    functional = keras.Model(parts.decoder.input, [parts.decoder.output] * 2)
    functional.compile("adam", loss=["mae", SSIMLoss()], jit_compile=ours.jit_compile)
    inputs = {"image": images, "latent": latents}
    return {
        # As in `fit`, which encodes the images once, before its first epoch.
        "keras_regen": lambda **options: keras.Model.fit(ours, inputs, labels, **options),
        "plain Keras": lambda **options: functional.fit(latents, [images, images], **options),
    }


def dcgan(images, labels, width):
    """Returns a function that trains a `dcgan_mnist`."""
    from keras_regen import GAN

    ours = GAN.from_preset("dcgan_mnist", width=width)
    return {"keras_regen": lambda **options: ours.fit(images, **options)}


CASES = {"CSAE": csae, "ReGene": regene, "DCGAN": dcgan}


def measure(precision, num_images, batch_size, rounds, width):
    """Yields the images per second of each case and way, in this process and its backend."""
    from keras_regen import pedcc, precision_scope

    timer = epoch_timer()
    rng = np.random.default_rng(0)
    images = rng.random((num_images, 28, 28, 1), dtype="float32")
    labels = rng.integers(0, 10, num_images)
    for case, build in CASES.items():
        with precision_scope(precision):
            train = build(images, labels, width)
        seconds = {way: [] for way in train}
        for index in range(rounds + 1):
            for way, fit in train.items():
                fit(batch_size=batch_size, epochs=1, verbose=0, callbacks=[timer])
                if index:
                    seconds[way].append(timer.seconds)
        if case == "CSAE" and os.environ["KERAS_BACKEND"] == "torch" and width == 1:
            from handwritten_csae import seconds_per_epoch

            centroids = (pedcc(10, 40) * np.sqrt(40)).astype("float32")
            arguments = images, labels, centroids, batch_size, precision, rounds
            seconds["hand-written PyTorch"] = list(seconds_per_epoch(*arguments))
        for way, values in seconds.items():
            yield {"case": case, "way": way, "images_per_second": round(num_images / min(values))}


def measure_in_process(backend, precision, arguments):
    """Measures with a backend and a precision in a process of its own."""
    arguments = "--worker", precision, *arguments
    rows, code = worker_rows(__file__, *arguments, KERAS_BACKEND=backend)
    if code:
        click.echo(f"{backend}, {precision}: failed with {code}", err=True)
    return [{"backend": backend, "precision": precision, **row} for row in rows]


def table(rows):
    """Returns a Markdown table with a row for each case, backend and way."""
    precisions = list(dict.fromkeys(row["precision"] for row in rows))
    speed = {
        (row["case"], row["backend"], row["way"], row["precision"]): row["images_per_second"]
        for row in rows
    }
    lines = [
        f"| model | backend | | {' | '.join(precisions)} |",
        "| --- | --- | --- |" + " ---: |" * len(precisions),
    ]
    for case, backend, way in dict.fromkeys(key[:3] for key in speed):
        values = [speed.get((case, backend, way, name)) for name in precisions]
        numbers = " | ".join("-" if value is None else f"{value:,}" for value in values)
        lines.append(f"| {case} | {backend} | {way} | {numbers} |")
    return "\n".join(lines)


def plot(rows, path):
    """Draws the images per second: a panel for each model, a group for each backend."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4), layout="constrained")
    precisions = dict.fromkeys(row["precision"] for row in rows)
    axes = figure.subplots(1, len(CASES))
    for axis, case in zip(axes, CASES, strict=True):
        known = {(row["way"], row["precision"]) for row in rows if row["case"] == case}
        styles = [(way, name) for way in WAYS for name in precisions if (way, name) in known]
        backends = list(dict.fromkeys(row["backend"] for row in rows))
        for index, (way, precision) in enumerate(styles):
            heights = [
                next(
                    (
                        row["images_per_second"]
                        for row in rows
                        if (row["case"], row["backend"], row["way"], row["precision"])
                        == (case, backend, way, precision)
                    ),
                    np.nan,
                )
                for backend in backends
            ]
            left = np.arange(len(backends)) + (index + 0.5 - len(styles) / 2) / (len(styles) + 1)
            color = f"C{WAYS.index(way)}"
            solid = precision == "float32"
            bars = axis.bar(
                left,
                heights,
                0.9 / (len(styles) + 1),
                color=color if solid else "white",
                edgecolor=color,
                hatch=None if solid else "///",
                label=f"{way}, {precision}",
            )
            # Upright, so that the numbers of narrow bars do not overlap.
            axis.bar_label(bars, fontsize="small", fmt="%.0f", rotation=90, padding=2)
        axis.set_xticks(range(len(backends)), backends)
        axis.set_title(case)
        axis.margins(y=0.15)
    axes[0].set_ylabel("images per second in training")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.savefig(path, dpi=120)


@click.command(help=__doc__)
@click.option("--num-images", default=1024, show_default=True)
@click.option("--batch-size", default=256, show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Epochs to measure.")
@click.option("--width", default=1.0, show_default=True, help="Below 1: small networks, to try.")
@click.option("--backends", default=",".join(BACKENDS), show_default=True)
@click.option("--precisions", default=",".join(PRECISIONS), show_default=True)
@click.option("--output", default="results/speed.json", show_default=True)
@click.option("--worker", hidden=True)
def main(num_images, batch_size, rounds, width, backends, precisions, output, worker):
    if worker:
        for row in measure(worker, num_images, batch_size, rounds, width):
            click.echo(json.dumps(row))
        return
    arguments = [
        *("--num-images", str(num_images), "--batch-size", str(batch_size)),
        *("--rounds", str(rounds), "--width", str(width)),
    ]
    rows = []
    for backend in installed_backends(backends.split(",")):
        for precision in precisions.split(","):
            rows += measure_in_process(backend, precision, arguments)
    if not rows:
        raise click.ClickException("No backend was measured.")
    setting = {"images": num_images, "batch_size": batch_size, "rounds": rounds, "width": width}
    write_results(output, setting, rows, table, plot)


if __name__ == "__main__":
    main()
