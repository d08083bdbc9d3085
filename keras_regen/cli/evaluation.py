"""`keras-regen evaluate`."""

import click

from keras_regen.cli.options import (
    dataset_option,
    json_option,
    output_json,
    seed_option,
    uses_keras,
)


@click.command()
@click.argument("model")
@dataset_option
@click.option(
    "--samples-per-class",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Images to draw and have judged.",
)
@seed_option
@json_option
@uses_keras
def evaluate(model, dataset, samples_per_class, seed, as_json):
    """Measure MODEL, a .keras file or the folder of a run, on held-out images."""
    from keras_regen.cli.inputs import load_model_and_data
    from keras_regen.evaluation import evaluate_model

    metrics = evaluate_model(*load_model_and_data(model, dataset), samples_per_class, seed)
    if as_json:
        output_json(metrics)
        return
    for name, value in metrics.items():
        if isinstance(value, dict):
            click.echo(name)
            for key, one in value.items():
                click.echo(f"  {key:<26} {one:.4f}")
        else:
            click.echo(
                f"{name:<28} {value:.5f}" if isinstance(value, float) else f"{name:<28} {value}"
            )
