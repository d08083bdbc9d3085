"""evaluate_model against figures worked out by hand."""

import dataclasses

import keras
import numpy as np
import pytest
from sklearn.svm import SVC

from keras_regen import VAE, Classifier, generate, load_model
from keras_regen.datasets import load
from keras_regen.metrics.evaluation import evaluate_model

pytestmark = pytest.mark.any_backend

SAMPLES = 6


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return SVC().fit(digits.x_train.reshape(-1, 64) / 255, digits.y_train)


@pytest.fixture
def model(digits_run):
    """A model of one's own: its thresholds are changed here."""
    return load_model(digits_run)


def judged(judge, images, labels, label):
    """The images of a class that the judge gives it."""
    return sum(
        judge.predict(image.reshape(1, 64))[0] == label
        for image, one in zip(images, labels, strict=True)
        if one == label
    )


def test_a_classifier(digits):
    model = Classifier.for_images((8, 8, 1), digits.class_names, stem_filters=4)
    found = evaluate_model(model, digits)
    right = model.predict(digits.x_test, verbose=0)["probabilities"].argmax(axis=1) == digits.y_test
    assert found == {"test_images": 359, "accuracy": right.sum() / 359}


def test_images_drawn_again_and_new(digits, judge, digits_model):
    found = evaluate_model(digits_model, digits, SAMPLES, seed=4)
    outputs = digits_model.predict(digits.x_test, verbose=0)
    right = outputs["probabilities"].argmax(axis=1) == digits.y_test
    assert found["accuracy"] == right.sum() / 359 and found["test_images"] == 359
    error = outputs["reconstruction"].astype("float64") - digits.x_test / 255
    np.testing.assert_allclose(found["reconstruction_mae"], np.abs(error).mean(), rtol=1e-4)
    np.testing.assert_allclose(found["reconstruction_mse"], np.square(error).mean(), rtol=1e-4)
    real = [
        judged(judge, digits.x_test / 255, digits.y_test, label) / np.sum(digits.y_test == label)
        for label in range(10)
    ]
    np.testing.assert_allclose(found["evaluation_classifier_accuracy"], np.mean(real))
    drawn = generate(digits_model, np.repeat(np.arange(10), SAMPLES), seed=4)
    labels = np.arange(10 * SAMPLES) // SAMPLES
    for label in range(10):
        share = judged(judge, drawn, labels, label) / SAMPLES
        assert found["generation_accuracy_by_class"][str(label)] == share
    shares = list(found["generation_accuracy_by_class"].values())
    np.testing.assert_allclose(found["generation_accuracy"], np.mean(shares))
    assert found["samples_per_class"] == SAMPLES


def test_accepted_images_and_their_tries(digits, judge, model):
    # Within reach, but not of every image; of one class it is out of reach.
    threshold = np.full(10, 0.5, "float32")
    threshold[3] = 2.0
    model.confidence.assign(threshold)
    found = evaluate_model(model, digits, SAMPLES, seed=4)
    centroids = keras.ops.convert_to_numpy(model.head.centroids)
    for label in range(10):
        latents = model.prior.sampler(label, np.random.default_rng([4, label]))(20 * SAMPLES)
        distances = np.square(latents[:, None] - centroids[None]).sum(axis=-1)
        passed = distances.argmin(axis=1) == label
        images = model.decode(latents)
        sure = model.predict(images, verbose=0)["probabilities"][:, label]
        kept = np.flatnonzero(passed & (sure >= threshold[label]))[:SAMPLES]
        right = judged(judge, images[kept], np.full(len(kept), label), label)
        name = str(label)
        assert found["accepted_generation_accuracy_by_class"][name] == right / SAMPLES
        assert found["tries"][name] == (kept[-1] + 1 if len(kept) == SAMPLES else 20 * SAMPLES)
        assert found["latent_tries"][name] == np.flatnonzero(passed)[SAMPLES - 1] + 1
    shares = list(found["accepted_generation_accuracy_by_class"].values())
    np.testing.assert_allclose(found["accepted_generation_accuracy"], np.mean(shares))
    assert shares[3] == 0 and found["tries"]["3"] == 20 * SAMPLES and np.mean(shares) > 0.2


