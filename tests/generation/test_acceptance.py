"""Acceptance: the kept images against a slow loop, the limit of tries, and invalid arguments."""

import pickle
import re

import keras
import numpy as np
import pytest

from keras_regen import CSAE, CVAE, Acceptance, AcceptanceError, Classifier, generate
from keras_regen.networks import basenet
from keras_regen.priors import Prior
from tests.generation.linear_csae import linear_csae


def slow_acceptance(model, class_id, num_samples, seed, threshold):
    """ReGene's section 6.2, latent by latent, for the latents that `generate` samples."""
    pool = model.prior.sampler(class_id, np.random.default_rng([seed, class_id]))(2000)
    probabilities = model.predict(model.decode(pool), verbose=0)["probabilities"][:, class_id]
    centroids = keras.ops.convert_to_numpy(model.head.centroids)
    nearest = np.argmin(((pool[:, None] - centroids[None]) ** 2).sum(-1), axis=1)
    of_class = [index for index in range(2000) if nearest[index] == class_id]
    kept = [index for index in of_class if probabilities[index] >= threshold][:num_samples]
    latent_tries, tries = of_class[num_samples - 1] + 1, kept[num_samples - 1] + 1
    return pool[kept], probabilities[kept], latent_tries, tries


@pytest.mark.parametrize("fixture", ["calibrated", "combining"])
def test_the_kept_images_are_those_of_a_slow_loop(fixture, request):
    model = request.getfixturevalue(fixture)
    confidence = keras.ops.convert_to_numpy(model.confidence)
    accept = Acceptance(by="confidence")
    images, report = generate(
        model, np.repeat([8, 2], 40), seed=1, accept=accept, return_report=True
    )
    assert report.tries[8] > 40  # the test would show nothing if all images were accepted
    assert report.tries[[0, 9]].tolist() == report.latent_tries[[0, 9]].tolist() == [0, 0]
    for label in (2, 8):
        rows = report.labels == label
        latents, probabilities, latent_tries, tries = slow_acceptance(
            model, label, 40, 1, confidence[label]
        )
        np.testing.assert_allclose(report.latents[rows], latents, atol=1e-5)
        np.testing.assert_allclose(report.confidence[rows], probabilities, atol=1e-4)
        assert (report.latent_tries[label], report.tries[label]) == (latent_tries, tries)
    np.testing.assert_allclose(images, model.decode(report.latents), atol=1e-5)
    assert (report.confidence >= confidence[report.labels]).all()


def slow_distances(model, images):
    """The distances of the encoded images to all centroids."""
    centroids = keras.ops.convert_to_numpy(model.head.centroids).astype("float64")
    latents = model.encode(images).astype("float64")
    return np.linalg.norm(latents[:, None] - centroids[None], axis=2)


@pytest.mark.parametrize("quantile", [0.25, 0.5])
def test_acceptance_by_distance_is_that_of_a_slow_loop(calibrated, digits, quantile):
    labels = digits.y_train
    own = slow_distances(calibrated, digits.x_train)[np.arange(len(labels)), labels]
    again = calibrated.reconstruct(digits.x_train)
    again = slow_distances(calibrated, again)[np.arange(len(labels)), labels]
    accept = Acceptance(quantile=quantile)
    images, report = generate(
        calibrated, np.repeat([8, 2], 40), seed=1, accept=accept, return_report=True
    )
    for label in (2, 8):
        threshold = max(
            np.quantile(distances[labels == label], quantile) for distances in (own, again)
        )
        pool = calibrated.prior.sampler(label, np.random.default_rng([1, label]))(4000)
        decoded = slow_distances(calibrated, calibrated.decode(pool))
        nearest = decoded.argmin(axis=1) == label
        centroids = keras.ops.convert_to_numpy(calibrated.head.centroids)
        of_class = ((pool[:, None] - centroids[None]) ** 2).sum(-1).argmin(axis=1) == label
        kept = np.flatnonzero(of_class & nearest & (decoded[:, label] <= threshold))[:40]
        rows = report.labels == label
        np.testing.assert_allclose(report.latents[rows], pool[kept], atol=1e-5)
        assert report.tries[label] == kept[-1] + 1
    assert report.tries[[2, 8]].min() > 40
    np.testing.assert_allclose(images, calibrated.decode(report.latents), atol=1e-5)


