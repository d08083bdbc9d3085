"""The command line, in this process; and its start, in a fresh one."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_regen.cli import main


def run(*arguments, code=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result


def test_help_imports_no_keras():
    check = (
        "import sys; from click.testing import CliRunner; from keras_regen.cli import main; "
        "assert 'generate' in CliRunner().invoke(main, ['--help']).output; "
        "assert CliRunner().invoke(main, ['presets']).exit_code == 0; "
        "assert CliRunner().invoke(main, ['centroids', '4', '3']).exit_code == 0; "
        "assert 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", check], check=True)


def test_a_run_from_end_to_end(tmp_path):
    folder = tmp_path / "run"
    small = ["-o", "stem_filters=4", "-o", "latent_dim=12", "--epochs", 1, "--output", folder]
    trained = json.loads(run("train", "csae_digits", *small, "--json").stdout)
    assert 0 <= trained["accuracy"] <= 1
    assert {picture.rsplit("/")[-1] for picture in trained["pictures"]} == {
        "samples.png",
        "reconstructions.png",
        "distances.png",
        "losses.png",
    }
    assert "holds a run" in run("train", "csae_digits", *small, code=1).output
    measured = json.loads(run("evaluate", folder, "--json").stdout)
    assert measured["accuracy"] == trained["accuracy"]
    assert measured["generation_accuracy"] == trained["generation_accuracy"]
    resumed = json.loads(run("train", "--resume", "--output", folder, "--json").stdout)
    assert resumed["accuracy"] == trained["accuracy"]


def test_drawing(tmp_path, digits_run):
    out = tmp_path / "pictures"
    run("generate", digits_run, "--class", "3", "--num-samples", 2, "--output", out / "grid.png")
    assert Image.open(out / "grid.png").size[1] < 100
    run("generate", digits_run, "--num-samples", 2, "--output", out / "drawn.npz")
    arrays = np.load(out / "drawn.npz")
    assert arrays["images"].shape == (20, 8, 8, 1)
    assert arrays["labels"].tolist() == np.repeat(np.arange(10), 2).tolist()
    run("generate", digits_run, "--class", "3", "--num-samples", 2, "--output", out / "by_class")
    assert len(list((out / "by_class/3").iterdir())) == 2
    error = json.loads(
        run("reconstruct", digits_run, "--output", out / "again.png", "--json").stdout
    )
    assert 0 < error["mse"] < 0.2
    assert Image.open(out / "again.png").size[0] > 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "csae_minst"], "Did you mean 'csae_mnist'"),
        (["train"], "Which preset?"),
        (["train", "csae_digits", "--resume", "--epochs", "3"], "no changes"),
        (["train", "csae_digits", "-o", "beta"], "expected NAME=VALUE"),
        (["generate", "nowhere.keras"], "there is no nowhere.keras"),
        (["evaluate", "nowhere.keras"], "--dataset"),
        (["centroids", "5", "1"], "dim"),
        (["generate", "x", "--num-samples", "0"], "`num_samples`"),
    ],
)
def test_errors_say_what_to_do_without_a_traceback(arguments, message):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert "Traceback" not in result.output


def test_unknown_classes_are_named(digits_run):
    assert "9 '9'" in run("generate", digits_run, "--class", "cat", code=1).output


def test_lists():
    assert "csae_plus_mnist" in run("presets").output
    assert {entry["name"] for entry in json.loads(run("presets", "--json").stdout)} >= {
        "csae_digits",
        "basenet_mnist",
    }
    assert "digits" in run("datasets").output
    assert "least_distance" in run("centroids", 4, 3).output


def test_the_backend_that_is_asked_for_must_be_there(monkeypatch):
    from keras_regen.cli import options

    monkeypatch.setattr(options.importlib.util, "find_spec", lambda name: name == "jax" or None)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert "'torch' is not installed (installed: jax)" in run("datasets", code=1).output
    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_HOME", "/nowhere")
    result = run("datasets")
    assert "Backend: jax, the first that is installed" in result.stderr
    assert keras.backend.backend() != "other"
