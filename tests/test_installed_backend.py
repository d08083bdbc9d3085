"""`import keras_regen` where the backend of Keras is not installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[1]
# Hides packages from the search of modules, as if they were not installed.
HIDE = """
import importlib.abc, sys
hidden = set(sys.argv[1].split(","))
find_spec = importlib.machinery.PathFinder.find_spec
def find(name, *rest):
    return None if name in hidden else find_spec(name, *rest)
importlib.machinery.PathFinder.find_spec = find
import keras_regen
"""


def message_without(hidden, tmp_path, backend=None, config=None):
    """Returns the last line of the error, after a check that Keras was not imported."""
    environment = {name: os.environ[name] for name in os.environ if name != "KERAS_BACKEND"}
    if backend is not None:
        environment["KERAS_BACKEND"] = backend
    if config is not None:
        (tmp_path / "keras.json").write_text(config)
    process = subprocess.run(
        [sys.executable, "-c", HIDE, ",".join(hidden)],
        cwd=ROOT,
        env=environment | {"KERAS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 1 and "keras/src" not in process.stderr
    return process.stderr.splitlines()[-1]


def test_no_backend_is_installed(tmp_path):
    message = message_without(["tensorflow", "jax", "torch"], tmp_path)
    assert message.startswith("ModuleNotFoundError: keras_regen needs a backend of Keras")
    assert 'pip install "keras_regen[tensorflow]", or [jax], or [torch]' in message


def test_another_backend_is_installed(tmp_path):
    message = message_without(["tensorflow", "jax"], tmp_path)
    assert "'tensorflow', which is not installed. Installed: torch." in message
    assert "`KERAS_BACKEND=torch`" in message


@pytest.mark.parametrize(
    "choice", [{"backend": "jax"}, {"config": '{"backend": "jax"}'}], ids=["variable", "file"]
)
def test_the_chosen_backend_is_named(tmp_path, choice):
    message = message_without(["tensorflow", "jax"], tmp_path, **choice)
    assert "'jax', which is not installed" in message and "keras_regen[jax]" in message
