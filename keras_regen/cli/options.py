"""Options that several commands share, and the choice of the backend before Keras is imported."""

import functools
import importlib.util
import json
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
    click.echo(json.dumps(values, indent=1))


def note(text: str = "") -> None:
    """Prints a line for the reader, beside the results on the standard output."""
    click.echo(text, file=sys.stderr)


seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of all that is random.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
