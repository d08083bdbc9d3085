"""Acceptance: what is kept against a loop over the same draws, its limits, and what it refuses."""

import re

import keras
import numpy as np
import pytest

from keras_regen import CSAE, Acceptance, AcceptanceError, Classifier, generate
from keras_regen.networks import basenet
from keras_regen.priors import Prior
from tests.generation.linear_csae import linear_csae


def by_hand(model, class_id, num_samples, seed, threshold, check_latent=True):
    """ReGene's section 6.2 for one latent after the other, on the draws that `generate` makes."""
    draw = model.prior.sampler(class_id, np.random.default_rng([seed, class_id]))
    latents, latent_tries, tries, kept = [], 0, 0, []
    pool = draw(2000)
    scores = model.predict(model.decode(pool), verbose=0)["probabilities"][:, class_id]
    centroids = keras.ops.convert_to_numpy(model.head.centroids)
    nearest = np.argmin(((pool[:, None] - centroids[None]) ** 2).sum(-1), axis=1)
    for index, latent in enumerate(pool):
        if check_latent and nearest[index] != class_id:
            continue
        latents.append(latent)
        if len(latents) == num_samples:
            latent_tries = index + 1
        if scores[index] >= threshold:
            kept.append(index)
        if len(kept) == num_samples:
            tries = index + 1
            break
    if not latent_tries:
        latent_tries = (
            1
            + [i for i in range(2000) if not check_latent or nearest[i] == class_id][
                num_samples - 1
            ]
        )
    return pool[kept], scores[kept], latent_tries, tries


@pytest.mark.parametrize("fixture", ["calibrated", "combining"])
def test_what_is_kept_is_what_a_loop_keeps(fixture, request):
    model = request.getfixturevalue(fixture)
    confidence = keras.ops.convert_to_numpy(model.confidence)
    images, report = generate(model, np.repeat([8, 2], 40), seed=1, accept=True, return_report=True)
    assert report.tries[8] > 40  # without a refusal the test would show nothing
    assert report.tries[[0, 9]].tolist() == report.latent_tries[[0, 9]].tolist() == [0, 0]
    for label in (2, 8):
        mine = report.labels == label
        latents, scores, latent_tries, tries = by_hand(model, label, 40, 1, confidence[label])
        np.testing.assert_allclose(report.latents[mine], latents, atol=1e-5)
        np.testing.assert_allclose(report.confidence[mine], scores, atol=1e-4)
        assert (report.latent_tries[label], report.tries[label]) == (latent_tries, tries)
    np.testing.assert_allclose(images, model.decode(report.latents), atol=1e-5)
    assert (report.confidence >= confidence[report.labels]).all()


def test_batches_and_other_classes_do_not_change_what_is_kept(calibrated):
    _, whole = generate(calibrated, 8, 30, seed=3, accept=True, return_report=True)
    _, parts = generate(
        calibrated, [8] * 30 + [1], seed=3, accept=True, batch_size=7, return_report=True
    )
    np.testing.assert_allclose(parts.latents[:30], whole.latents, atol=1e-5)
    assert parts.tries[8] == whole.tries[8]


def test_an_outside_judge_and_a_threshold_for_each_class(calibrated):
    # Class 0 is an image with less ink than most zeros that the model draws; the rest are alike.
    most = np.median(generate(calibrated, 0, 50, seed=1).mean(axis=(1, 2, 3)))
    inputs = keras.Input((8, 8, 1))
    ink = keras.layers.Flatten()(keras.layers.AveragePooling2D(8)(inputs))
    dense = keras.layers.Dense(10, "softmax")
    judge = keras.Model(inputs, dense(ink))
    only_first = np.eye(10, dtype="float32")[0]
    dense.set_weights([-30 * only_first[None], only_first * (30 * most + np.log(9))])

    def sure(drawn):
        odds = np.exp(30 * (most - drawn.mean(axis=(1, 2, 3), dtype="float64")))
        return odds / (odds + 1)

    accept = Acceptance(judge, [0.5] + [1e-9] * 9, check_latent=False)
    images, report = generate(calibrated, 0, 20, seed=0, accept=accept, return_report=True)
    np.testing.assert_allclose(report.confidence, sure(images), atol=1e-4)
    everything = generate(calibrated, 0, int(report.tries[0]), seed=0)
    np.testing.assert_allclose(images, everything[sure(everything) >= 0.5], atol=1e-5)
    assert report.tries[0] > report.latent_tries[0] == 20


