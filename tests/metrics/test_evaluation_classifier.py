"""The evaluation classifier: it learns, and its seed alone determines it."""

import keras
import numpy as np
import pytest

from keras_regen.metrics import train_evaluation_classifier
from tests.samples import striped_images

IMAGES, LABELS = striped_images(192)
SMALL = {"steps": 60, "stem_filters": 4}


def test_it_learns_and_depends_on_its_seed_alone():
    classifier = train_evaluation_classifier(IMAGES[:150], LABELS[:150], **SMALL)
    probabilities = classifier.classify(IMAGES[150:], return_probabilities=True)
    assert np.mean(np.argmax(probabilities, axis=1) == LABELS[150:]) > 0.9
    keras.utils.set_random_seed(123)
    again = train_evaluation_classifier(IMAGES[:150], LABELS[:150], **SMALL)
    np.testing.assert_array_equal(
        again.classify(IMAGES[150:], return_probabilities=True), probabilities
    )
    other = train_evaluation_classifier(IMAGES[:150], LABELS[:150], seed=1, **SMALL)
    different = other.classify(IMAGES[150:], return_probabilities=True)
    assert not np.array_equal(different, probabilities)


def test_classes_that_are_missing_and_sets_that_are_large():
    classifier = train_evaluation_classifier(IMAGES, LABELS, list("abcde"), steps=1, stem_filters=2)
    assert classifier.class_names == (*"abcde",)
    assert int(classifier.optimizer.iterations) == 1  # 64 of the 192 images


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((IMAGES, LABELS[:5]), "192"),
        ((IMAGES.astype("float32"), LABELS), "Divide by 255"),
        ((IMAGES, LABELS, None), "`steps` must be an integer, at least 1"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        train_evaluation_classifier(*arguments, steps=0 if "steps" in message else 1)
