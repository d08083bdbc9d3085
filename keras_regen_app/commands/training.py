"""`keras-regen demo` and `keras-regen train`."""

import ast
import contextlib
import shlex
import time
from pathlib import Path

import click
from click.core import ParameterSource

from keras_regen_app.options import json_option, print_message, output_json, seed_option, backend_option

_DEMO = "runs/demo"
# The options of `train` that a run which goes on has from its beginning.
_CHANGES = {
    "dataset": "--dataset",
    "image_size": "--image-size",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "classifier": "--classifier",
    "vae": "--vae",
    "options": "--option",
    "overwrite": "--overwrite",
    "seed": "--seed",
}


@click.command()
@click.option("--output", default=_DEMO, show_default=True, help="Folder to write to.")
@click.option("--epochs", type=click.IntRange(min=1), help="Passes over the training images.")
@click.option(
    "--overwrite", is_flag=True, help=f"Replace a run in any folder; one in {_DEMO} always is."
)
@seed_option
@json_option
@backend_option
def demo(output, epochs, overwrite, seed, as_json):
    """Train on scikit-learn's 8x8 digits, and draw new ones."""
    print_message("Training csae_digits on 1,438 handwritten digits of 8x8 pixels.")
    from keras_regen_app.progress import EpochBars
    from keras_regen_app.runs import train_run

    start = time.perf_counter()
    with _advice_on_interruption(output):
        metrics = train_run(
            "csae_digits",
            output,
            epochs=epochs,
            seed=seed,
            overwrite=overwrite or Path(output) == Path(_DEMO),
            callbacks=[EpochBars()],
        )
    metrics["seconds"] = round(time.perf_counter() - start, 1)
    _show(metrics, output, as_json)


@click.command()
@click.argument("preset", required=False)
@click.option("--output", help="Folder of the run.  [default: runs/PRESET]")
@click.option("--dataset", help="Name or path of other images than the preset's.")
@click.option("--image-size", type=click.IntRange(min=1), help="Resize to this height and width.")
@click.option("--epochs", type=click.IntRange(min=1), help="The schedule scales with them.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Images in one step.")
@click.option("--classifier", help="A trained classifier for ReGene: a .keras file or a run.")
@click.option("--vae", help="A trained VAE for DE-GAN: a .keras file or a run.")
@click.option(
    "-o", "--option", "options", multiple=True, metavar="NAME=VALUE", help="Such as -o beta=0.02."
)
@click.option("--resume", is_flag=True, help="Go on with the run in the folder.")
@click.option("--overwrite", is_flag=True, help="Replace the run in the folder.")
@seed_option
@json_option
@backend_option
def train(
    preset,
    output,
    dataset,
    image_size,
    epochs,
    batch_size,
    classifier,
    vae,
    options,
    resume,
    overwrite,
    seed,
    as_json,
):
    """Train PRESET (`keras-regen presets` lists them)."""
    from keras_regen.presets import get_preset

    if preset is None and not (resume and output):
        raise click.UsageError(
            "Which preset? `keras-regen presets` lists them; `--resume --output FOLDER` goes on "
            "with a run."
        )
    if preset is not None:
        get_preset(preset)  # before Keras is imported, which takes seconds
    output = output or f"runs/{preset}"
    source = click.get_current_context().get_parameter_source
    asked = [name for name in _CHANGES if source(name) is not ParameterSource.DEFAULT]
    if resume and asked:
        raise click.UsageError(
            "`--resume` goes on with what the run was asked for: no changes. "
            f"Leave out {', '.join(_CHANGES[name] for name in asked)}."
        )

    from keras_regen_app.progress import EpochBars
    from keras_regen_app.runs import read_settings, resume_run, train_run

    with _advice_on_interruption(output, begun=resume):
        if resume:
            begun = read_settings(output)["preset"]
            if preset not in (None, begun):
                raise click.UsageError(f"The run in {output!r} is of {begun!r}, not {preset!r}.")
            metrics = resume_run(output, callbacks=[EpochBars()])
        else:
            metrics = train_run(
                preset,
                output,
                dataset=dataset,
                image_size=image_size,
                epochs=epochs,
                batch_size=batch_size,
                seed=seed,
                options=dict(_parse(option) for option in options),
                pretrained=_pretrained(get_preset(preset), {"classifier": classifier, "vae": vae}),
                overwrite=overwrite,
                callbacks=[EpochBars()],
            )
    _show(metrics, output, as_json)


