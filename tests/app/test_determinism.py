"""`--deterministic`: the flags of each backend, in a process of its own."""

import json
import os
import subprocess
import sys

import keras
import pytest

from tests.app.helpers import run

# Trains with the command, and prints the state of the backend that the training had.
_TRAIN = """
import json, os, sys
from keras_regen_app.commands import training
from keras_regen_app.main import main

enable = training.use_deterministic_operations

def enable_and_shorten_the_evaluation(backend):
    enable(backend)  # before anything imports Keras
    from keras_regen_app import runs
    runs._evaluation_steps = lambda num_images: 10

training.use_deterministic_operations = enable_and_shorten_the_evaluation
arguments = sys.argv[1:]
main(["train", "csae_digits", *arguments, "--deterministic"], standalone_mode=False)
backend = os.environ["KERAS_BACKEND"]
if backend == "torch":
    import torch
    state = torch.are_deterministic_algorithms_enabled()
elif backend == "jax":
    state = "--xla_gpu_deterministic_ops=true" in os.environ["XLA_FLAGS"].split()
else:
    from tensorflow.python.framework import config
    state = config.is_op_determinism_enabled()
print(json.dumps(state))
"""
SMALL = ["--epochs", "1", "-o", "network=linear", "-o", "hidden=4", "-o", "latent_dim=10"]


def test_a_training_run_with_deterministic_operations(tmp_path, few_digits):
    command = [sys.executable, "-c", _TRAIN, *SMALL, "--dataset", few_digits]
    command += ["--output", tmp_path, "--quiet"]
    environment = {**os.environ, "KERAS_BACKEND": keras.backend.backend()}
    process = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout.splitlines()[-1]) is True
    assert (tmp_path / "metrics.json").exists()


def test_the_option_is_refused_where_the_backend_would_ignore_it(tmp_path):
    if keras.backend.backend() == "torch":
        pytest.skip("PyTorch takes the setting at any time")
    result = run("train", "csae_digits", "--deterministic", "--output", tmp_path / "run", code=1)
    assert "imported already" in str(result.exception or result.output)
    assert not (tmp_path / "run").exists()
