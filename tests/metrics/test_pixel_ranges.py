"""Integers in 0..255 are the same images as floats in 0..1, for every metric."""

import numpy as np
import pytest

from keras_regen import metrics
from keras_regen.datasets import load
from keras_regen.metrics.classification_accuracy import classification_accuracy_score

DIGITS = load("digits")
X, Y, OTHERS = DIGITS.x_train[:60], DIGITS.y_train[:60], DIGITS.x_train[60:120]
SMALL = {"steps": 3, "stem_filters": 2, "seed": 0}


def extractor():
    classifier = metrics.train_evaluation_classifier(X, Y, **SMALL)
    return metrics.FeatureExtractor(classifier)


def frechet(x, others):
    distance = metrics.FrechetDistance(EXTRACTORS[0])
    distance.update_state(x, generated=False)
    distance.update_state(others, generated=True)
    return distance.result()["frechet_distance"]


def weights_of_trained(x, others):
    classifier = metrics.train_evaluation_classifier(x, Y, **SMALL)
    return np.concatenate([np.ravel(weight) for weight in classifier.get_weights()])


EXTRACTORS = []
METRICS = {
    "closest": lambda x, others: metrics.closest_match(x, others).values,
    "closest by ssim": lambda x, others: metrics.closest_match(x, others, metric="ssim").values,
    "closest by features": lambda x, others: (
        metrics.closest_match(x, others, features=lambda images: images[:, ::2]).values
    ),
    "novelty": lambda x, others: vars(metrics.novelty(x, others)),
    "neighbors": lambda x, others: metrics.neighbor_distances(x),
    "dimension": lambda x, others: metrics.intrinsic_dimension(x, average="harmonic"),
    "reconstruction": metrics.reconstruction_error,
    "diversity": lambda x, others: metrics.relative_diversity(x, Y, DIGITS.x_train, DIGITS.y_train),
    "features": lambda x, others: EXTRACTORS[0](x),
    "frechet": frechet,
    "classifier": weights_of_trained,
    "score": lambda x, others: classification_accuracy_score(x, Y, others, Y, **SMALL),
}


@pytest.fixture(scope="module", autouse=True)
def _extractor():
    EXTRACTORS.append(extractor())


def as_numbers(result):
    return np.array(list(result.values())) if isinstance(result, dict) else np.asarray(result)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("kinds", [("float32", "uint8"), ("uint8", "float32"), ("int64", "int64")])
def test_integers_and_floats_are_the_same_images(name, kinds):
    changed = [
        images.astype(kind) if "int" in kind else (images / 255).astype(kind)
        for images, kind in zip((X, OTHERS), kinds, strict=True)
    ]
    expected, found = (as_numbers(METRICS[name](*pair)) for pair in ((X, OTHERS), changed))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
