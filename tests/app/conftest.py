"""Fixtures of the application's tests."""

import pytest


@pytest.fixture(scope="session")
def digits_model(digits_run):
    """Returns the trained model of `digits_run`."""
    from keras_regen import load_model

    return load_model(digits_run)
