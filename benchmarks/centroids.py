"""Measures the time of each centroid method, and the distances of its centroids."""

import time

import click

from keras_regen import coulomb_energy, least_distance, pedcc

CASES = (
    ("simplex", 10, 40),
    ("simplex", 1000, 1024),
    ("orthoplex", 100, 64),
    ("repulsion", 20, 3),
    ("repulsion", 50, 3),
    ("repulsion", 100, 40),
    ("repulsion", 1000, 256),
    ("paper", 10, 40),
    ("paper", 100, 40),
)


@click.command(help=__doc__)
@click.option("--seed", default=0, show_default=True)
def main(seed):
    click.echo("| method | points | dimensions | seconds | energy | least distance |")
    click.echo("| --- | --- | --- | --- | --- | --- |")
    for method, num_points, dim in CASES:
        start = time.perf_counter()
        points = pedcc(num_points, dim, method, seed)
        seconds = time.perf_counter() - start
        click.echo(
            f"| {method} | {num_points} | {dim} | {seconds:.2f} | {coulomb_energy(points):.6f} "
            f"| {least_distance(points):.4f} |"
        )


if __name__ == "__main__":
    main()
