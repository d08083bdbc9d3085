"""`model.export` on each backend, as the guide on callbacks and export describes it."""

import keras
import numpy as np
import pytest

from keras_regen import CSAE

X = np.random.default_rng(0).random((4, 8, 8, 1)).astype("float32")


@pytest.fixture(scope="module")
def model():
    return CSAE.for_images((8, 8, 1), list("abcd"), network="linear", hidden=8, latent_dim=4)


def test_the_exported_program_computes_what_the_model_does(model, tmp_path):
    expected = {name: keras.ops.convert_to_numpy(value) for name, value in model(X).items()}
    if keras.backend.backend() == "torch":
        import torch

        path = tmp_path / "exported.pt2"
        signature = [keras.InputSpec(shape=X.shape, dtype="float32")]
        model.export(path, format="torch", input_signature=signature, verbose=False)
        outputs = torch.export.load(path).module()(torch.tensor(X))
        outputs = {name: value.detach().numpy() for name, value in outputs.items()}
    else:
        tf = pytest.importorskip("tensorflow", reason="a SavedModel needs TensorFlow")
        model.export(tmp_path / "exported", verbose=False)
        program = tf.saved_model.load(str(tmp_path / "exported"))
        outputs = {name: value.numpy() for name, value in program.serve(X).items()}
    assert set(outputs) == set(expected) == {"probabilities", "latent", "reconstruction"}
    for name, values in expected.items():
        np.testing.assert_allclose(outputs[name], values, atol=1e-5)
