"""Class centroids on a sphere: 2, 4, 10 and 20 points in three dimensions (the papers' figure 2).

A classifier with fixed class centroids needs centroids that are far apart. If the number of classes
is at most the number of dimensions plus 1, the regular simplex is the exact solution. For 10 or 20
points in three dimensions, the repulsion of equal charges finds a good arrangement.
"""

from pathlib import Path

import click
import numpy as np
from matplotlib.figure import Figure

from keras_regen import coulomb_energy, least_distance, pedcc
from keras_regen.atomic_files import atomic_write


@click.command(help=__doc__)
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/centroids_on_a_sphere.png", show_default=True)
def main(seed, output):
    figure = Figure(figsize=(14, 4.4), layout="constrained")
    for index, num_points in enumerate((2, 4, 10, 20), start=1):
        # "auto" selects the simplex for 2 and 4 points, and repulsion for 10 and 20 points.
        points = pedcc(num_points, dim=3, method="auto", seed=seed)
        energy, distance = coulomb_energy(points), least_distance(points)
        click.echo(f"{num_points:3} points: energy {energy:10.6f}, least distance {distance:.6f}")
        axes = figure.add_subplot(1, 4, index, projection="3d")
        plot_points(axes, points)
        axes.set_title(f"{num_points} points\nleast distance {distance:.3f}", fontsize=11)
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        figure.savefig(partial, dpi=100)
    click.echo(f"Picture: {path}")


def plot_points(axes, points):
    """Plots the points on a wireframe sphere, with a line from the center to each point."""
    angles, heights = np.mgrid[0 : 2 * np.pi : 25j, 0 : np.pi : 13j]
    sphere = np.cos(angles) * np.sin(heights), np.sin(angles) * np.sin(heights), np.cos(heights)
    axes.plot_wireframe(*sphere, color="#8d99ae", linewidth=0.4, alpha=0.5)
    for point in points:
        axes.plot(*zip((0, 0, 0), point, strict=True), color="#3a5ba0", linewidth=1.2)
    axes.scatter(*points.T, s=70, color="#c8553d", edgecolor="white", depthshade=True)
    axes.set_box_aspect((1, 1, 1), zoom=1.25)
    axes.set_axis_off()


if __name__ == "__main__":
    main()