@contextlib.contextmanager
def _advice_on_interruption(output, begun=False):
    """On Ctrl-C, tells how to go on with the run, if this command has begun it."""
    import keras

    from keras_regen_app.runs import SETTINGS

    settings = Path(output) / SETTINGS
    # An earlier run that is to be replaced is there until the new one writes its settings.
    before = None if begun else _stamp(settings)
    try:
        yield
    except KeyboardInterrupt:
        if _stamp(settings) != before:
            print_message(
                "\nInterrupted. Go on with: keras-regen train --resume "
                f"--backend {keras.backend.backend()} --output {shlex.quote(output)}"
            )
        else:
            print_message("\nInterrupted before the training began.")
        raise click.Abort() from None


def _stamp(path):
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _pretrained(recipe, given):
    """The trained part that was given, if the recipe is around such a part."""
    part = recipe.pretraining and recipe.pretraining[0]
    for name, path in given.items():
        if path is not None and name != part:
            raise click.UsageError(
                f"{recipe.name!r} takes no --{name}"
                + (f", but a --{part}." if part else ": it is trained whole.")
            )
    return given.get(part)


def _parse(option):
    name, separator, value = option.partition("=")
    if not separator:
        raise click.BadParameter(f"expected NAME=VALUE, got {option!r}", param_hint="--option")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value


def _show(metrics, output, as_json):
    from keras_regen_app.run_plots import PICTURES

    folder = Path(output)
    pictures = [str(folder / name) for name in PICTURES if (folder / name).exists()]
    if as_json:
        output_json({**metrics, "run": str(folder), "pictures": pictures})
        return
    for line in _lines(metrics):
        click.echo(line)
    click.echo(f"Seconds                 {metrics['seconds']:8.1f}")
    click.echo(f"Model                   {folder / 'model.keras'}")
    for picture in pictures:
        click.echo(f"Picture                 {picture}")


def _lines(metrics):
    """The figures of a run in words."""
    if "accuracy" in metrics:
        yield f"Test accuracy           {metrics['accuracy']:8.2%}"
    if "reconstruction_mse" in metrics:
        yield f"Reconstruction MSE      {metrics['reconstruction_mse']:8.5f}"
    if "recognized" in metrics:
        counts = metrics["drawn_by_class"]
        yield (
            f"Recognized              {metrics['recognized']:8.2%}  "
            f"(of {metrics['samples']} drawn, by a classifier of real images; of real ones: "
            f"{metrics['real_recognized']:.2%})"
        )
        yield (
            f"Classes drawn           {sum(map(bool, counts.values())):8}  "
            f"(of {len(counts)}; {min(counts.values())} to {max(counts.values())} images each)"
        )
        yield f"Relative diversity      {metrics['relative_diversity']:8.3f}"
    if "generation_accuracy" in metrics:
        by_class = metrics["generation_accuracy_by_class"]
        worst = min(by_class, key=by_class.get)
        yield (
            f"Generation accuracy     {metrics['generation_accuracy']:8.2%}  "
            f"({metrics['samples_per_class']} drawn per class, judged by an SVC of real images; "
            f"least: {by_class[worst]:.1%} of {worst!r})"
        )
        if "tries" in metrics:
            wanted = len(by_class) * metrics["samples_per_class"]
            yield (
                f"The same of accepted    {metrics['accepted_generation_accuracy']:8.2%}  "
                f"({sum(metrics['tries'].values())} tries for {wanted})"
            )
