"""What several tests share: one small model, trained once."""

import functools
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


@pytest.fixture
def few_samples(monkeypatch):
    """Has runs evaluated on few drawn images: models of few steps draw many before one is good."""
    from keras_regen import evaluation, runs

    few = functools.partial(evaluation.evaluate_model, samples_per_class=3)
    monkeypatch.setattr(runs, "evaluate_model", few)
    judge = functools.partial(evaluation.train_judge, steps=1, stem_filters=2)
    monkeypatch.setattr(evaluation, "train_judge", judge)


@pytest.fixture(scope="session")
def digits_model(digits_run):
    """The model of that run."""
    from keras_regen import load_model

    return load_model(digits_run)
