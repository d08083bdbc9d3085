"""The inception score against its known limits, and a loop."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_regen.metrics import inception_score


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.integers(1, 5))
def test_unsure_and_sure_classifiers(num_classes, splits):
    unsure = np.full((60, num_classes), 1 / num_classes, "float32")
    np.testing.assert_allclose(inception_score(unsure, splits), (1, 0), atol=1e-6)
    sure = np.eye(num_classes)[np.arange(num_classes * splits) % num_classes]
    score = inception_score(sure, splits, seed=None)
    np.testing.assert_allclose(score, (num_classes, 0), atol=1e-6)
    assert inception_score(sure, 1)[0] == pytest.approx(num_classes)


def test_a_loop_over_every_probability():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(4, 0.3), 11)
    scores = []
    for part in (probabilities[:4], probabilities[4:8], probabilities[8:]):
        divergence = 0.0
        for row in part:
            for label, value in enumerate(row):
                marginal = sum(other[label] for other in part) / len(part)
                divergence += value * math.log(value / marginal) / len(part)
        scores.append(math.exp(divergence))
    expected = np.mean(scores), np.std(scores)
    np.testing.assert_allclose(inception_score(probabilities, 3, seed=None), expected)


def test_images_that_are_sorted_by_class_are_shuffled():
    by_class = np.repeat(np.eye(4), 100, axis=0)
    assert inception_score(by_class, 4, seed=None)[0] == pytest.approx(1)
    mean, spread = inception_score(by_class, 4)
    assert 3.8 < mean < 4 and 0 < spread < 0.1
    assert inception_score(by_class, 4) == (mean, spread) != inception_score(by_class, 4, seed=1)


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        (np.eye(5), "at least 10 images. Received: 5"),
        (np.full((20, 4), 0.3), r"row 0 from 0.3 with the sum 1.2. Apply a softmax"),
        (np.tile([1.5, -0.5], (20, 1)), "row 0 from -0.5 with the sum 1"),
        (np.tile([np.nan, 1.0], (20, 1)), "row 0 from nan"),
        (np.ones(20), r"shape=\(20,\)"),
    ],
)
def test_bad_input(probabilities, message):
    with pytest.raises(ValueError, match=message):
        inception_score(probabilities)
