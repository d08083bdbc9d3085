"""The command group, its lists, and the choice of the backend."""

import importlib
import logging
import os
import subprocess
import sys

import click
import keras
import pytest

import keras_regen
from keras_regen_app.main import main
from keras_regen_app.options import choose_backend
from tests.app.helpers import figures, run

pytestmark = pytest.mark.any_backend


def in_new_process(*arguments: str) -> str:
    """Runs Python in a new process and returns its standard output."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_help_imports_neither_keras_nor_the_library():
    check = (
        "import sys; from click.testing import CliRunner; from keras_regen_app.main import main; "
        "assert 'generate' in CliRunner().invoke(main, ['--help']).output; "
        "commands = [[name, '--help'] for name in main.list_commands(None)]; "
        "assert not any(CliRunner().invoke(main, command).exit_code for command in commands); "
        "assert not {'keras', 'keras_regen'} & set(sys.modules)"
    )
    in_new_process("-c", check)


def test_the_module_prints_the_same_help_as_the_command():
    command = "from keras_regen_app.main import main; main(['--help'], prog_name='keras-regen')"
    assert in_new_process("-m", "keras_regen_app", "--help") == in_new_process("-c", command)


def test_the_version_has_keras_and_the_backends():
    lines = run("--version").output.splitlines()
    assert lines[0] == f"keras-regen, version {keras_regen.__version__}"
    assert lines[1] == f"Keras {keras.__version__}"
    backend = importlib.import_module(keras.backend.backend())
    assert f"{keras.backend.backend()} {backend.__version__}" in lines[2]


def test_the_version_imports_neither_keras_nor_the_library():
    check = (
        "import sys; from keras_regen_app.versions import version_text; assert version_text(); "
        "assert not {'keras', 'keras_regen'} & set(sys.modules)"
    )
    in_new_process("-c", check)


def test_every_command_has_help():
    for name in main.list_commands(None):
        assert "--help" in run(name, "--help").output


def test_every_option_has_a_help_text():
    for name in main.list_commands(None):
        for option in main.get_command(None, name).params:
            assert isinstance(option, click.Argument) or option.help, f"{name} {option.opts}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "nowhere.keras"], "without the file nowhere.keras"),
        (["evaluate", "nowhere.keras"], "without the file nowhere.keras"),
    ],
)
def test_package_errors_are_printed_unchanged(arguments, message):
    assert message in run(*arguments, code=1).output


def test_lists():
    assert "csae_plus_mnist" in run("presets").output
    assert {entry["name"] for entry in figures("presets")} >= {"csae_digits", "basenet_mnist"}
    assert "digits" in run("datasets").output
    assert "least_distance" in run("centroids", 4, 3).output


def test_the_requested_backend_must_be_installed(monkeypatch):
    from keras_regen_app import options

    monkeypatch.setattr(options.importlib.util, "find_spec", lambda name: name == "jax" or None)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    message = "'torch' is not installed (installed: jax)"
    assert message in run("evaluate", "nowhere.keras", code=1).output
    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_HOME", "/nowhere")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", "unused")
    result = run("evaluate", "nowhere.keras", code=1)
    assert "Backend: jax, the first installed backend" in result.stderr
    assert keras.backend.backend() != "other"


def test_tensorflow_warnings_are_hidden():
    run("evaluate", "nowhere.keras", code=1)
    assert not logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)


def test_a_preset_lists_its_options():
    words = run("presets", "csae_digits").output
    assert "stem_filters" in words and "latent_dim" in words and "beta" in words
    recipe = figures("presets", "csae_digits")
    assert recipe["options"]["latent_dim"] == 32 and recipe["options"]["levels"] == 2
    message = run("presets", "csae_digit", code=2).output
    assert "csae_digits" in message
    message = run("train", "csae_digits", "-o", "betta=1", code=2).output
    assert "stem_filters" in message and "betta" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "csae_digits", "-o", "beta=-1"], "`-o beta`"),
        (["train", "csae_digits", "--image-size", "3"], "`--image-size` must be"),
        (["train", "csae_digits", "--image-size", "3y4"], "expected a number or a size such as"),
        (["centroids", "5", "4", "--method", "nothing"], "--method"),
        (["centroids", "5", "1"], "DIM"),
    ],
)
def test_errors_name_the_options_of_the_command(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert message in run(*arguments, code=2).output


def test_an_image_size_is_width_and_height():
    from keras_regen_app.options import ImageSize

    assert ImageSize().convert("64", None, None) == 64
    assert ImageSize().convert("48x64", None, None) == (64, 48)


def test_jax_keeps_compiled_programs(monkeypatch, tmp_path):
    pytest.importorskip("jax")
    for name in ("KERAS_BACKEND", "JAX_COMPILATION_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "before")  # restored at the end
    choose_backend("jax")
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == "before"
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    choose_backend("jax")
    assert os.environ["JAX_COMPILATION_CACHE_DIR"] == str(tmp_path / "keras_regen/jax")
