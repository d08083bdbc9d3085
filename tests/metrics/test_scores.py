"""score_model against figures worked out by hand."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.linalg import sqrtm

from keras_regen import GAN, Classifier, generate
from keras_regen.datasets import load
from keras_regen.metrics import FeatureExtractor, train_evaluation_classifier
from keras_regen.metrics.scores import score_model

pytestmark = pytest.mark.any_backend

SEEDS, SAMPLES = [3, 4], 8


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return train_evaluation_classifier(
        digits.x_train, digits.y_train, digits.class_names, steps=46, stem_filters=2
    )


@pytest.fixture(scope="module")
def scored(digits, judge, digits_model):
    return score_model(
        digits_model, digits, judge, samples_per_class=SAMPLES, seeds=SEEDS, student_steps=1
    )


def distance(one, other):
    """The Fréchet distance by SciPy's root of a matrix."""
    means = [features.mean(axis=0, dtype="float64") for features in (one, other)]
    first, second = (np.cov(features.astype("float64"), rowvar=False) for features in (one, other))
    root = np.real(sqrtm(first @ second))
    return np.sum((means[0] - means[1]) ** 2) + np.trace(first + second - 2 * root)


def test_what_is_drawn(scored, digits, judge, digits_model):
    scores = scored["scores"]
    assert next(iter(scores)) == "classification_accuracy_score"
    wanted = np.repeat(np.arange(10), SAMPLES)
    features = FeatureExtractor(judge)
    right, sure, far = [], [], []
    for seed in SEEDS:
        drawn = generate(digits_model, wanted, seed=seed)
        found = judge.predict(drawn, verbose=0)["probabilities"]
        right.append(np.mean(found.argmax(axis=1) == wanted))
        sure.append(np.mean(found.max(axis=1) >= 0.9))
        far.append(distance(features(digits.x_train), features(drawn)))
    assert scores["generation_accuracy"]["values"] == right
    assert scores["recognized"]["values"] == sure
    np.testing.assert_allclose(scores["frechet_original_generated"]["values"], far, rtol=1e-4)
    for name, values in (("generation_accuracy", right), ("recognized", sure)):
        assert scores[name]["mean"] == pytest.approx(sum(values) / 2)
        spread = abs(values[0] - values[1]) / np.sqrt(2)
        assert scores[name]["std"] == pytest.approx(spread)
    assert scored["samples"] == 80 and scored["seeds"] == SEEDS
    assert (scored["originals"], scored["held_out"]) == (1438, 359)


def test_beside_them_are_the_real_ones(scored, digits, judge):
    scores = scored["scores"]
    found = judge.predict(digits.x_test, verbose=0)["probabilities"]
    accuracy = np.mean(found.argmax(axis=1) == digits.y_test)
    assert scores["generation_accuracy"]["real"] == accuracy == scored["judge"]["accuracy"]
    assert scores["recognized"]["real"] == np.mean(found.max(axis=1) >= 0.9)
    features = FeatureExtractor(judge)
    # Of as many images as are drawn.
    assert scored["compared"] == 80
    chosen = np.random.default_rng(0).permutation(359)[:80]
    expected = distance(features(digits.x_train), features(digits.x_test[chosen]))
    real = scores["frechet_original_generated"]["real"]
    np.testing.assert_allclose(real, expected, rtol=1e-3)
    assert real < scores["frechet_original_generated"]["mean"]


def test_what_is_drawn_again(scored, digits, judge, digits_model):
    scores, features = scored["scores"], FeatureExtractor(judge)
    again = digits_model.reconstruct(digits.x_train)
    expected = distance(features(digits.x_train), features(again))
    found = scores["frechet_original_reconstructed"]
    np.testing.assert_allclose(found["mean"], expected, rtol=1e-3)
    assert found["std"] is None and found["real"] is None
    error = np.mean((digits_model.reconstruct(digits.x_test) - digits.x_test / 255) ** 2)
    assert scores["reconstruction_mse"]["mean"] == pytest.approx(error, rel=1e-4)


