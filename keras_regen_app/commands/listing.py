"""`keras-regen datasets` and `keras-regen presets`."""

import click

from keras_regen_app.options import backend_option, json_option, output_json


@click.command()
@json_option
@backend_option
def datasets(as_json):
    """List the available datasets and their sources."""
    from keras_regen.datasets import list_datasets

    sources = list_datasets()
    if as_json:
        output_json([vars(source) for source in sources])
        return
    for source in sources:
        click.echo(f"{source.name:<16} {source.kind:<10} {source.location or ''}")


@click.command()
@click.option("--model", help="Only presets of this model class, such as CSAE.")
@json_option
@backend_option
def presets(model, as_json):
    """List the presets."""
    from keras_regen.presets import list_presets

    recipes = list_presets(model)
    if as_json:
        output_json([preset.to_dict() for preset in recipes])
        return
    for preset in recipes:
        click.echo(f"{preset.name:<28} {preset.epochs:>4} epochs  {preset.summary}")
