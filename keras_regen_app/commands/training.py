"""`keras-regen demo` and `keras-regen train`."""

from __future__ import annotations

import ast
import contextlib
import errno
import os
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keras_regen_app.determinism import deterministic_option, use_deterministic_operations
from keras_regen_app.options import (
    backend_option,
    check_fit,
    fit_option,
    image_size_option,
    json_option,
    output_json,
    precision_option,
    preset_argument,
    print_message,
    quiet_option,
    refuse_options,
    seed_option,
)

if TYPE_CHECKING:
    from keras_regen.presets import Preset

_DEMO = "runs/demo"
# Options of `train` that `--resume` does not allow, because the run has its settings.
_SETTINGS_OPTIONS = (
    "--dataset",
    "--image-size",
    "--fit",
    "--epochs",
    "--minutes",
    "--batch-size",
    "--classifier",
    "--vae",
    "--option",
    "--overwrite",
    "--seed",
    "--precision",
)


@click.command()
@click.option("--output", default=_DEMO, show_default=True, help="Folder of the run.")
@click.option("--epochs", type=click.IntRange(min=1), help="Passes over the training images.")
@click.option(
    "--overwrite",
    is_flag=True,
    help=f"Replace the run in the folder; a run in {_DEMO} is always replaced.",
)
@precision_option
@seed_option
@quiet_option
@json_option
@backend_option
def demo(output, epochs, overwrite, precision, seed, quiet, as_json):
    """Train on scikit-learn's 8x8 digits, and generate new digits."""
    from keras_regen import load_pretrained
    from keras_regen_app.run_plots import plot_generated
    from keras_regen_app.runs import check_free, train_run

    overwrite = overwrite or Path(output) == Path(_DEMO)
    check_free(Path(output), overwrite)
    picture = Path(output) / "zoo-samples.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    plot_generated(load_pretrained("csae_digits"), picture, seed)
    if not quiet:
        print_message(f"Digits by the trained model zoo:csae_digits: {picture}")
        print_message("Training csae_digits on 1,438 handwritten digits of 8x8 pixels.")
    start = time.perf_counter()
    with _resume_advice(output):
        metrics = train_run(
            "csae_digits",
            output,
            epochs=epochs,
            seed=seed,
            precision=precision,
            overwrite=overwrite,
            show_progress=not quiet,
        )
    metrics["seconds"] = round(time.perf_counter() - start, 1)
    _show(metrics, output, as_json)


@click.command()
@click.argument("preset", required=False)
@click.option("--output", help="Folder of the run.  [default: runs/PRESET]")
@click.option("--dataset", help="Name or path of the images.  [default: the preset's]")
@image_size_option
@fit_option
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="Passes over the training images. The schedule scales with them.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="Longest duration of training: a trial of some steps chooses the epochs, and "
    "training that is slower stops at the limit.",
)
@click.option("--batch-size", type=click.IntRange(min=1), help="Number of images in one step.")
@click.option("--classifier", help="A pretrained classifier for ReGene: a .keras file or a run.")
@click.option("--vae", help="A pretrained VAE for DE-GAN: a .keras file or a run.")
@click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="Option of the model, such as -o beta=0.02.",
)
@click.option("--resume", is_flag=True, help="Resume the run in the folder.")
@click.option("--overwrite", is_flag=True, help="Replace the run in the folder.")
@precision_option
@deterministic_option
@seed_option
@quiet_option
@json_option
@backend_option
def train(
    preset,
    output,
    dataset,
    image_size,
    fit,
    epochs,
    minutes,
    batch_size,
    classifier,
    vae,
    options,
    resume,
    overwrite,
    precision,
    deterministic,
    seed,
    quiet,
    as_json,
):
    """Train PRESET (`keras-regen presets` lists them).

    Without PRESET, the recipe `csae` is trained with options for the images of --dataset, for at
    most 10 minutes.
    """
    if preset is None and not (resume and output) and (resume or dataset is None):
        raise click.UsageError(
            "Name your images (`--dataset FOLDER`) or a preset (`keras-regen presets` lists "
            "them), or resume a run with `--resume --output FOLDER`."
        )
    if deterministic:
        use_deterministic_operations(os.environ["KERAS_BACKEND"])
    recipe = None if preset is None else preset_argument(preset)
    output = output or f"runs/{preset or Path(dataset).resolve().stem}"
    if resume:
        refuse_options(
            *_SETTINGS_OPTIONS,
            reason="`--resume` continues with the settings of the run, which cannot change.",
        )
    elif preset is not None:
        # Without a preset, large images and images of different sizes are resized.
        check_fit(image_size)

    from keras_regen_app.runs import read_settings, resume_run, train_run

    with _resume_advice(output, started=resume):
        if resume:
            run_preset = read_settings(output)["preset"]
            if preset not in (None, run_preset):
                raise click.UsageError(
                    f"The run in {output!r} trains {run_preset!r}, not {preset!r}."
                )
            metrics = resume_run(output, show_progress=not quiet)
        else:
            metrics = train_run(
                preset,
                output,
                dataset=dataset,
                image_size=image_size,
                fit=fit,
                epochs=epochs,
                minutes=minutes,
                batch_size=batch_size,
                seed=seed,
                options=dict(_parse(option) for option in options),
                pretrained=_pretrained(recipe, {"classifier": classifier, "vae": vae}),
                precision=precision,
                overwrite=overwrite,
                show_progress=not quiet,
            )
    _show(metrics, output, as_json)


