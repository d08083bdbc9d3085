"""`keras-regen datasets` and `keras-regen presets`."""

import click

from keras_regen_app.options import json_option, output_json, shows_errors


@click.command()
@json_option
@shows_errors
def datasets(as_json):
    """List the datasets that can be loaded here, and where they would come from."""
    from keras_regen.datasets import list_datasets

    found = list_datasets()
    if as_json:
        output_json([vars(source) for source in found])
        return
    for source in found:
        click.echo(f"{source.name:<16} {source.kind:<10} {source.location or ''}")


@click.command()
@click.option("--model", help="Only those of this model class, such as CSAE.")
@json_option
@shows_errors
def presets(model, as_json):
    """List the recipes that can be trained."""
    from keras_regen.presets import list_presets

    found = list_presets(model)
    if as_json:
        output_json([preset.to_dict() for preset in found])
        return
    for preset in found:
        click.echo(f"{preset.name:<28} {preset.epochs:>4} epochs  {preset.summary}")
