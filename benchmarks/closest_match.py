"""Time and peak memory of `keras_regen.metrics.closest_match`, alone in this process.

The images are random: their content does not change the time. `--metric ssim` without
`--candidates` compares every pair, so use fewer images.
"""

import json
import resource
import time

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--queries", default=10_000, show_default=True)
@click.option("--references", default=60_000, show_default=True)
@click.option("--size", default=28, show_default=True, help="Height and width of an image.")
@click.option("--channels", default=1, show_default=True)
@click.option("--num-matches", default=3, show_default=True)
@click.option("--metric", default="mse", show_default=True, type=click.Choice(["mse", "ssim"]))
@click.option("--candidates", type=int, help="References by squared error that SSIM compares.")
def main(queries, references, size, channels, num_matches, metric, candidates):
    from keras_regen.metrics import closest_match

    rng = np.random.default_rng(0)
    # Floats, as from a model, and integers, as from a dataset.
    generated = rng.random((queries, size, size, channels), "float32")
    training = rng.integers(0, 256, (references, size, size, channels), "uint8")
    before = peak_gigabytes()
    start = time.perf_counter()
    closest_match(generated, training, num_matches, metric, candidates=candidates)
    seconds = time.perf_counter() - start
    click.echo(
        json.dumps(
            {
                "metric": metric,
                "candidates": candidates,
                "queries": list(generated.shape),
                "references": list(training.shape),
                "seconds": round(seconds, 1),
                "peak_gigabytes": round(peak_gigabytes(), 2),
                "peak_gigabytes_before": round(before, 2),
            }
        )
    )


def peak_gigabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
