"""Metrics against SciPy, scikit-learn and loops."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import recall_score

from keras_regen.datasets import load
from keras_regen.metrics import (
    generation_accuracy,
    latent_distances,
    svm_judge,
)


def test_generation_accuracy_is_recall_by_class():
    digits = load("digits")
    judge = svm_judge(digits.x_train[:200], digits.y_train[:200])
    found = judge.predict(digits.x_test.reshape(len(digits.x_test), -1) / 255)
    expected = recall_score(digits.y_test, found, average=None)
    accuracy = generation_accuracy(judge, digits.x_test, digits.y_test)
    np.testing.assert_allclose(accuracy, expected)
    # Floats in [0, 1] are the same images.
    scaled = digits.x_test.astype("float32") / 255
    np.testing.assert_array_equal(accuracy, generation_accuracy(judge, scaled, digits.y_test))


def test_a_model_judges_too(digits_model):
    digits = load("digits")
    accuracy = generation_accuracy(digits_model, digits.x_test, digits.y_test)
    hits = digits_model.classify(digits.x_test) == digits.y_test
    counts = np.bincount(digits.y_test)
    assert np.sum(accuracy * counts) == pytest.approx(hits.sum())


def test_classes_that_were_not_asked_for_are_not_a_number():
    images = np.repeat(np.arange(3) / 2, 4)[:, None, None, None] * np.ones((1, 8, 8, 1))
    judge = svm_judge(images, np.arange(12) // 4)
    accuracy = generation_accuracy(judge, images[4:8], np.full(4, 2))
    np.testing.assert_array_equal(accuracy, [np.nan, np.nan, 0.0])
    with pytest.raises(ValueError, match="12 in all"):
        generation_accuracy(judge, images, np.arange(3))


def test_a_large_set_is_thinned_by_the_seed():
    digits = load("digits")
    fits = [
        svm_judge(digits.x_train, digits.y_train, max_samples=100, seed=seed).shape_fit_
        for seed in (0, 1)
    ]
    assert fits == [(100, 64), (100, 64)]


def test_distances_equal_scipys():
    rng = np.random.default_rng(0)
    points, others = rng.normal(size=(7, 5)), rng.normal(size=(4, 5))
    np.testing.assert_allclose(latent_distances(points, others), cdist(points, others))
    np.testing.assert_allclose(latent_distances(points), cdist(points, points))
