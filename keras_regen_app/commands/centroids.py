"""`keras-regen centroids`."""

import click

from keras_regen_app.options import json_option, output_json, seed_option, shows_errors


@click.command()
@click.argument("num_classes", type=int)
@click.argument("dim", type=int)
@click.option("--method", default="auto", show_default=True, help="As in keras_regen.pedcc.")
@click.option("--output", help="An .npy file for the points.")
@seed_option
@json_option
@shows_errors
def centroids(num_classes, dim, method, output, seed, as_json):
    """Spread NUM_CLASSES centroids evenly on the sphere in DIM dimensions."""
    from keras_regen import coulomb_energy, least_distance, pedcc

    points = pedcc(num_classes, dim, method, seed)
    figures = {
        "num_classes": num_classes,
        "dim": dim,
        "method": method,
        "energy": coulomb_energy(points),
        "least_distance": least_distance(points),
    }
    if output:
        import numpy as np

        from keras_regen.atomic_files import atomic_write

        with atomic_write(output) as partial, open(partial, "wb") as file:
            np.save(file, points)
        figures["output"] = output
    if as_json:
        output_json(figures)
        return
    for name, value in figures.items():
        click.echo(f"{name:<16} {value}")
