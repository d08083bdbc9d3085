"""Options of several commands, and the choice of the backend before the import of Keras."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from keras_regen.presets import Preset

BACKENDS = ("tensorflow", "jax", "torch")


def backend_option(command: Callable) -> Callable:
    """Adds `--backend`, which sets the backend, and prints errors without a traceback.

    SIGTERM, from a scheduler or `docker stop`, interrupts the command as Ctrl-C does.
    """

    @click.option(
        "--backend",
        type=click.Choice(BACKENDS),
        help="Backend of Keras. Defaults to KERAS_BACKEND, then to the configuration file of "
        "Keras, then to the first installed backend.",
    )
    @functools.wraps(command)
    def wrapped(backend, **arguments):
        choose_backend(backend)
        with _interrupted_by_sigterm():
            return _run_with_plain_errors(command, arguments)

    return wrapped


def choose_backend(backend: str | None = None) -> str:
    """Sets the backend of Keras, and prints its name if this function chose it.

    On JAX it also sets the folder of compiled programs, unless the variable
    `JAX_COMPILATION_CACHE_DIR` is set.

    Args:
        backend: `"tensorflow"`, `"jax"`, `"torch"`, or `None` for the configured or first
            installed backend.

    Returns:
        The name of the backend.

    Raises:
        click.ClickException: If the backend, or any backend, is not installed.
    """
    requested = backend or os.environ.get("KERAS_BACKEND") or _configured()
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if requested and requested not in installed and (backend or os.environ.get("KERAS_BACKEND")):
        raise click.ClickException(
            f"The backend {requested!r} is not installed "
            f"(installed: {', '.join(installed) or 'none'}). "
            f'Install it: pip install "keras_regen[{requested}]".'
        )
    if not installed:
        raise click.ClickException(
            'Keras needs a backend: pip install "keras_regen[tensorflow]", or [jax], or [torch].'
        )
    name = requested if requested in installed else installed[0]
    if not requested:
        click.echo(f"Backend: {name}, the first installed backend (--backend).", err=True)
    os.environ["KERAS_BACKEND"] = name
    # Hides the startup messages of TensorFlow, but not its errors.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if name == "jax":
        # Compilation takes longer than a short training run, so later runs use its results again.
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keras_regen"
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache / "jax"))
    # Warnings such as repeated tracing are for the developers of a model.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return name


def _configured() -> str | None:
    """Returns the installed backend of Keras's configuration file, if any."""
    home = os.environ.get("KERAS_HOME") or Path.home() / ".keras"
    try:
        backend = json.loads((Path(home) / "keras.json").read_text()).get("backend")
    except (OSError, ValueError, AttributeError):
        return None
    # Keras writes this file itself, with a backend that may not be installed.
    return backend if backend in BACKENDS and importlib.util.find_spec(backend) else None


@contextlib.contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Raises KeyboardInterrupt on SIGTERM; the process ends with 143, as without a handler."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    terminated = False

    def interrupt(number: int, frame: Any) -> None:
        nonlocal terminated
        terminated = True
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        if terminated:
            sys.exit(128 + signal.SIGTERM)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


def _run_with_plain_errors(command: Callable, arguments: dict[str, Any]) -> Any:
    """Calls a command, and prints the text of its errors without a traceback.

    An error that names an argument of a function names the option of the command instead, and is a
    usage error, with the exit code 2.
    """
    try:
        return command(**arguments)
    except BrokenPipeError:
        raise  # The reader of a pipe closed it: Click exits without a message.
    except (ValueError, OSError, ImportError) as error:
        if os.environ.get("KERAS_REGEN_TRACEBACK"):
            raise
        message, names_option = _in_words_of_options(str(error))
        # A subclass, such as `AcceptanceError`, reports a result and not a wrong argument.
        is_usage = names_option and type(error) is ValueError
        kind = click.UsageError if is_usage else click.ClickException
        raise kind(message) from error


