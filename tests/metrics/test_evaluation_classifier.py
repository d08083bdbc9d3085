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


def test_training_shifts_the_images_and_removes_rectangles():
    white = np.full((64, 28, 28, 1), 255, "uint8")
    classifier = train_evaluation_classifier(
        white, np.arange(64) % 2, ["a", "b"], steps=1, stem_filters=2
    )
    changed = keras.ops.convert_to_numpy(classifier.augmentation(white, training=True))
    removed = np.sum(changed == 0, axis=(1, 2, 3))
    # A rectangle of up to 7x7 pixels, and up to two rows and two columns.
    assert 0 < removed.mean() < 7 * 7 + 2 * 2 * 28
    assert removed.max() <= 7 * 7 + 2 * 2 * 28
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(classifier.augmentation(white)), 1)
    plain = train_evaluation_classifier(IMAGES, LABELS, steps=1, augment=False, stem_filters=2)
    assert plain.augmentation is None


def test_an_option_that_the_network_does_not_have():
    with pytest.raises(TypeError, match="has no arguments \\['mirror'\\]"):
        train_evaluation_classifier(IMAGES, LABELS, steps=1, mirror=True)


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
