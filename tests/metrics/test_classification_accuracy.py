"""The accuracy on real images of a classifier that learned from generated images."""

import importlib

import numpy as np
import pytest

from keras_regen.metrics import classification_accuracy_score
from tests.samples import striped_images

pytestmark = pytest.mark.any_backend

# The function of the same name hides the module.
module = importlib.import_module("keras_regen.metrics.classification_accuracy")
IMAGES, LABELS = striped_images(192)
GENERATED, HELD_OUT = (IMAGES[:150], LABELS[:150]), (IMAGES[150:], LABELS[150:])


def test_it_follows_the_requested_labels():
    # Two classes are exchanged, so only real images of the third class are classified correctly.
    swapped = np.array([1, 0, 2])[GENERATED[1]]
    score = classification_accuracy_score(
        GENERATED[0], swapped, *HELD_OUT, steps=120, stem_filters=4, seed=0
    )
    assert score == pytest.approx(np.mean(HELD_OUT[1] == 2), abs=0.1)


def test_a_class_without_generated_images(monkeypatch):
    """The classifier has the class nevertheless, and options reach its training."""

    class StubClassifier:
        def classify(self, images):
            return np.zeros(len(images), int)

    expected = {"class_names": list("012"), "steps": 7, "augment": False}

    def train(images, labels, **options):
        assert len(images) == len(labels) and options == expected
        return StubClassifier()

    monkeypatch.setattr(module, "train_evaluation_classifier", train)
    generated = GENERATED[0][GENERATED[1] < 2], GENERATED[1][GENERATED[1] < 2]
    score = classification_accuracy_score(*generated, *HELD_OUT, steps=7)
    assert score == np.mean(HELD_OUT[1] == 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*GENERATED, HELD_OUT[0][:, :4], HELD_OUT[1]), r"`real_images`.*\(4, 8, 1\)"),
        ((*GENERATED, HELD_OUT[0], HELD_OUT[1][:3]), "`real_labels`.*3 labels"),
        ((GENERATED[0], GENERATED[1][:3], *HELD_OUT), "`labels`.*150"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        classification_accuracy_score(*arguments, steps=1)
