"""Odd arguments of the callbacks: an error that names the argument."""

import keras
import numpy as np
import pytest

from keras_regen import CSAE
from keras_regen.callbacks import (
    Checkpoint,
    GenerationAccuracy,
    HistoryFile,
    StepHistory,
    read_history,
)
from keras_regen.metrics import train_evaluation_classifier
from tests.callbacks.small_vae import small_vae
from tests.samples import striped_images

pytestmark = pytest.mark.eager

IMAGES, LABELS = striped_images(12)
NAMES = ["left", "middle", "right"]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Checkpoint(3), "`folder` must be the path"),
        (lambda: Checkpoint("runs", monitor=3), "`monitor` must be a string or None"),
        (lambda: Checkpoint("runs", mode=np.ones(2)), "`mode` must be 'max'"),
        (lambda: Checkpoint("runs", best="high"), "`best` must be a finite number"),
        (lambda: Checkpoint("runs", pause=-1), "`pause` must be a number, at least 0"),
        (lambda: HistoryFile(None), "`path` must be the path"),
        (lambda: HistoryFile("history.csv", rows=3), "`rows` must be a list of dicts"),
        (lambda: HistoryFile("history.csv", rows=[3]), "`rows` must be a list of dicts"),
        (lambda: StepHistory(3), "`path` must be the path"),
        (lambda: GenerationAccuracy(None, threshold="a"), "`threshold` must be a number, above 0"),
        (lambda: GenerationAccuracy(None, num_samples=2.5), "`num_samples` must be an integer"),
    ],
)
def test_the_error_names_the_argument(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"loss\n1.5\n", b"epoch,loss\n1,high\n"])
def test_files_that_are_no_histories(tmp_path, content):
    (tmp_path / "history.csv").write_bytes(content)
    with pytest.raises(ValueError, match="Expected a CSV file of numbers with a column `epoch`"):
        read_history(tmp_path / "history.csv")


def test_classifiers_of_generated_images():
    image = keras.Input((8, 8, 1))
    plain = keras.Model(image, keras.layers.Flatten()(image))
    failing = type("Failing", (), {"predict_proba": lambda self, rows: {}["left"]})()
    flat = type("Flat", (), {"predict_proba": lambda self, rows: rows[:, 0]})()
    for classifier, message in (
        (None, "`classifier` must be a classifier of this package"),
        (plain, "`classifier` must be a classifier of this package"),
        (failing, r"`classifier.predict_proba` must be a function .*KeyError: 'left'"),
        (flat, r"the probabilities of the classes for each image. Received: shape=\(5,\)"),
    ):
        with pytest.raises(ValueError, match=message):
            callback = GenerationAccuracy(classifier, num_samples=5)
            small_vae().fit(IMAGES, verbose=0, callbacks=[callback])


def test_integers_and_floats_are_the_same_training_images():
    classifier = train_evaluation_classifier(IMAGES, LABELS, NAMES, steps=5, stem_filters=2)
    values = []
    for images in (IMAGES, (IMAGES / 255).astype("float32"), IMAGES.astype("int64")):
        keras.utils.set_random_seed(0)
        model = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=4, latent_dim=4)
        model.compile("sgd")
        callback = GenerationAccuracy(classifier, 30, images=images, labels=LABELS)
        history = model.fit(
            IMAGES, LABELS, epochs=2, shuffle=False, verbose=0, callbacks=[callback]
        )
        values.append(history.history["generation_accuracy"])
    np.testing.assert_allclose(values, [values[0]] * 3)
