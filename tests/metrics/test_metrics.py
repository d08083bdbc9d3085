"""Metrics against SciPy, scikit-learn and loops."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import recall_score
from sklearn.svm import SVC

from keras_regen.datasets import load
from keras_regen.metrics import generation_accuracy, latent_distances


def test_generation_accuracy_is_recall_by_class():
    digits = load("digits")
    classifier = SVC().fit(digits.x_train[:200].reshape(200, -1) / 255, digits.y_train[:200])
    predicted = classifier.predict(digits.x_test.reshape(len(digits.x_test), -1) / 255)
    expected = recall_score(digits.y_test, predicted, average=None)
    accuracy = generation_accuracy(classifier, digits.x_test, digits.y_test)
    np.testing.assert_allclose(accuracy, expected)
    # Floats in [0, 1] are the same images.
    scaled = digits.x_test.astype("float32") / 255
    np.testing.assert_array_equal(accuracy, generation_accuracy(classifier, scaled, digits.y_test))


def test_a_model_of_the_package_is_a_classifier(digits_model):
    digits = load("digits")
    accuracy = generation_accuracy(digits_model, digits.x_test, digits.y_test)
    hits = digits_model.classify(digits.x_test) == digits.y_test
    counts = np.bincount(digits.y_test)
    assert np.sum(accuracy * counts) == pytest.approx(hits.sum())


def test_classes_that_were_not_requested_are_not_a_number():
    images = np.repeat(np.arange(3) / 2, 4)[:, None, None, None] * np.ones((1, 8, 8, 1))
    classifier = SVC().fit(images.reshape(12, -1), np.arange(12) // 4)
    accuracy = generation_accuracy(classifier, images[4:8], np.full(4, 2))
    np.testing.assert_array_equal(accuracy, [np.nan, np.nan, 0.0])
    with pytest.raises(ValueError, match="12 in all"):
        generation_accuracy(classifier, images, np.arange(3))


def test_distances_equal_scipys():
    rng = np.random.default_rng(0)
    points, others = rng.normal(size=(7, 5)), rng.normal(size=(4, 5))
    np.testing.assert_allclose(latent_distances(points, others), cdist(points, others))
    np.testing.assert_allclose(latent_distances(points), cdist(points, points))
