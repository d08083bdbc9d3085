"""Imports in new processes: the top-level names, and saved models after any first import."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_regen import CSAE, DEGAN, ReGene
from keras_regen.networks import regene_classifier, regene_decoder

ROOT = Path(__file__).parents[1]

NAMES = """
import keras_regen

keras_regen.PEDCCHead, keras_regen.NoisyLatent, keras_regen.WaveletLoss
keras_regen.ReGeneDecoder, keras_regen.DecoderEncoderPrior
assert keras_regen.losses.WaveletLoss is keras_regen.WaveletLoss
try:
    keras_regen.CSEA
except AttributeError as error:
    assert "'CSEA'" in str(error) and "Did you mean 'CSAE'?" in str(error), error
else:
    raise AssertionError("no AttributeError")
"""

LOAD = """
import sys
import numpy as np
import keras

folder = sys.argv[1]
for name in ("CSAE", "ReGene", "DEGAN"):
    model = keras.saving.load_model(f"{folder}/{name}.keras")
    assert type(model).__name__ == name
    expected = np.load(f"{folder}/{name}.npz")
    assert len(model.weights) == len(expected.files)
    for weight, values in zip(model.weights, expected.values()):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), values)
"""


@pytest.fixture(scope="module")
def saved_models(tmp_path_factory):
    """Returns a folder with a small CSAE, ReGene and DEGAN, and the values of their weights."""
    folder = tmp_path_factory.mktemp("models")
    shape, names = (8, 8, 1), ["left", "middle", "right"]
    classifier = regene_classifier(shape, 3, width=0.03)
    latent_dim = classifier.get_layer("latent").output.shape[1]
    models = [
        CSAE.for_images(shape, names, latent_dim=4, stem_filters=2),
        ReGene(classifier, regene_decoder(shape, latent_dim, width=0.03), class_names=names),
        DEGAN.for_images(shape, latent_dim=4, width=0.05, vae_width=0.05),
    ]
    for model in models:
        model.compile("adam")
        model.save(folder / f"{type(model).__name__}.keras")
        weights = [keras.ops.convert_to_numpy(weight) for weight in model.weights]
        np.savez(folder / f"{type(model).__name__}.npz", *weights)
    return folder


def run(code, *arguments):
    """Runs code in a new process on the backend of the tests."""
    process = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": keras.backend.backend()},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]


@pytest.mark.any_backend
def test_the_parts_are_top_level_names_and_a_wrong_name_has_a_hint():
    run(NAMES)


@pytest.mark.parametrize(
    "first",
    [
        "from keras_regen.losses import SSIMLoss",
        "import keras_regen.datasets",
        "import importlib.util; importlib.util.find_spec('keras'); import keras_regen",
    ],
)
def test_saved_models_load_after_any_first_import(saved_models, first):
    run(first + LOAD, saved_models)
