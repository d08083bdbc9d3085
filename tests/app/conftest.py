"""What the tests of the application share."""

import pytest


@pytest.fixture(scope="session")
def digits_model(digits_run):
    """The model of the run."""
    from keras_regen import load_model

    return load_model(digits_run)
