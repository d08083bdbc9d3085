"""Classifier: cross-entropy against NumPy, saving, and invalid arguments."""

import keras
import numpy as np
import pytest

from keras_regen import Classifier, load_model
from keras_regen.layers import MirrorAndShift
from keras_regen.networks import basenet


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = Classifier.for_images((8, 8, 1), ["a", "b", "c"], stem_filters=2)
    model.compile("adam")
    return model


IMAGES = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 1), dtype="uint8")
LABELS = np.arange(30) % 3


def test_the_loss_is_cross_entropy(model):
    probabilities = model.predict(IMAGES, verbose=0)["probabilities"]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    expected = -np.mean(np.log(probabilities[np.arange(30), LABELS]))
    measured = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
    assert measured["loss"] == pytest.approx(expected, rel=1e-4)
    accuracy = np.mean(probabilities.argmax(axis=1) == LABELS)
    assert measured["accuracy"] == pytest.approx(accuracy)
    np.testing.assert_array_equal(model.classify(IMAGES), probabilities.argmax(axis=1))


def test_sample_weights_weigh_the_loss(model):
    weights = np.linspace(0, 2, 30)
    probabilities = model.predict(IMAGES, verbose=0)["probabilities"]
    expected = -np.mean(weights * np.log(probabilities[np.arange(30), LABELS]))
    loss = model.evaluate(IMAGES, LABELS, sample_weight=weights, verbose=0, return_dict=True)
    assert loss["loss"] == pytest.approx(expected, rel=1e-4)


def test_training_saving_and_loading(tmp_path, model):
    model.fit(IMAGES, LABELS, epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.class_names == ("a", "b", "c")
    np.testing.assert_allclose(
        loaded.predict(IMAGES, verbose=0)["probabilities"],
        model.predict(IMAGES, verbose=0)["probabilities"],
        atol=1e-5,
    )


def test_missing_encoder_and_wrong_class_names(model):
    with pytest.raises(ValueError, match="cannot encode images: it has no encoder"):
        model.encode(IMAGES)
    with pytest.raises(ValueError, match="3 probabilities"):
        Classifier(basenet((8, 8, 1), 3, stem_filters=2), ["a", "b"])


def test_augmentation_changes_images_in_training_only():
    images = IMAGES[:6]
    options = {"stem_filters": 2, "mirror": True, "shift": 1, "seed": 3}
    model = Classifier.for_images((8, 8, 1), ["a", "b", "c"], **options)
    changed = MirrorAndShift(True, 1, seed=3)(images, training=True)
    expected = model.network(changed, training=True)
    probabilities = model(images, training=True)["probabilities"]
    np.testing.assert_allclose(
        *(keras.ops.convert_to_numpy(values) for values in (probabilities, expected)), atol=1e-5
    )
    plain = model.network(images / np.float32(255))
    np.testing.assert_allclose(
        model.classify(images, return_probabilities=True),
        keras.ops.convert_to_numpy(plain),
        atol=1e-5,
    )
    assert model.get_config()["augmentation"]["config"]["shift"] == 1