def test_nothing_is_accepted(digits, model):
    model.confidence.assign(np.full(10, 2.0))
    found = evaluate_model(model, digits, 2)
    assert found["accepted_generation_accuracy"] == 0
    assert list(found["tries"].values()) == [40] * 10


def test_a_model_that_is_not_calibrated_is_not_asked_to_accept(digits, model):
    model.confidence.assign(np.zeros(10))
    assert "tries" not in evaluate_model(model, digits, 2)


def test_classes_go_by_name(digits, judge, digits_model):
    """The dataset has fewer classes, in another order."""
    names, numbers = ("8", "1", "5"), [8, 1, 5]
    parts = {}
    for part in ("train", "test"):
        x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
        chosen = np.isin(y, numbers)
        parts[f"x_{part}"] = x[chosen]
        parts[f"y_{part}"] = np.array([numbers.index(label) for label in y[chosen]])
    some = dataclasses.replace(digits, class_names=names, **parts)
    found = evaluate_model(digits_model, some, SAMPLES, seed=4)
    classes = digits_model.predict(some.x_test, verbose=0)["probabilities"].argmax(axis=1)
    right = [names[label] == str(one) for label, one in zip(some.y_test, classes, strict=True)]
    assert found["accuracy"] == sum(right) / len(right) > 0.5
    svc = SVC().fit(some.x_train.reshape(-1, 64) / 255, np.array(numbers)[some.y_train])
    drawn = generate(digits_model, np.repeat([1, 5, 8], SAMPLES), seed=4)
    labels = np.repeat([1, 5, 8], SAMPLES)
    expected = {str(one): judged(svc, drawn, labels, one) / SAMPLES for one in (1, 5, 8)}
    assert found["generation_accuracy_by_class"] == expected
    assert set(found["tries"]) == set(names)


def test_classes_that_the_model_does_not_know(digits, digits_model):
    other = dataclasses.replace(digits, class_names=(*"012345678", "cat"))
    with pytest.raises(ValueError, match=r"'8', '9'\).*'digits' with .*'cat'\)"):
        evaluate_model(digits_model, other)


def test_a_model_without_classes(digits, digits_model, monkeypatch):
    monkeypatch.setattr(
        "keras_regen.metrics.evaluation.train_evaluation_classifier", lambda *_, **__: digits_model
    )
    model = VAE.for_images((8, 8, 1), latent_dim=3, stem_filters=2)
    found = evaluate_model(model, digits, 2, seed=4)
    drawn = generate(model, num_samples=20, seed=4)
    probabilities = digits_model.predict(drawn, verbose=0)["probabilities"]
    labels = probabilities.argmax(axis=1)
    assert found["samples"] == 20 and "accuracy" not in found
    assert found["recognized"] == np.mean(probabilities.max(axis=1) >= 0.9)
    assert found["drawn_by_class"] == {str(one): np.sum(labels == one) for one in range(10)}
    real = digits_model.predict(digits.x_test, verbose=0)["probabilities"]
    assert found["real_recognized"] == np.mean(real.max(axis=1) >= 0.9)
    assert found["evaluation_classifier_accuracy"] == np.mean(real.argmax(axis=1) == digits.y_test)
    mean = np.mean((model.reconstruct(digits.x_test) - digits.x_test / 255) ** 2)
    assert found["reconstruction_mse"] == pytest.approx(mean, rel=1e-4)
    one = labels[0]
    varied = drawn[labels == one].var(axis=0).sum()
    varied /= (digits.x_train[digits.y_train == one] / 255).var(axis=0).sum()
    assert found["relative_diversity_by_class"][str(one)] == pytest.approx(varied, rel=1e-4)
