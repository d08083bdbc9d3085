"""Every model trains, evaluates and generates in half precision, with its losses in float32."""

import keras
import numpy as np
import pytest

import keras_regen
from tests.samples import striped_images

IMAGES, LABELS = striped_images(24)
SHAPE, NAMES = (8, 8, 1), ["left", "middle", "right"]
BUILD = {
    "CSAE": lambda: keras_regen.CSAE.for_images(SHAPE, NAMES, latent_dim=4, stem_filters=2),
    "ReGene": lambda: keras_regen.ReGene.for_images(SHAPE, NAMES, width=0.05),
    "Classifier": lambda: keras_regen.Classifier.for_images(SHAPE, NAMES, stem_filters=2),
    "Autoencoder": lambda: keras_regen.Autoencoder.for_images(SHAPE, latent_dim=4, stem_filters=2),
    "VAE": lambda: keras_regen.VAE.for_images(SHAPE, latent_dim=4, stem_filters=2),
    "CVAE": lambda: keras_regen.CVAE.for_images(SHAPE, NAMES, latent_dim=4, stem_filters=2),
    "AAE": lambda: keras_regen.AAE.for_images(SHAPE, latent_dim=4, stem_filters=2, hidden=(8,)),
    "GAN": lambda: keras_regen.GAN.for_images(SHAPE, network="dense", latent_dim=4, hidden=(8, 8)),
    "DEGAN": lambda: keras_regen.DEGAN.for_images(SHAPE, latent_dim=4, width=0.1, vae_epochs=1),
}


@pytest.fixture
def own_policy():
    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)


# Graphs of many models take long, so that most of them are compiled on a single backend.
_EVERYWHERE = {
    "mixed_bfloat16": ("CSAE", "ReGene", "GAN"),
    "mixed_float16": ("CSAE", "GAN"),  # scales the losses
}


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        pytest.param(name, policy, marks=[] if name in everywhere else pytest.mark.any_backend)
        for policy, everywhere in _EVERYWHERE.items()
        for name in BUILD
    ],
)
def test_a_model_in_half_precision(name, policy, own_policy, tmp_path):
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(policy)
    model = BUILD[name]()
    model.compile("adam")
    if name == "ReGene":
        model.fit_classifier(IMAGES, LABELS, epochs=2, verbose=0)
    logs = model.fit(IMAGES, LABELS, batch_size=12, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in logs.values())
    before = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
    assert all(weight.dtype == "float32" for weight in model.trainable_variables)
    outputs = {} if name == "CVAE" else model.predict(IMAGES, verbose=0)
    assert {value.dtype for value in outputs.values()} <= {np.dtype("float32")}
    if model.decoder is not None:
        images = model.generate(num_samples=6, seed=0)
        assert images.dtype == np.float32 and np.isfinite(images).all()
        assert images.min() >= 0 and images.max() <= 1
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    if not name.endswith("GAN") and name not in ("AAE", "VAE", "CVAE"):  # these sample noise
        after = again.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
        for key, value in before.items():
            assert after[key] == pytest.approx(value, rel=1e-3), key
    if model.decoder is not None:
        np.testing.assert_allclose(again.generate(num_samples=6, seed=0), images, atol=1e-3)