def test_which_rule_a_model_applies_by_default(calibrated, digits):
    options = {"class_id": 8, "num_samples": 30, "seed": 3}
    by_distance = generate(calibrated, **options, accept=Acceptance(by="distance"))
    np.testing.assert_array_equal(generate(calibrated, **options, accept=True), by_distance)
    by_confidence = generate(calibrated, **options, accept=Acceptance(by="confidence"))
    assert (by_confidence != by_distance).any()
    # A threshold is a probability.
    accept = Acceptance(by="confidence", threshold=0.5)
    np.testing.assert_array_equal(
        generate(calibrated, **options, accept=0.5), generate(calibrated, **options, accept=accept)
    )
    model = CSAE.from_config(calibrated.get_config())
    model.prior.adapt(np.zeros((10, model.latent_dim)), np.arange(10))
    with pytest.raises(ValueError, match="cannot accept by distance: its distances are measured"):
        generate(model, accept=Acceptance(by="distance"))
    cvae = CVAE.for_images((8, 8, 1), list("abc"), latent_dim=3, stem_filters=2)
    with pytest.raises(ValueError, match="cannot accept by distance: it has no centroids"):
        generate(cvae, accept=Acceptance(by="distance"))


def test_too_few_images_near_enough(calibrated):
    message = r"distance to the centroid must be at most .*quantile"
    with pytest.raises(AcceptanceError, match=message):
        generate(calibrated, 8, 50, seed=0, accept=Acceptance(quantile=0.01, max_tries=2))


def test_batches_and_other_classes_do_not_change_the_kept_images(calibrated):
    _, whole = generate(calibrated, 8, 30, seed=3, accept=True, return_report=True)
    _, parts = generate(
        calibrated, [8] * 30 + [1], seed=3, accept=True, batch_size=7, return_report=True
    )
    np.testing.assert_allclose(parts.latents[:30], whole.latents, atol=1e-5)
    assert parts.tries[8] == whole.tries[8]


def test_any_keras_classifier_with_a_threshold_for_each_class(calibrated):
    # Class 0 means less ink than half of the generated zeros have; the other classes are equal.
    median = np.median(generate(calibrated, 0, 50, seed=1).mean(axis=(1, 2, 3)))
    inputs = keras.Input((8, 8, 1))
    ink = keras.layers.Flatten()(keras.layers.AveragePooling2D(8)(inputs))
    dense = keras.layers.Dense(10, "softmax")
    classifier = keras.Model(inputs, dense(ink))
    class_0 = np.eye(10, dtype="float32")[0]
    dense.set_weights([-30 * class_0[None], class_0 * (30 * median + np.log(9))])

    def probability(images):
        odds = np.exp(30 * (median - images.mean(axis=(1, 2, 3), dtype="float64")))
        return odds / (odds + 1)

    accept = Acceptance(classifier, [0.5] + [1e-9] * 9, check_latent=False)
    images, report = generate(calibrated, 0, 20, seed=0, accept=accept, return_report=True)
    np.testing.assert_allclose(report.confidence, probability(images), atol=1e-4)
    candidates = generate(calibrated, 0, int(report.tries[0]), seed=0)
    np.testing.assert_allclose(images, candidates[probability(candidates) >= 0.5], atol=1e-5)
    assert report.tries[0] > report.latent_tries[0] == 20


def test_another_model_of_the_package_as_classifier(calibrated):
    classifier = linear_csae(ridge=200.0)
    threshold = keras.ops.convert_to_numpy(classifier.confidence)[9]
    images, report = generate(
        calibrated, 9, 20, seed=0, accept=Acceptance(classifier), return_report=True
    )
    probabilities = classifier.predict(images, verbose=0)["probabilities"][:, 9]
    assert abs(threshold - keras.ops.convert_to_numpy(calibrated.confidence)[9]) > 0.01
    assert (probabilities >= threshold - 1e-5).all()
    np.testing.assert_allclose(report.confidence, probabilities, atol=1e-4)
    untrained = Classifier(basenet((8, 8, 1), 10, stem_filters=4))
    with pytest.raises(ValueError, match=r"`classifier.calibrate\(x_test, y_test\)`"):
        generate(calibrated, accept=Acceptance(untrained))


def test_a_threshold_that_no_image_reaches(calibrated):
    thresholds = np.full(10, 1e-6)
    thresholds[4] = 1.0
    classifier = Classifier(basenet((8, 8, 1), 10, stem_filters=4))  # untrained: low confidence
    accept = Acceptance(classifier, thresholds, max_tries=6, check_latent=False)
    with pytest.raises(AcceptanceError) as caught:
        generate(calibrated, [4, 2, 4, 7], seed=0, accept=accept)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.labels.tolist() == error.report.labels.tolist() == [2, 7]
    assert error.images.shape == (2, 8, 8, 1)
    np.testing.assert_allclose(error.images, generate(calibrated, [2, 7], seed=0), atol=1e-5)
    assert error.report.tries.tolist() == [0, 0, 1, 0, 12, 0, 0, 1, 0, 0]
    assert error.report.latent_tries.tolist() == [0, 0, 1, 0, 2, 0, 0, 1, 0, 0]
    candidates = generate(calibrated, 4, 12, seed=0)
    best = classifier.predict(candidates, verbose=0)["probabilities"][:, 4].max()
    message = str(error)
    assert "max_tries=6" in message and "Class 2" not in message
    start = r"Class 4 '4': 0 of 2 accepted in 12 tries, where the threshold is 1 and the highest"
    match = re.search(start + r" probability was ([0-9.e-]+)\. ", message)
    np.testing.assert_allclose(float(match[1]), best, rtol=1e-4)


