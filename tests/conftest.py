"""Fixtures of several test modules: a small dataset and a small model, trained once."""

import gc
import os

import keras
import pytest
from filelock import FileLock

TINY = {"stem_filters": 4, "latent_dim": 12, "beta": 0.02}


@pytest.fixture(autouse=True, scope="module")
def _young_heap():
    """Freezes the objects of earlier tests, so that the garbage collector skips them."""
    yield
    gc.collect()
    gc.freeze()


if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # Optimization of a graph takes longer than the few runs of a test.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


@pytest.fixture(autouse=True, scope="module")
def _eager(request):
    """Runs the steps of a module with the marker `eager` without a graph, on TensorFlow.

    The few steps of a test take less time than their graph. The modules that test the training of
    each model have no such marker.
    """
    eager = keras.backend.backend() == "tensorflow" and request.node.get_closest_marker("eager")
    if eager:
        tf.config.run_functions_eagerly(True)
    yield
    if eager:
        tf.config.run_functions_eagerly(False)


if os.environ.get("KERAS_REGEN_DETERMINISTIC") and keras.backend.backend() == "torch":
    from keras_regen_app.determinism import use_deterministic_operations

    use_deterministic_operations("torch")  # as `make test-gpu` asks for


@pytest.fixture(autouse=True, scope="session")
def _short_evaluation():
    """Trains the evaluation classifier of a run for 50 steps and not for up to 2000."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_regen_app.runs._evaluation_steps", lambda num_images: 50)
        yield


@pytest.fixture(scope="session")
def few_digits(tmp_path_factory):
    """A file of few digits for short epochs: 160 training and 40 test images."""
    from keras_regen.atomic_files import write_arrays
    from keras_regen.datasets import load

    path = tmp_path_factory.mktemp("few") / "digits.npz"
    digits = load("digits")
    write_arrays(
        path,
        x_train=digits.x_train[:160],
        y_train=digits.y_train[:160],
        x_test=digits.x_test[:40],
        y_test=digits.y_test[:40],
    )
    return path


@pytest.fixture(scope="session")
def digits_run(tmp_path_factory, worker_id):
    """The folder of a complete run of `csae_digits` with a small network."""
    from keras_regen_app.runs import train_run

    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":  # several processes share the run of the first
        shared = shared.parent
    folder = shared / "digits_run"
    with FileLock(shared / "digits_run.lock"):
        if not (folder / "metrics.json").exists():
            train_run("csae_digits", folder, epochs=6, options=TINY)
    return folder


@pytest.fixture(scope="session")
def digits_model():
    """A small CSAE, trained on the digits and calibrated on the test images."""
    from keras_regen import CSAE
    from keras_regen.datasets import load

    digits = load("digits")
    keras.utils.set_random_seed(0)
    model = CSAE.from_preset("csae_digits", epochs=6, class_names=digits.class_names, **TINY)
    model.fit(digits.x_train, digits.y_train, verbose=0)
    model.calibrate(digits.x_test, digits.y_test)
    return model