# Arguments of functions that have another name as an option.
_OPTION_NAMES = {
    "image_shape": "image_size",
    "ks": "k",
    "class_id": "class",
    "num_traversals": "rows",
}


def _in_words_of_options(message: str) -> tuple[str, bool]:
    """Replaces the names of arguments by the names of the command's options.

    Returns:
        The message, and whether it contains an option.
    """
    context = click.get_current_context()
    options = {}
    for param in context.command.params:
        if isinstance(param, click.Option):
            option = max(param.opts, key=len)
            options |= {param.name: option, option.lstrip("-").replace("-", "_"): option}
        else:
            options[param.name] = param.human_readable_name
    # `-o NAME=VALUE` sets the arguments that are no options themselves.
    for text in context.params.get("options") or ():
        name = text.partition("=")[0]
        options.setdefault(name, f"-o {name}")
    found = False
    for name in dict.fromkeys(re.findall(r"(\w+)(?=`|=)", message)):
        option = options.get(_OPTION_NAMES.get(name, name))
        if option is not None:
            found = True
            separator = "=" if option.startswith("-o") else " "
            message = message.replace(f"`{name}`", f"`{option}`")
            message = re.sub(rf"\b{name}=", f"{option}{separator}", message)
    return message, found


def preset_argument(name: str) -> Preset:
    """Returns the preset that an argument of a command names; a wrong name is a usage error."""
    from keras_regen.presets import get_preset

    try:
        return get_preset(name)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def output_json(values: Any) -> None:
    """Prints values as JSON on the standard output."""
    click.echo(json.dumps(values, indent=1, allow_nan=False))


def print_message(text: str = "") -> None:
    """Prints a message on the standard error, because the standard output is for the results."""
    click.echo(text, file=sys.stderr)