def test_another_model_of_the_package_judges(calibrated):
    judge = linear_csae(ridge=200.0)
    least = keras.ops.convert_to_numpy(judge.confidence)[9]
    images, report = generate(
        calibrated, 9, 20, seed=0, accept=Acceptance(judge), return_report=True
    )
    found = judge.predict(images, verbose=0)["probabilities"][:, 9]
    assert abs(least - keras.ops.convert_to_numpy(calibrated.confidence)[9]) > 0.01
    assert (found >= least - 1e-5).all()
    np.testing.assert_allclose(report.confidence, found, atol=1e-4)
    untrained = Classifier(basenet((8, 8, 1), 10, stem_filters=4))
    with pytest.raises(ValueError, match=r"`classifier.calibrate\(x_test, y_test\)`"):
        generate(calibrated, accept=Acceptance(untrained))


def test_a_threshold_nobody_reaches(calibrated):
    thresholds = np.full(10, 1e-6)
    thresholds[4] = 1.0
    judge = Classifier(basenet((8, 8, 1), 10, stem_filters=4))  # untrained: sure of nothing
    accept = Acceptance(judge, thresholds, max_tries=6, check_latent=False)
    with pytest.raises(AcceptanceError) as caught:
        generate(calibrated, [4, 2, 4, 7], seed=0, accept=accept)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.labels.tolist() == error.report.labels.tolist() == [2, 7]
    assert error.images.shape == (2, 8, 8, 1)
    np.testing.assert_allclose(error.images, generate(calibrated, [2, 7], seed=0), atol=1e-5)
    assert error.report.tries.tolist() == [0, 0, 1, 0, 12, 0, 0, 1, 0, 0]
    assert error.report.latent_tries.tolist() == [0, 0, 1, 0, 2, 0, 0, 1, 0, 0]
    drawn = generate(calibrated, 4, 12, seed=0)
    best = judge.predict(drawn, verbose=0)["probabilities"][:, 4].max()
    text = str(error)
    assert "max_tries=6" in text and "Class 2" not in text
    start = r"Class 4 '4': 0 of 2 accepted in 12 tries, where the threshold is 1 and the highest"
    found = re.search(start + r" confidence was ([0-9.e-]+)\. ", text)
    np.testing.assert_allclose(float(found[1]), best, rtol=1e-4)


class Elsewhere(Prior):
    """Draws the centroid of class 0, whatever class is asked for."""

    def __init__(self, model):
        super().__init__(10)
        self.centroid = keras.ops.convert_to_numpy(model.head.centroids)[0]

    def sample(self, num_samples, class_id, rng):
        return np.tile(self.centroid, (num_samples, 1))


def test_latents_of_another_class_are_never_decoded(calibrated):
    prior, accept = Elsewhere(calibrated), Acceptance(threshold=1e-9, max_tries=3)
    with pytest.raises(
        AcceptanceError, match=r"in 9 tries.*no latent was given the class"
    ) as caught:
        generate(calibrated, [0, 1, 1, 1], seed=0, prior=prior, accept=accept)
    assert caught.value.report.latent_tries[:2].tolist() == [1, 9]
    assert caught.value.labels.tolist() == [0]


def test_a_model_that_is_not_calibrated(digits):
    model = CSAE.from_preset("csae_digits")
    model.adapt_prior(digits.x_test, digits.y_test)
    with pytest.raises(ValueError, match=r"`model.calibrate\(x_test, y_test\)`"):
        generate(model, accept=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0}, "threshold=0"),
        ({"threshold": 1.1}, "at most 1"),
        ({"threshold": [0.5, np.nan]}, "nan"),
        ({"threshold": []}, r"threshold=\[\]"),
        ({"threshold": "mean"}, "threshold='mean'"),
        ({"threshold": None}, "threshold=None"),
        ({"max_tries": 0}, "`max_tries` must be an integer, at least 1"),
        ({"classifier": np.argmax}, "`classifier` must be a Keras model"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        Acceptance(**options)


def outside(units, activation="softmax", size=8, several=False):
    inputs = keras.Input((size, size, 1))
    outputs = keras.layers.Dense(units, activation)(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, [outputs, outputs] if several else outputs)


@pytest.mark.parametrize(
    ("classifier", "threshold", "message"),
    [
        (lambda: outside(10), "calibrated", "no calibrated confidence"),
        (lambda: outside(3), 0.5, r"each of the 10 classes.*Received: \(\d+, 3\)"),
        (lambda: outside(10, several=True), 0.5, "one probability for each"),
        (lambda: outside(10, "linear"), 0.5, "Softmax"),
        (
            lambda: Classifier(basenet((8, 8, 1), 3, 4)),
            0.5,
            "number of classes. Received: 3 for 10",
        ),
        (lambda: Classifier(basenet((16, 16, 1), 10, 4)), 0.5, r"shape. Received: \(16, 16, 1\)"),
        (lambda: None, [0.5, 0.5], "each of the 10 classes. Received: 2 numbers"),
    ],
)
def test_a_judge_that_does_not_fit(calibrated, classifier, threshold, message):
    with pytest.raises(ValueError, match=message):
        generate(calibrated, 0, 4, seed=0, accept=Acceptance(classifier(), threshold))
