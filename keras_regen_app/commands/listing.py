"""`keras-regen datasets` and `keras-regen presets`."""

import click

from keras_regen_app.options import backend_option, json_option, output_json, preset_argument


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
@click.argument("name", required=False)
@click.option("--model", help="Only presets of this model class, such as CSAE.")
@json_option
@backend_option
def presets(name, model, as_json):
    """List the presets, or the options of the preset NAME for `train -o`."""
    from keras_regen.presets import list_presets

    if name is not None:
        if model is not None:
            raise click.UsageError("Omit --model: the name of a preset determines its model.")
        _show_preset(preset_argument(name), as_json)
        return
    recipes = list_presets(model)
    if as_json:
        output_json([preset.to_dict() for preset in recipes])
        return
    for preset in recipes:
        click.echo(f"{preset.name:<28} {preset.epochs:>4} epochs  {preset.summary}")


def _show_preset(preset, as_json):
    """Prints the recipe of a preset, and the options that can be changed."""
    from keras_regen.models.preset_building import preset_options

    options = preset_options(preset)
    if as_json:
        defaults = {name: value for name, value in options.items() if name != "vae"}
        output_json({**preset.to_dict(), "options": defaults})
        return
    click.echo(f"{preset.name}: {preset.summary}")
    click.echo(f"Model       {preset.model}, source: {preset.source}")
    height, width, channels = preset.image_shape
    click.echo(f"Images      {preset.dataset}, {height}x{width} pixels of {channels} channels")
    click.echo(f"Training    {preset.epochs} epochs in steps of {preset.batch_size} images")
    if preset.pretraining:
        network, pretraining = preset.pretraining
        click.echo(f"Pretraining {network}: {pretraining}")
    click.echo("Options, for `keras-regen train -o NAME=VALUE`:")
    for option, value in options.items():
        click.echo(f"  {option:<16} {value!r}")
