"""What several tests share: one small model, trained once."""

import gc

import pytest

TINY = {"stem_filters": 4, "latent_dim": 12, "beta": 0.02}


@pytest.fixture(autouse=True, scope="module")
def _young_heap():
    """Keeps the collector from going through all that earlier tests have left, again and again."""
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory):
    """The folder of a whole run of `csae_digits` with a small network."""
    from keras_regen.runs import train_run

    folder = tmp_path_factory.mktemp("digits") / "run"
    train_run("csae_digits", folder, epochs=6, options=TINY)
    return folder


@pytest.fixture(scope="session")
def digits_model(digits_run):
    """The model of that run."""
    from keras_regen import load_model

    return load_model(digits_run)
