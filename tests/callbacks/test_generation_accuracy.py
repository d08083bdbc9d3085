"""GenerationAccuracy: its figures against draws by hand, and what it refuses."""

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
def judge():
    return LogisticRegression(C=10).fit(ROWS, LABELS)


def small_csae():
    keras.utils.set_random_seed(0)
    model = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=8, latent_dim=4)
    model.compile(keras.optimizers.Adam(0.01))
    return model


class ByHand(keras.callbacks.Callback):
    """What the generator draws after each epoch."""

    def __init__(self, latents):
        super().__init__()
        self.latents, self.drawn = latents, []

    def on_epoch_end(self, epoch, logs=None):
        latents = self.latents(self.model)
        self.drawn.append(np.clip(self.model.decoder.predict(latents, verbose=0), 0, 1))


def test_the_share_that_is_recognized(tmp_path, judge):
    noise = np.random.default_rng([3]).standard_normal((40, 4), "float32")
    by_hand = ByHand(lambda model: noise)
    file = tmp_path / "history.csv"
    callbacks = [GenerationAccuracy(judge, 40, 0.47, seed=3), HistoryFile(file), by_hand]
    # On PyTorch, what draws takes from the random numbers that would shuffle the images.
    options = {"batch_size": 10, "epochs": 4, "shuffle": False, "verbose": 0}
    model = small_vae()
    history = model.fit(IMAGES, callbacks=callbacks, **options)
    expected = [
        np.mean([max(judge.predict_proba(image.reshape(1, -1))[0]) >= 0.47 for image in images])
        for images in by_hand.drawn
    ]
    assert 0 < np.mean(expected) < 1
    np.testing.assert_allclose(history.history["recognized"], expected, atol=1e-9)
    assert [row["recognized"] for row in read_history(file)] == history.history["recognized"]
    assert "generation_accuracy" not in history.history
    # The training is what it is without.
    alone = small_vae()
    alone.fit(IMAGES, **options)
    for one, other in zip(model.get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.any_backend
def test_a_judge_of_this_package():
    judge = Classifier.for_images((8, 8, 1), NAMES, stem_filters=2)
    noise = np.random.default_rng([0]).standard_normal((20, 4), "float32")
    by_hand = ByHand(lambda model: noise)
    callbacks = [GenerationAccuracy(judge, 20, 0.4), by_hand]
    history = small_vae().fit(IMAGES, epochs=2, callbacks=callbacks, verbose=0).history
    expected = [
        np.mean(judge.predict(images, verbose=0)["probabilities"].max(axis=1) >= 0.4)
        for images in by_hand.drawn
    ]
    np.testing.assert_allclose(history["recognized"], expected)


@pytest.mark.any_backend
def test_the_share_of_the_class_asked_for(judge):
    def latents(model):
        # One of each class in turn, from the prior as it is after the epoch.
        model.adapt_prior(IMAGES, LABELS)
        streams = [np.random.default_rng([0, label]) for label in range(3)]
        drawn = [model.prior.sample(10, label, rng) for label, rng in enumerate(streams)]
        return np.stack(drawn, axis=1).reshape(30, -1)

    by_hand = ByHand(latents)
    check = GenerationAccuracy(judge, 30, images=IMAGES, labels=LABELS)
    model = small_csae()
    history = model.fit(IMAGES, LABELS, epochs=3, callbacks=[check, by_hand], verbose=0).history
    expected = [
        np.mean(judge.predict(images.reshape(30, -1)) == np.arange(30) % 3)
        for images in by_hand.drawn
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
def test_bad_numbers(judge, arguments, message):
    with pytest.raises(ValueError, match=message):
        GenerationAccuracy(judge, **arguments)


@pytest.mark.any_backend
def test_what_cannot_be_judged_shows_before_the_first_step(judge):
    def fit(model, callback):
        model.fit(IMAGES, LABELS, callbacks=[callback], verbose=0)

    with pytest.raises(ValueError, match=r"ClassGaussianPrior, .*images=x_train"):
        fit(small_csae(), GenerationAccuracy(judge))
    with pytest.raises(ValueError, match=r"`probabilities`, .*or `predict_proba`.*SVC\(\)"):
        fit(small_vae(), GenerationAccuracy(SVC().fit(ROWS, LABELS)))
    classifier = Classifier.for_images((8, 8, 1), NAMES, stem_filters=2)
    classifier.compile("adam")
    with pytest.raises(ValueError, match="cannot draw new latents: it has no prior"):
        fit(classifier, GenerationAccuracy(judge))
