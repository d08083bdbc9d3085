"""The commands that repeat a run or an evaluation."""

import os
import re
import shlex
from typing import Any

import click

from keras_regen.presets import get_preset
from keras_regen_app.options import given_parameters


def train_command(settings: dict[str, Any], folder: str | os.PathLike) -> str:
    """Returns the command that starts a run with the same settings.

    Args:
        settings: Settings of the run.
        folder: Folder of the run.

    Returns:
        A command for a shell; or a call in Python, if the run has settings that are no options of
        the command.

    Examples:
        >>> from keras_regen_app.run_commands import train_command
        >>> settings = {"preset": "csae_digits", "dataset": "my images", "options": {"beta": 0.1}}
        >>> train_command(settings, "runs/mine")
        "keras-regen train csae_digits --dataset 'my images' -o beta=0.1 --output runs/mine"
    """
    if settings.get("pretraining_options"):
        names = (
            "dataset",
            "image_size",
            "fit",
            "epochs",
            "batch_size",
            "seed",
            "precision",
            "options",
        )
        names += ("pretraining_options", "pretrained")
        arguments = [repr(settings["preset"]), repr(os.fspath(folder))]
        arguments += [f"{name}={settings[name]!r}" for name in names if settings.get(name)]
        return f"keras_regen_app.runs.train_run({', '.join(arguments)})"
    words = ["keras-regen", "train", settings["preset"]]
    size = settings.get("image_size")
    if isinstance(size, (list, tuple)):
        height, width = size
        size = f"{width}x{height}"
    options = {"--dataset": settings.get("dataset"), "--image-size": size}
    if size is not None:
        options["--fit"] = settings.get("fit")
    options |= {
        "--epochs": settings.get("epochs"),
        "--batch-size": settings.get("batch_size"),
        "--seed": settings.get("seed"),
    }
    if settings.get("precision") not in (None, "float32"):
        options["--precision"] = settings["precision"]
    if settings.get("pretrained") is not None:
        pretraining = get_preset(settings["preset"]).pretraining
        options |= {f"--{pretraining[0]}": settings["pretrained"]} if pretraining else {}
    for name, value in options.items():
        words += [] if value is None else [name, str(value)]
    for name, value in settings.get("options", {}).items():
        words += ["-o", f"{name}={_literal(value)}"]
    if settings.get("backend"):
        words += ["--backend", settings["backend"]]
    return shlex.join([*words, "--output", os.fspath(folder)])


def _literal(value: Any) -> str:
    """Returns a value as `-o NAME=VALUE` reads it: a Python literal, or a plain word."""
    is_word = isinstance(value, str) and re.fullmatch(r"[a-z]\w*", value)
    return value if is_word else repr(value)


def invoked_command(context: click.Context) -> str:
    """Returns the command that Click runs, with the options that the user gave.

    Args:
        context: The context of the command.

    Examples:
        >>> import click
        >>> from keras_regen_app.run_commands import invoked_command
        >>> @click.command()
        ... @click.argument("model")
        ... @click.option("--seed", type=int, default=0)
        ... @click.pass_context
        ... def evaluate(context, model, seed):
        ...     print(invoked_command(context))
        >>> evaluate(["my run", "--seed", "3"], "evaluate", standalone_mode=False)
        keras-regen evaluate 'my run' --seed 3
    """
    words = ["keras-regen", str(context.info_name)]
    for param in given_parameters(context):
        value = context.params.get(param.name)
        if value is None or value is False:
            continue
        option = max(param.opts, key=len)
        if isinstance(param, click.Argument):
            words.append(str(value))
        elif value is True:
            words.append(option)
        else:
            words += [option, str(value)]
    return shlex.join(words)
