"""Estimate the intrinsic dimension of a dataset (DE-GAN's figure 4).

Most points of the space of 784 pixels are noise and no digits. Digits lie on a manifold of a much
lower dimension. The noise of a generator needs at least this dimension, so that the generator can
cover the manifold. The estimate uses the distances between each image and its nearest neighbors.
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
    # Spheres, whose dimension is known. The estimates are too high with few neighbors, and too low
    # with many neighbors. The error grows with the dimension, because 5,000 points are then sparse.
    for dim in (2, 5, 10):
        points = sphere(dim, num_points=5000, seed=seed)
        curves[f"sphere of {dim} dimensions"] = intrinsic_dimension_curve(points, KS)
    # The estimate takes the logarithm of distances, and the distance of duplicates is 0.
    images = without_duplicates(load(dataset).x_train)
    curves[dataset] = intrinsic_dimension_curve(images, KS)
    for name, dimensions in curves.items():
        estimates = ", ".join(f"{dimensions[KS.index(k)]:.2f} (k={k})" for k in (10, 20, 100))
        click.echo(f"{name:24} {estimates}")
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    plot_intrinsic_dimension(KS, curves, path=path)
    click.echo(f"Picture: {path}")


def sphere(dim, num_points, seed):
    """Returns points of the uniform distribution on a randomly rotated sphere in 50 dimensions."""
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(num_points, dim + 1))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    rotation, _ = np.linalg.qr(rng.normal(size=(50, dim + 1)))
    return points @ rotation.T


if __name__ == "__main__":
    main()
