"""The command group, its lists, and the choice of the backend."""

import logging
import subprocess
import sys

import click
import keras
import pytest

from keras_regen_app.main import main
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
        (["centroids", "5", "1"], "dim"),
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
    result = run("evaluate", "nowhere.keras", code=1)
    assert "Backend: jax, the first installed backend" in result.stderr
    assert keras.backend.backend() != "other"


def test_tensorflow_warnings_are_hidden():
    run("evaluate", "nowhere.keras", code=1)
    assert not logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)
