"""Fixtures of the application's tests."""

import shutil

import pytest


@pytest.fixture(scope="session")
def digits_model(digits_run):
    """Returns the trained model of `digits_run`."""
    from keras_regen import load_model

    return load_model(digits_run)


@pytest.fixture
def own_run(digits_run, tmp_path):
    """Returns a copy of `digits_run`, for a command that writes to the folder of the run."""
    return shutil.copytree(digits_run, tmp_path / "own_run")