@contextlib.contextmanager
def _resume_advice(output: str, started: bool = False) -> Iterator[None]:
    """Prints on Ctrl-C or a full disk the command that resumes the run, if it has started."""
    import keras

    from keras_regen_app.runs import SETTINGS

    settings = Path(output) / SETTINGS
    # The settings of an earlier run stay until the new run replaces them.
    before = None if started else _stamp(settings)
    try:
        yield
    except (KeyboardInterrupt, OSError) as error:
        started = _stamp(settings) != before
        command = (
            "keras-regen train --resume "
            f"--backend {keras.backend.backend()} --output {shlex.quote(output)}"
        )
        if isinstance(error, OSError):
            if started and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise OSError(error.errno, f"{error.strerror}. Resume with: {command}") from error
            raise
        if started:
            print_message(f"\nInterrupted. Resume with: {command}")
        else:
            print_message("\nInterrupted before the start of the training.")
        raise click.Abort() from None


def _stamp(path: Path) -> tuple[int, int] | None:
    """Returns values that change when a file is replaced; `None` for a missing file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino


def _pretrained(recipe: Preset | None, paths: dict[str, str | None]) -> str | None:
    """Returns the path of the pretrained network, if the preset has a pretraining."""
    network = recipe and recipe.pretraining and recipe.pretraining[0]
    for name, path in paths.items():
        if path is not None and name != network:
            raise click.UsageError(
                f"{recipe.name if recipe else 'csae'!r} has no option --{name}"
                + (f", but --{network}." if network else ", because it has no pretraining.")
            )
    return paths.get(network)


def _parse(option: str) -> tuple[str, Any]:
    """Parses NAME=VALUE. A value that is not a Python literal is a string."""
    name, separator, value = option.partition("=")
    if not separator:
        raise click.BadParameter(f"expected NAME=VALUE, got {option!r}", param_hint="--option")
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, TypeError, ValueError):
        return name, value


def _show(metrics: dict[str, Any], output: str, as_json: bool) -> None:
    """Prints the results of a run."""
    from keras_regen_app.report import REPORT
    from keras_regen_app.run_plots import PICTURES

    folder = Path(output)
    pictures = [str(folder / name) for name in PICTURES if (folder / name).exists()]
    if as_json:
        report = str(folder / REPORT)
        output_json({**metrics, "run": str(folder), "pictures": pictures, "report": report})
        return
    for line in _lines(metrics):
        click.echo(line)
    for finding in metrics.get("quality", []):
        mark = "Warning" if finding["is_warning"] else "Quality"
        click.echo(f"{mark}: {finding['text']}")
    click.echo(f"Seconds                 {metrics['seconds']:8.1f}")
    click.echo(f"Model                   {folder / 'model.keras'}")
    for picture in pictures:
        click.echo(f"Picture                 {picture}")
    click.echo(f"Report                  {folder / REPORT}")


def _lines(metrics: dict[str, Any]) -> Iterator[str]:
    """Yields the lines of a table of the metrics."""
    if "accuracy" in metrics:
        yield f"Test accuracy           {metrics['accuracy']:8.2%}"
    if "reconstruction_mse" in metrics:
        yield f"Reconstruction MSE      {metrics['reconstruction_mse']:8.5f}"
    if "class_counts" in metrics and "recognized" in metrics:
        counts = metrics["class_counts"]
        yield (
            f"Recognized              {metrics['recognized']:8.2%}  "
            f"(of {metrics['samples']} generated, by a classifier of real images; real images: "
            f"{metrics['real']['recognized']:.2%})"
        )
        yield (
            f"Generated classes       {sum(map(bool, counts.values())):8}  "
            f"(of {len(counts)}; {min(counts.values())} to {max(counts.values())} images each)"
        )
        if metrics.get("relative_diversity") is not None:
            yield f"Relative diversity      {metrics['relative_diversity']:8.3f}"
    if "generation_accuracy" in metrics:
        by_class = metrics["generation_accuracy_by_class"]
        worst = min(by_class, key=by_class.get)
        yield (
            f"Generation accuracy     {metrics['generation_accuracy']:8.2%}  "
            f"({metrics['samples_per_class']} generated per class, by a classifier of real images; "
            f"lowest: {by_class[worst]:.1%} of {worst!r})"
        )
        if "tries" in metrics:
            num_images = len(by_class) * metrics["samples_per_class"]
            yield (
                f"  of accepted images    {metrics['accepted_generation_accuracy']:8.2%}  "
                f"({sum(metrics['tries'].values()):,.0f} tries for {num_images:,})"
            )
