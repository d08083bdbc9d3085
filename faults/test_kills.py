"""Runs that are killed at random moments, and resumed, end with the weights of unkilled runs."""

import os
import random
import signal
import subprocess
import sys
import time
import zipfile

import h5py
import numpy as np
import pytest

from keras_regen.atomic_files import write_arrays
from keras_regen.datasets import load

# Runs of some seconds of training, with epochs that are saved several times.
RUNS = {
    "csae": ["csae_digits", "--epochs", "8", "-o", "stem_filters=4", "-o", "latent_dim=12"],
    "regene": ["regene_digits", "--epochs", "8", "-o", "width=0.03", "-o", "bank_size=20"],
    "degan": ["degan_digits", "--epochs", "6", "-o", "width=0.03", "-o", "vae_width=0.03"],
    "vae": ["vae_degan_digits", "--epochs", "8", "-o", "width=0.03"],
}
KILLS = int(os.environ.get("KILLS", 2))
# A checkpoint after each epoch, and no evaluation, which changes no weights.
_TRAIN = (
    "import sys; from keras_regen_app import main, runs, training_run; "
    "training_run._CHECKPOINT_PAUSE = 0.0; "
    "training_run.evaluate_generation = lambda *arguments, **options: {}; "
    "training_run.plot_run = lambda *arguments: None; "
    "runs.train_evaluation_classifier = lambda *arguments, **options: None; "
    "main.main(sys.argv[1:])"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    digits, path = load("digits"), tmp_path_factory.mktemp("data") / "few.npz"
    write_arrays(
        path,
        x_train=digits.x_train[:320],
        y_train=digits.y_train[:320],
        x_test=digits.x_test[:80],
        y_test=digits.y_test[:80],
    )
    return path


def start(arguments, folder):
    return subprocess.Popen(
        [sys.executable, "-c", _TRAIN, "train", *arguments, "--output", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def weights(path):
    """All numbers of a `.keras` file, by name."""
    arrays = {}

    def read(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with (
        zipfile.ZipFile(path) as archive,
        archive.open("model.weights.h5") as file,
        h5py.File(file) as store,
    ):
        store.visititems(read)
    return arrays


@pytest.mark.parametrize("family", RUNS)
def test_killed_runs(tmp_path, dataset, family):
    arguments = [*RUNS[family], "--dataset", str(dataset)]
    began = time.monotonic()
    whole = start(arguments, tmp_path / "whole")
    errors = whole.communicate()[1]
    assert whole.returncode == 0, errors[-2000:]
    seconds = time.monotonic() - began
    expected = weights(tmp_path / "whole/model.keras")
    rng = random.Random(family)
    for kill in range(KILLS):
        folder = tmp_path / f"killed{kill}"
        process = start(arguments, folder)
        for _ in range(2):  # the resumed run is killed as well
            time.sleep(rng.uniform(0.3, 0.95) * seconds)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            resumed = ["--resume"] if (folder / "run.json").exists() else arguments
            process = start(resumed, folder)
        errors = process.communicate()[1]
        assert process.returncode == 0, errors[-2000:]
        for name, array in weights(folder / "model.keras").items():
            np.testing.assert_array_equal(array, expected[name], err_msg=f"{family} {kill} {name}")
