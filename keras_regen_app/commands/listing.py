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
@json_option
@backend_option
def zoo(as_json):
    """List the trained models that come with the package, for commands such as `generate`."""
    from keras_regen import list_pretrained

    models = list_pretrained()
    if as_json:
        output_json(models)
        return
    for name, model in models.items():
        scores = model["scores"]
        accuracy = f"{scores['accuracy']:7.1%}" if "accuracy" in scores else "      -"
        generated = scores.get("generation_accuracy", scores.get("recognized"))
        click.echo(
            f"zoo:{name:<24} {model['model']:<8} test accuracy {accuracy}, "
            f"generated images recognized {generated:6.1%}"
        )
    click.echo("For example: keras-regen generate zoo:csae_digits --class 3")


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
        count, unit = _length(preset)
        click.echo(f"{preset.name:<28} {count:>5} {unit}  {preset.summary}")


def _length(preset):
    return (preset.epochs, "epochs") if preset.epochs else (preset.steps, "steps ")


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
    if preset.dataset is None:
        click.echo("Images      any, named by --dataset")
    else:
        height, width, channels = preset.image_shape
        click.echo(f"Images      {preset.dataset}, {width}x{height} pixels of {channels} channels")
    count, unit = _length(preset)
    batches = "in steps of" if preset.epochs else "of"
    click.echo(f"Training    {count} {unit.strip()} {batches} {preset.batch_size} images")
    if preset.pretraining:
        network, pretraining = preset.pretraining
        click.echo(f"Pretraining {network}: {pretraining}")
    click.echo("Options, for `keras-regen train -o NAME=VALUE`:")
    for option, value in options.items():
        click.echo(f"  {option:<16} {value!r}")
