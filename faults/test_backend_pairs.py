"""A model that is saved on a backend generates and trains on another that lacks the first."""

import zipfile

import keras
import numpy as np
import pytest

from keras_regen import CSAE, DEGAN, GAN, VAE, Classifier, ReGene
from keras_regen.networks import degan_discriminator, degan_generator
from tests.elsewhere import use_elsewhere
from tests.samples import BACKENDS, striped_images

IMAGES, LABELS = striped_images(24)
SHAPE, NAMES = (8, 8, 1), ["left", "middle", "right"]


def _vae():
    return VAE.for_images(SHAPE, latent_dim=4, stem_filters=2)


def _models():
    """Small models of all families, after an epoch of training."""
    labelled, alone = (IMAGES, LABELS), (IMAGES,)
    linear = {"network": "linear", "hidden": 8, "latent_dim": 4}
    yield "csae", CSAE.for_images(SHAPE, NAMES, **linear), "sgd", labelled
    classifier = Classifier.for_images(SHAPE, NAMES, network="regene", width=0.05)
    classifier.compile("adam")
    classifier.fit(IMAGES, LABELS, verbose=0)
    regene = ReGene.for_images(SHAPE, NAMES, classifier=classifier.network, width=0.05)
    yield "regene", regene, keras.optimizers.AdamW(1e-3), labelled
    yield "vae", _vae(), keras.optimizers.RMSprop(1e-3), alone
    networks = degan_generator(SHAPE, 4, width=0.05), degan_discriminator(SHAPE, width=0.05)
    yield "gan", GAN(*networks), "adam", alone
    networks = degan_generator(SHAPE, 4, width=0.05), degan_discriminator(SHAPE, width=0.05)
    optimizers = {"generator": "adam", "discriminator": "rmsprop"}
    yield "degan", DEGAN(_vae(), *networks, vae_epochs=1), optimizers, alone


@pytest.mark.filterwarnings("ignore:The classifier recognizes")
def test_a_saved_model_generates_and_trains_on_other_backends(tmp_path):
    images = {}
    for name, model, optimizer, data in _models():
        model.compile(optimizer)
        if name == "degan":
            model.fit_vae(IMAGES, epochs=1, verbose=0)
        model.fit(*data, batch_size=8, verbose=0)
        model.save(tmp_path / f"{name}.keras")
        images[name] = model.generate(seed=0)
        with zipfile.ZipFile(tmp_path / f"{name}.keras") as archive:
            assert "keras.src.backend" not in archive.read("config.json").decode()
    np.savez(tmp_path / "data.npz", images=IMAGES, labels=LABELS, **images)
    for backend in BACKENDS:
        if backend != keras.backend.backend():
            use_elsewhere(tmp_path, backend)
