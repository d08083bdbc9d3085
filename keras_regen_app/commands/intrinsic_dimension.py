"""`keras-regen intrinsic-dimension`."""

from pathlib import Path

import click

from keras_regen_app.options import (
    backend_option,
    json_option,
    output_json,
    picture_option,
    seed_option,
)

_KS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100)


@click.command("intrinsic-dimension")
@click.argument("dataset")
@click.option(
    "--k",
    "ks",
    type=click.IntRange(min=2),
    multiple=True,
    help="Number of neighbors of each image; can be repeated.  [default: 5 to 100]",
)
@click.option(
    "--average",
    type=click.Choice(["arithmetic", "harmonic"]),
    default="arithmetic",
    show_default=True,
    help="Mean over the images: `arithmetic` as in the papers, or `harmonic`, which single images "
    "with equally far neighbors do not determine.",
)
@click.option(
    "--num-samples",
    type=click.IntRange(min=3),
    help="Number of random training images.  [default: all]",
)
@picture_option("intrinsic_dimension.png")
@seed_option
@json_option
@backend_option
def intrinsic_dimension(dataset, ks, average, num_samples, output, seed, as_json):
    """Estimate the intrinsic dimension of the training images of DATASET, a name or path."""
    import numpy as np

    from keras_regen import plotting
    from keras_regen.datasets import load
    from keras_regen.metrics import intrinsic_dimension_curve, without_duplicates

    data = load(dataset, seed=seed)
    images = data.x_train
    if num_samples is not None:
        if num_samples > len(images):
            raise click.UsageError(
                f"--num-samples must be at most {len(images)}, the number of training images of "
                f"{data.name!r}. Received: {num_samples}."
            )
        images = images[np.random.default_rng(seed).permutation(len(images))[:num_samples]]
    points = without_duplicates(images)
    ks = sorted(set(ks)) or [k for k in _KS if k < len(points)] or [2]
    dimensions = intrinsic_dimension_curve(points, ks, average=average)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_intrinsic_dimension(ks, {data.name: dimensions}, path=output)
    num_duplicates = len(images) - len(points)
    if as_json:
        output_json(
            {
                "images": len(points),
                "duplicates": num_duplicates,
                "average": average,
                "dimensions": dict(zip(ks, dimensions.tolist(), strict=True)),
                "seed": seed,
                "output": output,
            }
        )
        return
    click.echo(f"{len(points)} images, {num_duplicates} duplicates removed")
    click.echo("Neighbors  Dimension")
    for k, dimension in zip(ks, dimensions, strict=True):
        click.echo(f"{k:>9}  {dimension:>9.2f}")
    click.echo(f"Picture: {output}")
