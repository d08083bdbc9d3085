"""How many dimensions images lie in (DE-GAN's figure 4).

Images of 784 pixels do not fill a space of 784 dimensions: most of its points are noise, and no
digits. They lie on a manifold of far fewer, and a generator needs noise of as many at least to draw
them all. The distances of each image's nearest neighbors tell how many.
"""

from pathlib import Path

import click
import numpy as np

from keras_regen.datasets import load
from keras_regen.metrics import intrinsic_dimension_curve, without_duplicates
from keras_regen.plotting import plot_intrinsic_dimension

KS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100)


@click.command(help=__doc__)
@click.option("--dataset", default="digits", show_default=True, help="Name or path.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/intrinsic_dimension.png", show_default=True)
def main(dataset, seed, output):
    curves = {}
    # First where the truth is known. With few neighbors the estimates are too high; with many, too
    # low, and the more so the more dimensions there are to fill with 5,000 points.
    for dim in (2, 5, 10):
        points = sphere(dim, num_points=5000, seed=seed)
        curves[f"sphere of {dim} dimensions"] = intrinsic_dimension_curve(points, KS)
    # Two equal images are at distance 0, of which there is no logarithm: one of them is enough.
    images = without_duplicates(load(dataset).x_train)
    curves[dataset] = intrinsic_dimension_curve(images, KS)
    for name, dimensions in curves.items():
        estimates = ", ".join(f"{dimensions[KS.index(k)]:.2f} (k={k})" for k in (10, 20, 100))
        click.echo(f"{name:24} {estimates}")
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    plot_intrinsic_dimension(KS, curves, path)
    click.echo(f"Picture: {path}")


def sphere(dim, num_points, seed):
    """Points spread evenly on the sphere of `dim` dimensions, turned at random in 50."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(num_points, dim + 1))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    turned, _ = np.linalg.qr(rng.normal(size=(50, dim + 1)))
    return points @ turned.T


if __name__ == "__main__":
    main()
