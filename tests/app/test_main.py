"""The start of the command line, its lists, and its choice of the backend."""

import logging
import subprocess
import sys

import click
import keras
import pytest

from keras_regen_app.main import main
from tests.app.helpers import figures, run

pytestmark = pytest.mark.any_backend


def test_what_needs_no_keras_imports_none():
    check = (
        "import sys; from click.testing import CliRunner; from keras_regen_app.main import main; "
        "assert 'generate' in CliRunner().invoke(main, ['--help']).output; "
        "commands = [['presets'], ['datasets'], ['centroids', '4', '3']]; "
        "assert not any(CliRunner().invoke(main, command).exit_code for command in commands); "
        "assert 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_every_command_has_help():
    for name in main.list_commands(None):
        assert "--help" in run(name, "--help").output


def test_every_option_says_what_it_is_for():
    for name in main.list_commands(None):
        for option in main.get_command(None, name).params:
            assert isinstance(option, click.Argument) or option.help, f"{name} {option.opts}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "nowhere.keras"], "there is no nowhere.keras"),
        (["evaluate", "nowhere.keras"], "there is no nowhere.keras"),
        (["centroids", "5", "1"], "dim"),
    ],
)
def test_errors_of_the_package_are_shown_as_they_are(arguments, message):
    assert message in run(*arguments, code=1).output


def test_lists():
    assert "csae_plus_mnist" in run("presets").output
    assert {entry["name"] for entry in figures("presets")} >= {"csae_digits", "basenet_mnist"}
    assert "digits" in run("datasets").output
    assert "least_distance" in run("centroids", 4, 3).output


def test_the_backend_that_is_asked_for_must_be_there(monkeypatch):
    from keras_regen_app import options

    monkeypatch.setattr(options.importlib.util, "find_spec", lambda name: name == "jax" or None)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    message = "'torch' is not installed (installed: jax)"
    assert message in run("evaluate", "nowhere.keras", code=1).output
    assert message not in run("datasets").output
    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_HOME", "/nowhere")
    result = run("evaluate", "nowhere.keras", code=1)
    assert "Backend: jax, the first that is installed" in result.stderr
    assert keras.backend.backend() != "other"


def test_warnings_of_tensorflow_are_not_shown():
    run("evaluate", "nowhere.keras", code=1)
    assert not logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)
