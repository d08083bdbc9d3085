"""What a classifier learns from generated images, on real ones."""

import importlib

import numpy as np
import pytest

from keras_regen.metrics import classification_accuracy_score
from tests.samples import striped_images

pytestmark = pytest.mark.any_backend

# The function of the same name hides the module.
module = importlib.import_module("keras_regen.metrics.classification_accuracy")
IMAGES, LABELS = striped_images(192)
DRAWN, HELD_OUT = (IMAGES[:150], LABELS[:150]), (IMAGES[150:], LABELS[150:])


def test_it_follows_the_labels_asked_for():
    # Two classes were drawn one for the other: of real images, only the third class is found.
    swapped = np.array([1, 0, 2])[DRAWN[1]]
    score = classification_accuracy_score(
        DRAWN[0], swapped, *HELD_OUT, steps=120, stem_filters=4, seed=0
    )
    assert score == pytest.approx(np.mean(HELD_OUT[1] == 2), abs=0.1)


def test_a_class_that_was_never_drawn(monkeypatch):
    """The classifier has it all the same, and options reach its training."""

    class Judge:
        def classify(self, images):
            return np.zeros(len(images), int)

    def train(images, labels, **options):
        assert len(images) == len(labels) and options == {"class_names": list("012"), "steps": 7}
        return Judge()

    monkeypatch.setattr(module, "train_evaluation_classifier", train)
    drawn = DRAWN[0][DRAWN[1] < 2], DRAWN[1][DRAWN[1] < 2]
    score = classification_accuracy_score(*drawn, *HELD_OUT, steps=7)
    assert score == np.mean(HELD_OUT[1] == 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*DRAWN, HELD_OUT[0][:, :4], HELD_OUT[1]), r"`real_images`.*\(4, 8, 1\)"),
        ((*DRAWN, HELD_OUT[0], HELD_OUT[1][:3]), "`real_labels`.*3 labels"),
        ((DRAWN[0], DRAWN[1][:3], *HELD_OUT), "`labels`.*150"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        classification_accuracy_score(*arguments, steps=1)
