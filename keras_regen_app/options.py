"""Options that several commands share, and the choice of the backend before Keras is imported."""

import functools
import importlib.util
import json
import logging
import os
import sys
from pathlib import Path

import click

BACKENDS = ("tensorflow", "jax", "torch")


def uses_keras(command):
    """Gives a command `--backend`, sets the backend, and shows errors without a traceback."""

    @click.option(
        "--backend",
        type=click.Choice(BACKENDS),
        help="What Keras runs on. Defaults to KERAS_BACKEND, then Keras's own configuration, "
        "then the first that is installed.",
    )
    @functools.wraps(command)
    def wrapped(backend, **arguments):
        choose_backend(backend)
        return _in_words(command, arguments)

    return wrapped


def shows_errors(command):
    """Shows a command's errors without a traceback: their text says what to do."""

    @functools.wraps(command)
    def wrapped(**arguments):
        return _in_words(command, arguments)

    return wrapped


def choose_backend(backend: str | None = None) -> str:
    """Sets the backend that Keras will be imported with, and says which, where it was chosen here.

    Args:
        backend: `"tensorflow"`, `"jax"`, `"torch"`, or `None` to choose.

    Returns:
        The backend.

    Raises:
        click.ClickException: If it is not installed, or none is.
    """
    asked = backend or os.environ.get("KERAS_BACKEND") or _configured()
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if asked and asked not in installed and (backend or os.environ.get("KERAS_BACKEND")):
        raise click.ClickException(
            f"The backend {asked!r} is not installed (installed: {', '.join(installed) or 'none'}"
            f'). Install it: pip install "keras_regen[{asked}]".'
        )
    if not installed:
        raise click.ClickException(
            'Keras needs a backend: pip install "keras_regen[tensorflow]", or [jax], or [torch].'
        )
    chosen = asked if asked in installed else installed[0]
    if not asked:
        click.echo(f"Backend: {chosen}, the first that is installed (--backend).", err=True)
    os.environ["KERAS_BACKEND"] = chosen
    # TensorFlow greets in many lines; its errors still show.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Its warnings are for who writes the model, such as of a function that is traced twice.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return chosen


def _configured():
    """The backend in Keras's configuration file, if that was written."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    try:
        found = json.loads((Path(home) / "keras.json").read_text()).get("backend")
    except (OSError, ValueError, AttributeError):
        return None
    # Keras writes this file by itself, also on machines without the backend that it names.
    return found if found in BACKENDS and importlib.util.find_spec(found) else None


def _in_words(command, arguments):
    try:
        return command(**arguments)
    except BrokenPipeError:
        raise  # whoever reads has read enough; Click ends quietly
    except (ValueError, OSError, ImportError) as error:
        if os.environ.get("KERAS_REGEN_TRACEBACK"):
            raise
        raise click.ClickException(str(error)) from error


def output_json(values) -> None:
    """Prints values as JSON on the standard output."""
    click.echo(json.dumps(values, indent=1, allow_nan=False))


def note(text: str = "") -> None:
    """Prints a line for the reader, beside the results on the standard output."""
    click.echo(text, file=sys.stderr)


class Output(click.ParamType):
    """Where a command writes: a file of one of some kinds or a folder, known before the work.

    Args:
        *suffixes: The kinds of files, such as `".png"`; large letters pass as well.
        folder: Boolean: whether a folder passes too. A name with a dot is that of a folder if
            there is one, or if it ends with a slash.
    """

    name = "path"

    def __init__(self, *suffixes: str, folder: bool = False):
        self.suffixes = suffixes
        self.folder = folder

    def convert(self, value, param, ctx):
        """Gives the path as it is, if it can be written to."""
        kind = self.kind(value)
        expected = [f"a name that ends in {suffix}" for suffix in self.suffixes]
        if self.folder:
            expected += ["a folder, with / at the end of its name if that has a dot"]
        if kind not in (*self.suffixes, *([""] if self.folder else [])):
            self.fail(f"expected {' or '.join(expected)}, got {value!r}", param, ctx)
        if kind == "" and Path(value).is_file():
            self.fail(f"{value!r} is a file, not a folder", param, ctx)
        return value

    @staticmethod
    def kind(value: str) -> str:
        """Gives the suffix in small letters, or an empty string for a folder."""
        if Path(value).is_dir() or value.endswith(("/", os.sep)):
            return ""
        return Path(value).suffix.lower()


def count_option(name: str, default: int, help: str, least: int = 1):
    """Gives a command an option that is a number of things.

    Args:
        name: Of the option, with its hyphens.
        default: Integer: the number unless told otherwise.
        help: What is counted.
        least: Integer: the smallest number that is taken.
    """
    return click.option(
        name, type=click.IntRange(min=least), default=default, show_default=True, help=help
    )


def picture_option(default: str):
    """Gives a command `--output` for one picture."""
    return click.option(
        "--output", type=Output(".png"), default=default, show_default=True, help="The picture."
    )


seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of all that is random.",
)
dataset_option = click.option(
    "--dataset",
    help="Name or path of images of MODEL's classes; resized as it needs.  [default: the run's]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")


def acceptance_options(default: bool):
    """Gives a command `--num-sources`, `--accept` and `--max-tries`.

    Args:
        default: Boolean: whether images must be accepted unless told otherwise.
    """
    options = (
        click.option(
            "--num-sources",
            type=click.IntRange(min=2),
            help="Latents to combine for each image, for a ReGene.  [default: the model's]",
        ),
        click.option(
            "--accept/--no-accept",
            default=default,
            show_default=True,
            help="Keep only images that the model gives their class with confidence.",
        ),
        count_option("--max-tries", 100, "Latents to draw for each accepted image, at most."),
    )

    def decorate(command):
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
