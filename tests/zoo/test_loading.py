"""The trained models of the zoo: their scores hold, and they generate in a fresh process."""

import json
import subprocess
import sys

import numpy as np
import pytest

import keras_regen
from keras_regen.datasets import load
from keras_regen.zoo.loading import FOLDER

NAMES = list(keras_regen.list_pretrained())


def test_the_zoo_is_small_and_complete():
    files = {path.stem for path in FOLDER.glob("*.keras")}
    assert files == set(NAMES) >= {"csae_digits", "regene_digits", "degan_digits"}
    assert sum(path.stat().st_size for path in FOLDER.glob("*.keras")) < 12 * 2**20


@pytest.mark.parametrize("name", [name for name in NAMES if "digits" in name])
def test_the_accuracy_is_that_of_the_table(name):
    entry, data = keras_regen.list_pretrained()[name], load("digits")
    model = keras_regen.load_pretrained(name)
    assert type(model).__name__ == entry["model"]
    if "accuracy" in entry["scores"]:
        accuracy = np.mean(model.classify(data.x_test) == data.y_test)
        assert accuracy == pytest.approx(entry["scores"]["accuracy"], abs=0.006)
    images = keras_regen.generate(model, num_samples=4, seed=0)
    assert images.shape == (4, *data.image_shape) and np.ptp(images) > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_every_model_generates_the_requested_class(name):
    model = keras_regen.load_pretrained(name)
    class_id = model.class_names[-1] if model.num_classes else None
    images = keras_regen.generate(model, class_id=class_id, num_samples=20, seed=0)
    if model.num_classes and model.head is not None:
        assert np.mean(model.classify(images) == model.num_classes - 1) > 0.7


@pytest.mark.any_backend
def test_wrong_names_list_the_models():
    with pytest.raises(ValueError, match=r"Did you mean 'csae_digits'.*recipe without weights"):
        keras_regen.load_pretrained("csae_digit")


def test_the_command_generates_from_the_zoo_in_seconds(tmp_path):
    command = [sys.executable, "-m", "keras_regen_app", "generate", "zoo:csae_digits"]
    command += ["--class", "3", "--json", "--output", str(tmp_path / "threes.png")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "threes.png").exists() and json.loads(result.stdout)