class Output(click.ParamType):
    """Type of an output path, checked before the command runs: a file or a folder.

    Args:
        *suffixes: Valid suffixes, such as `".png"`, in any case.
        folder: Whether a folder is valid. A path with a dot is a folder if the folder exists, or
            if the path ends with a slash.
    """

    name = "path"

    def __init__(self, *suffixes: str, folder: bool = False):
        self.suffixes = suffixes
        self.folder = folder

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Returns the path unchanged if it is valid."""
        kind = self.kind(value)
        expected = [f"a name that ends in {suffix}" for suffix in self.suffixes]
        if self.folder:
            expected += ["a folder, with / at the end if its name has a dot"]
        if kind == ".keras" and not value.endswith(kind):
            self.fail(f"expected a name that ends in {kind}, got {value!r}", param, ctx)
        if kind not in (*self.suffixes, *([""] if self.folder else [])):
            self.fail(f"expected {' or '.join(expected)}, got {value!r}", param, ctx)
        if kind == "" and Path(value).is_file():
            self.fail(f"{value!r} is a file, not a folder", param, ctx)
        return value

    @staticmethod
    def kind(value: str) -> str:
        """Returns the suffix in lower case, or an empty string for a folder."""
        if Path(value).is_dir() or value.endswith(("/", os.sep)):
            return ""
        return Path(value).suffix.lower()


def count_option(name: str, default: int, help: str, minimum: int = 1) -> Callable:
    """Returns a decorator that adds an integer option.

    Args:
        name: Name of the option, with its hyphens.
        default: Default of the option.
        help: Help text.
        minimum: Smallest valid number.
    """
    return click.option(
        name, type=click.IntRange(min=minimum), default=default, show_default=True, help=help
    )


def given_parameters(context: click.Context) -> Iterator[click.Parameter]:
    """Yields the options and arguments of a command that the user gave.

    Args:
        context: The context of the command.
    """
    for param in context.command.params:
        if context.get_parameter_source(str(param.name)) is not ParameterSource.DEFAULT:
            yield param


def refuse_options(*options: str, reason: str) -> None:
    """Raises an error if the user gave an option that has no effect in the running command.

    Args:
        *options: Options with their hyphens.
        reason: A sentence that says why they have no effect.

    Raises:
        click.UsageError: If one of the options is on the command line.

    Examples:
        >>> import click
        >>> from keras_regen_app.options import refuse_options
        >>> @click.command()
        ... @click.option("--factor", default=1.0)
        ... def study(factor):
        ...     refuse_options("--factor", reason="A study has no factor.")
        >>> study([], standalone_mode=False)
        >>> study(["--factor", "2"], standalone_mode=False)
        Traceback (most recent call last):
        ...
        click.exceptions.UsageError: A study has no factor. Omit --factor.
    """
    given = [
        "/".join([option, *param.secondary_opts])
        for param in given_parameters(click.get_current_context())
        for option in param.opts
        if option in options
    ]
    if given:
        raise click.UsageError(f"{reason} Omit {', '.join(given)}.")


def check_fit(image_size: int | tuple[int, int] | None) -> None:
    """Raises an error if the user gave `--fit` although the images keep their size.

    Args:
        image_size: Value of `--image-size`.

    Raises:
        click.UsageError: If `--fit` is on the command line, and `--image-size` is not.
    """
    if image_size is None:
        refuse_options(
            "--fit", reason="`--fit` needs `--image-size`: without it, images keep their size."
        )


def picture_option(default: str) -> Callable:
    """Returns a decorator that adds `--output` for a `.png` file."""
    return click.option(
        "--output", type=Output(".png"), default=default, show_default=True, help="A .png file."
    )


class ImageSize(click.ParamType):
    """Type of an image size: a number for square images, or WIDTHxHEIGHT.

    The value is an integer or a tuple `(height, width)`, as in `keras_regen.datasets.load`.
    """

    name = "size"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | tuple[int, int]:
        """Returns the size."""
        match = re.fullmatch(r"([1-9]\d*)(?:[xX]([1-9]\d*))?", str(value))
        if match is None:
            self.fail(f"expected a number or a size such as 48x64, got {value!r}", param, ctx)
        width, height = match.groups()
        return int(width) if height is None else (int(height), int(width))


image_size_option = click.option(
    "--image-size",
    type=ImageSize(),
    metavar="WIDTH[xHEIGHT]",
    help="Resize the images: 64 for square images, 48x64 for portraits.",
)
fit_option = click.option(
    "--fit",
    type=click.Choice(["crop", "pad", "stretch"]),
    default="crop",
    show_default=True,
    help="How images of another shape fit into --image-size: the longer sides are cut off, black "
    "borders are added, or the images are stretched.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of all random numbers.",
)
precision_option = click.option(
    "--precision",
    type=click.Choice(["auto", "float32", "mixed_bfloat16", "mixed_float16"]),
    default="float32",
    show_default=True,
    help="Precision of the computations. `auto` is mixed_bfloat16 if the processor has "
    "instructions for it and a trial of a second shows that it trains faster.",
)
dataset_option = click.option(
    "--dataset",
    help="Name or path of a dataset with the classes of MODEL, resized to its image size.  "
    "[default: the dataset of the run]",
)
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="Print only the results, without stages and progress bars."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")


def acceptance_options(default: bool) -> Callable:
    """Returns a decorator that adds `--num-sources`, `--accept`, `--quantile` and `--max-tries`.

    Args:
        default: Default of `--accept`.
    """
    options = (
        click.option(
            "--num-sources",
            type=click.IntRange(min=2),
            help="Number of latents that a ReGene combines for an image.  [default: the model's]",
        ),
        click.option(
            "--accept/--no-accept",
            default=default,
            show_default=True,
            help="Keep only images that the model puts in the requested class: near the centroid "
            "of the class, or with confidence.",
        ),
        click.option(
            "--quantile",
            type=click.FloatRange(0, 1, min_open=True),
            help="For a CSAE: the share of the training images that are near enough to their "
            "centroid. A larger share accepts more images.  [default: 0.5]",
        ),
        count_option("--max-tries", 100, "Maximum number of latents for each requested image."),
    )

    def decorate(command: Callable) -> Callable:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
