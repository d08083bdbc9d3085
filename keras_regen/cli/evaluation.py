"""`keras-regen evaluate`."""

from pathlib import Path

import click

from keras_regen.cli.options import json_option, output_json, seed_option, uses_keras


@click.command()
@click.argument("model")
@click.option("--dataset", help="Name or path.  [default: the run's]")
@click.option("--image-size", type=click.IntRange(min=1), help="Resize to this height and width.")
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
def evaluate(model, dataset, image_size, samples_per_class, seed, as_json):
    """Measure MODEL, a .keras file or the folder of a run, on held-out images."""
    from keras_regen import load_model
    from keras_regen.evaluation import evaluate_model

    data = load_dataset(model, dataset, image_size)
    metrics = evaluate_model(load_model(model), data, samples_per_class, seed)
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


def load_dataset(model: str, dataset: str | None, image_size: int | None = None):
    """Loads the dataset that was asked for, or else the one that a run was trained on."""
    from keras_regen.datasets import load
    from keras_regen.runs import SETTINGS, read_settings

    if dataset is not None:
        return load(dataset, image_size=image_size)
    folder = Path(model) if Path(model).is_dir() else Path(model).parent
    if not (folder / SETTINGS).exists():
        raise click.UsageError(f"{model!r} is not of a run: name the images with `--dataset`.")
    settings = read_settings(folder)
    return load(
        settings["dataset"],
        image_size=image_size or settings["image_size"],
        seed=settings["seed"],
    )