def test_sets_are_compared_by_as_many_images_of_all_classes(
    digits, judge, digits_model, monkeypatch
):
    compared = []

    def measure(real, drawn):
        compared.append(drawn)
        return 0.0, 0.0

    monkeypatch.setattr("keras_regen.metrics.scores.precision_recall", measure)
    score_model(digits_model, digits, judge, samples_per_class=50, seeds=[0], student_steps=1)
    assert [len(features) for features in compared] == [359, 359]
    drawn = generate(digits_model, np.repeat(np.arange(10), 50), seed=0)
    known = {row.tobytes(): place // 50 for place, row in enumerate(FeatureExtractor(judge)(drawn))}
    assert {known[row.tobytes()] for row in compared[0]} == set(range(10))


def test_a_judge_may_know_the_classes_in_another_order(digits, judge, digits_model, scored):
    backwards = digits.with_classes(digits.class_names[::-1])
    found = score_model(
        digits_model, backwards, judge, samples_per_class=SAMPLES, seeds=SEEDS[:1], student_steps=1
    )
    for name in ("generation_accuracy", "recognized", "relative_diversity"):
        assert found["scores"][name]["values"][0] == scored["scores"][name]["values"][0]
        assert found["scores"][name]["real"] == pytest.approx(scored["scores"][name]["real"])
    # A model of all digits, judged where there are three of them.
    three = digits.y_train < 3, digits.y_test < 3
    few = dataclasses.replace(
        digits,
        class_names=digits.class_names[:3],
        x_train=digits.x_train[three[0]],
        y_train=digits.y_train[three[0]],
        x_test=digits.x_test[three[1]],
        y_test=digits.y_test[three[1]],
    )
    of_three = train_evaluation_classifier(
        few.x_train, few.y_train, few.class_names, steps=1, stem_filters=2
    )
    found = score_model(
        digits_model, few, of_three, samples_per_class=9, seeds=[0], student_steps=1
    )
    assert found["samples"] == 27


def test_copies_and_dimension(scored, digits, digits_model):
    scores = scored["scores"]
    rows = digits.x_train.reshape(len(digits.x_train), -1) / 255.0
    drawn = generate(digits_model, np.repeat(np.arange(10), SAMPLES), seed=SEEDS[0])
    drawn = drawn.reshape(len(drawn), -1).astype("float64")
    between = ((rows[:, None] - rows) ** 2).mean(axis=2)
    np.fill_diagonal(between, np.inf)
    far = ((drawn[:, None] - rows) ** 2).mean(axis=2)
    copied = far.min(axis=1) <= between.min(axis=1)[far.argmin(axis=1)]
    assert scores["copied"]["values"][0] == pytest.approx(copied.mean())
    near = np.sort(((drawn[:, None] - drawn) ** 2).sum(axis=2), axis=1)[:, 1:21] ** 0.5
    dimension = np.mean(1 / np.mean(np.log(near[:, -1:] / near[:, :-1]), axis=1))
    assert scores["intrinsic_dimension"]["values"][0] == pytest.approx(dimension, rel=1e-3)


def test_too_few_images_for_a_dimension_have_none(digits, judge, digits_model):
    found = score_model(
        digits_model, digits, judge, samples_per_class=2, seeds=[0], student_steps=1
    )
    score = found["scores"]["intrinsic_dimension"]
    assert score["values"] == [None] and score["mean"] is None and score["real"] is None
    json.dumps(found, allow_nan=False)


def test_students_learn_from_what_is_drawn_and_from_as_many_real_ones(
    digits, judge, digits_model, monkeypatch
):
    taught = []

    def learn(images, labels, *real, **options):
        taught.append((len(images), labels, options["seed"]))
        return 0.1 * len(taught)

    monkeypatch.setattr("keras_regen.metrics.scores.classification_accuracy_score", learn)
    found = score_model(digits_model, digits, judge, samples_per_class=2, seeds=[5, 6])
    score = found["scores"]["classification_accuracy_score"]
    np.testing.assert_allclose(score["values"], [0.1, 0.2])
    assert score["real"] == pytest.approx(0.3)
    wanted = np.repeat(np.arange(10), 2)
    assert [count for count, _, _ in taught] == [20] * 3
    assert all(np.array_equal(np.sort(labels), wanted) for _, labels, _ in taught)
    assert [seed for _, _, seed in taught[:2]] == [5, 6]


def test_a_model_without_classes_goes_by_the_judge(digits, judge):
    gan = GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))
    found = score_model(gan, digits, judge, samples_per_class=7, seeds=[0], student_steps=1)
    assert found["samples"] == 70
    assert "generation_accuracy" not in found["scores"]
    assert "reconstruction_mse" not in found["scores"]
    assert found["scores"]["recognized"]["std"] is None


def test_what_is_refused(digits, judge, digits_model):
    other = dataclasses.replace(digits, class_names=(*"abcdefghij",))
    gan = GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))
    with pytest.raises(
        ValueError, match=r"must know the classes \['a', .*train-evaluation-classifier"
    ):
        score_model(gan, other, judge)
    with pytest.raises(ValueError, match="`seeds` must hold at least one"):
        score_model(digits_model, digits, judge, seeds=[])
    plain = Classifier.for_images((8, 8, 1), digits.class_names, stem_filters=2)
    with pytest.raises(ValueError, match="does not draw"):
        score_model(plain, digits, judge)
