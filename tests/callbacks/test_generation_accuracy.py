"""`GenerationAccuracy`: its values against separately decoded images, and its errors."""

import keras
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from keras_regen import CSAE, Classifier
from keras_regen.callbacks import GenerationAccuracy, HistoryFile, read_history
from tests.callbacks.small_vae import small_vae
from tests.samples import striped_images

IMAGES, LABELS = striped_images(60)
ROWS = IMAGES.reshape(60, 64) / 255
NAMES = ["left", "middle", "right"]


@pytest.fixture(scope="module")
def classifier():
    return LogisticRegression(C=10).fit(ROWS, LABELS)


def small_csae():
    keras.utils.set_random_seed(0)
    model = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=8, latent_dim=4)
    model.compile(keras.optimizers.Adam(0.01))
    return model


class DecodedImages(keras.callbacks.Callback):
    """Decodes latents after each epoch."""

    def __init__(self, latents):
        super().__init__()
        self.latents, self.images = latents, []

    def on_epoch_end(self, epoch, logs=None):
        latents = self.latents(self.model)
        self.images.append(np.clip(self.model.decoder.predict(latents, verbose=0), 0, 1))


def test_share_of_recognized_images(tmp_path, classifier):
    noise = np.random.default_rng([3]).standard_normal((40, 4), "float32")
    decoded = DecodedImages(lambda model: noise)
    file = tmp_path / "history.csv"
    callbacks = [GenerationAccuracy(classifier, 40, 0.47, seed=3), HistoryFile(file), decoded]
    # On PyTorch, generating images advances the random state that shuffles the training images.
    options = {"batch_size": 10, "epochs": 4, "shuffle": False, "verbose": 0}
    model = small_vae()
    history = model.fit(IMAGES, callbacks=callbacks, **options)
    expected = [
        np.mean(
            [max(classifier.predict_proba(image.reshape(1, -1))[0]) >= 0.47 for image in images]
        )
        for images in decoded.images
    ]
    assert 0 < np.mean(expected) < 1
    np.testing.assert_allclose(history.history["recognized"], expected, atol=1e-9)
    assert [row["recognized"] for row in read_history(file)] == history.history["recognized"]
    assert "generation_accuracy" not in history.history
    # The callback does not change the training run.
    expected_model = small_vae()
    expected_model.fit(IMAGES, **options)
    for weight, expected in zip(model.get_weights(), expected_model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


@pytest.mark.any_backend
def test_classifier_of_this_package():
    classifier = Classifier.for_images((8, 8, 1), NAMES, stem_filters=2)
    noise = np.random.default_rng([0]).standard_normal((20, 4), "float32")
    decoded = DecodedImages(lambda model: noise)
    callbacks = [GenerationAccuracy(classifier, 20, 0.4), decoded]
    history = small_vae().fit(IMAGES, epochs=2, callbacks=callbacks, verbose=0).history
    expected = [
        np.mean(classifier.predict(images, verbose=0)["probabilities"].max(axis=1) >= 0.4)
        for images in decoded.images
    ]
    np.testing.assert_allclose(history["recognized"], expected)


@pytest.mark.any_backend
def test_share_of_the_requested_class(classifier):
    def latents(model):
        # The classes in turn, from the prior as adapted after the epoch.
        model.adapt_prior(IMAGES, LABELS)
        generators = [np.random.default_rng([0, label]) for label in range(3)]
        samples = [model.prior.sample(10, label, rng) for label, rng in enumerate(generators)]
        return np.stack(samples, axis=1).reshape(30, -1)

    decoded = DecodedImages(latents)
    callback = GenerationAccuracy(classifier, 30, images=IMAGES, labels=LABELS)
    model = small_csae()
    history = model.fit(IMAGES, LABELS, epochs=3, callbacks=[callback, decoded], verbose=0).history
    expected = [
        np.mean(classifier.predict(images.reshape(30, -1)) == np.arange(30) % 3)
        for images in decoded.images
    ]
    np.testing.assert_allclose(history["generation_accuracy"], expected, atol=1e-9)
    assert "recognized" not in history


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_samples": 0}, "`num_samples` must be an integer, at least 1"),
        ({"seed": -1}, "`seed` must be"),
        ({"threshold": 0}, "threshold=0"),
        ({"threshold": 1.1}, "threshold=1.1"),
        ({"threshold": np.nan}, "threshold=nan"),
    ],
)
def test_numbers_out_of_range_raise(classifier, arguments, message):
    with pytest.raises(ValueError, match=message):
        GenerationAccuracy(classifier, **arguments)


@pytest.mark.any_backend
def test_errors_when_training_starts(classifier):
    def fit(model, callback):
        model.fit(IMAGES, LABELS, callbacks=[callback], verbose=0)

    with pytest.raises(ValueError, match=r"ClassGaussianPrior, .*images=x_train"):
        fit(small_csae(), GenerationAccuracy(classifier))
    with pytest.raises(ValueError, match=r"of this package, .*`predict_proba`.*SVC\(\)"):
        fit(small_vae(), GenerationAccuracy(SVC().fit(ROWS, LABELS)))
    model = Classifier.for_images((8, 8, 1), NAMES, stem_filters=2)
    model.compile("adam")
    with pytest.raises(ValueError, match=r"generates images.*Classifier .*has no prior"):
        fit(model, GenerationAccuracy(classifier))


@pytest.mark.any_backend
def test_a_classifier_of_the_same_classes_in_another_order():
    network = Classifier.for_images((8, 8, 1), NAMES, stem_filters=2).network
    callback = GenerationAccuracy(
        Classifier(network, NAMES[::-1]), 20, images=IMAGES, labels=LABELS
    )
    with pytest.raises(ValueError, match=r"in this order. Received: a classifier of \['right'"):
        small_csae().fit(IMAGES, LABELS, verbose=0, callbacks=[callback])