def test_the_error_can_be_pickled(calibrated):
    with pytest.raises(AcceptanceError) as caught:
        generate(calibrated, [8] * 50, seed=0, accept=Acceptance(quantile=0.01, max_tries=2))
    error = caught.value
    loaded = pickle.loads(pickle.dumps(error))
    assert type(loaded) is AcceptanceError and str(loaded) == str(error)
    np.testing.assert_array_equal(loaded.images, error.images)
    np.testing.assert_array_equal(loaded.labels, error.labels)
    np.testing.assert_array_equal(loaded.report.tries, error.report.tries)


class CentroidPrior(Prior):
    """Samples the centroid of class 0 for every class."""

    def __init__(self, model):
        super().__init__(10)
        self.centroid = keras.ops.convert_to_numpy(model.head.centroids)[0]

    def sample(self, num_samples, class_id, rng):
        return np.tile(self.centroid, (num_samples, 1))


def test_latents_of_another_class_are_never_decoded(calibrated):
    prior, accept = CentroidPrior(calibrated), Acceptance(threshold=1e-9, max_tries=3)
    with pytest.raises(
        AcceptanceError, match="in 9 tries, and none was assigned to the class"
    ) as caught:
        generate(calibrated, [0, 1, 1, 1], seed=0, prior=prior, accept=accept)
    assert caught.value.report.latent_tries[:2].tolist() == [1, 9]
    assert caught.value.labels.tolist() == [0]


def test_a_model_that_is_not_calibrated(digits):
    model = CSAE.from_preset("csae_digits")
    model.adapt_prior(digits.x_test, digits.y_test)
    with pytest.raises(ValueError, match=r"`model.calibrate\(x_test, y_test\)`"):
        generate(model, accept=Acceptance(by="confidence"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0}, "threshold=0"),
        ({"threshold": 1.1}, "at most 1"),
        ({"threshold": [0.5, np.nan]}, "nan"),
        ({"threshold": []}, r"threshold=\[\]"),
        ({"threshold": "mean"}, "threshold='mean'"),
        ({"threshold": None}, "threshold=None"),
        ({"by": "luck"}, "`by` must be one of 'auto', 'confidence', 'distance'"),
        ({"quantile": 0}, "`quantile` must be a number, above 0 and at most 1"),
        ({"by": "distance", "threshold": 0.5}, "are for the acceptance by confidence"),
        ({"max_tries": 0}, "`max_tries` must be an integer, at least 1"),
        ({"classifier": np.argmax}, "`classifier` must be a Keras model"),
    ],
)
def test_bad_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        Acceptance(**options)


def keras_classifier(units, activation="softmax", num_outputs=None):
    inputs = keras.Input((8, 8, 1))
    outputs = keras.layers.Dense(units, activation)(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, [outputs] * num_outputs if num_outputs else outputs)


@pytest.mark.parametrize(
    ("classifier", "threshold", "message"),
    [
        (lambda: keras_classifier(10), "calibrated", "Only models of keras_regen have"),
        (lambda: keras_classifier(3), 0.5, r"each of the 10 classes.*Received: \(\d+, 3\)"),
        (lambda: keras_classifier(10, num_outputs=2), 0.5, "a probability for each"),
        (lambda: keras_classifier(10, "linear"), 0.5, "Softmax"),
        (lambda: Classifier(basenet((8, 8, 1), 3, 4)), 0.5, "number of classes, 10. Received: 3"),
        (
            lambda: Classifier(basenet((16, 16, 1), 10, 4)),
            0.5,
            r"shape, \(8, 8, 1\). Received: \(16, 16, 1\)",
        ),
        (lambda: None, [0.5, 0.5], "each of the 10 classes. Received: 2 numbers"),
    ],
)
def test_a_classifier_that_does_not_fit(calibrated, classifier, threshold, message):
    with pytest.raises(ValueError, match=message):
        generate(calibrated, 0, 4, seed=0, accept=Acceptance(classifier(), threshold))
