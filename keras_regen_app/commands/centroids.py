"""`keras-regen centroids`."""

from pathlib import Path

import click

from keras_regen_app.options import Output, backend_option, json_option, output_json, seed_option


@click.command()
@click.argument("num_classes", type=int)
@click.argument("dim", type=int)
@click.option("--method", default="auto", show_default=True, help="Method of keras_regen.pedcc.")
@click.option("--output", type=Output(".npy"), help="An .npy file for the centroids.")
@seed_option
@json_option
@backend_option
def centroids(num_classes, dim, method, output, seed, as_json):
    """Compute NUM_CLASSES evenly distributed centroids on the sphere in DIM dimensions."""
    from keras_regen import coulomb_energy, least_distance, pedcc

    points = pedcc(num_classes, dim, method, seed)
    results = {
        "num_classes": num_classes,
        "dim": dim,
        "method": method,
        "energy": coulomb_energy(points),
        "least_distance": least_distance(points),
    }
    if output:
        import numpy as np

        from keras_regen.atomic_files import atomic_write

        Path(output).parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(output) as partial, open(partial, "wb") as file:
            np.save(file, points)
        results["output"] = output
    if as_json:
        output_json(results)
        return
    for name, value in results.items():
        click.echo(f"{name:<16} {value}")
