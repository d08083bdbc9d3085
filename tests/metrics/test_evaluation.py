"""evaluate_generation against figures worked out by hand."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from scipy.linalg import sqrtm
from sklearn.neighbors import NearestNeighbors

from keras_regen import CSAE, GAN, VAE, Acceptance, Classifier, generate, load_model
from keras_regen.datasets import load
from keras_regen.metrics import (
    ALL_METRICS,
    QUICK_METRICS,
    FeatureExtractor,
    evaluate_generation,
    train_evaluation_classifier,
)
from keras_regen.networks import basenet

pytestmark = pytest.mark.any_backend

SEEDS, SAMPLES = [3, 4], 8


@pytest.fixture(scope="module")
def digits():
    return load("digits")


@pytest.fixture(scope="module")
def classifier(digits):
    return train_evaluation_classifier(
        digits.x_train, digits.y_train, digits.class_names, steps=230, stem_filters=4
    )


@pytest.fixture(scope="module")
def results(digits, classifier, digits_model):
    return evaluate_generation(
        digits_model,
        digits,
        evaluation_classifier=classifier,
        samples_per_class=SAMPLES,
        seeds=SEEDS,
        student_steps=1,
    )


@pytest.fixture
def model(digits_run):
    """A copy whose thresholds a test may change."""
    return load_model(digits_run)


@pytest.fixture
def untrained_gan():
    return GAN.for_images((8, 8, 1), latent_dim=2, network="dense", hidden=(4,))


@pytest.fixture
def quick(digits, classifier):
    """Measures a model by the quick metrics."""

    def evaluate(model, samples_per_class, data=digits, **options):
        options = {"evaluation_classifier": classifier, "metrics": QUICK_METRICS} | options
        return evaluate_generation(model, data, samples_per_class=samples_per_class, **options)

    return evaluate


def three_digits(digits, names=("8", "1", "5")):
    """A part of the digits, with its labels in the order of the names."""
    numbers = [int(name) for name in names]
    parts = {}
    for part in ("train", "test"):
        x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
        chosen = np.isin(y, numbers)
        parts[f"x_{part}"] = x[chosen]
        parts[f"y_{part}"] = np.array([numbers.index(label) for label in y[chosen]])
    return dataclasses.replace(digits, class_names=names, **parts)


def probabilities_of(model, images):
    return model.predict(images, verbose=0)["probabilities"]


def correct_count(model, images, labels, label):
    """The images of a class that a classifier assigns to this class."""
    predicted = probabilities_of(model, images).argmax(axis=1) if len(images) else []
    return sum(
        prediction == label
        for prediction, true_label in zip(predicted, labels, strict=True)
        if true_label == label
    )


def distance(features, other_features):
    """The Fréchet distance by SciPy's root of a matrix."""
    sets = features.astype("float64"), other_features.astype("float64")
    means = [rows.mean(axis=0) for rows in sets]
    covariance, other_covariance = (np.cov(rows, rowvar=False) for rows in sets)
    root = np.real(sqrtm(covariance @ other_covariance))
    squares = np.sum((means[0] - means[1]) ** 2)
    return squares + np.trace(covariance + other_covariance - 2 * root)


@pytest.mark.parametrize("metrics", [None, QUICK_METRICS])
def test_a_classifier_has_an_accuracy_only(digits, metrics):
    model = Classifier.for_images((8, 8, 1), digits.class_names, stem_filters=4)
    results = evaluate_generation(model, digits, metrics=metrics)
    correct = probabilities_of(model, digits.x_test).argmax(axis=1) == digits.y_test
    assert results == {"test_images": 359, "accuracy": correct.sum() / 359}


def test_a_csae_without_a_decoder_has_an_accuracy_only(digits, digits_model):
    parts = {"encoder": digits_model.encoder, "head": digits_model.head}
    model = CSAE(**parts, decoder=None, class_names=digits.class_names)
    results = evaluate_generation(model, digits)
    accuracy = np.mean(digits_model.classify(digits.x_test) == digits.y_test)
    assert results == {"test_images": 359, "accuracy": accuracy}


def test_accuracy_and_reconstruction(results, digits, digits_model):
    outputs = digits_model.predict(digits.x_test, verbose=0)
    correct = outputs["probabilities"].argmax(axis=1) == digits.y_test
    assert results["accuracy"] == correct.sum() / 359 and results["test_images"] == 359
    error = outputs["reconstruction"].astype("float64") - digits.x_test / 255
    np.testing.assert_allclose(results["reconstruction_mae"], np.abs(error).mean(), rtol=1e-4)
    np.testing.assert_allclose(results["reconstruction_mse"], np.square(error).mean(), rtol=1e-4)
    decibels = -10 * np.log10(np.square(error).mean())
    np.testing.assert_allclose(results["reconstruction_psnr"], decibels, rtol=1e-4)
    assert 0 < results["reconstruction_ssim"] < 1


def test_generated_images(results, digits, classifier, digits_model):
    values = results["values"]
    assert next(iter(values)) == "classification_accuracy_score"
    labels = np.repeat(np.arange(10), SAMPLES)
    features = FeatureExtractor(classifier)
    accuracies, shares, recognized, distances = [], [], [], []
    for seed in SEEDS:
        images = generate(digits_model, labels, seed=seed)
        probabilities = probabilities_of(classifier, images)
        correct = probabilities.argmax(axis=1) == labels
        accuracies.append(np.mean(correct))
        shares.append(correct.reshape(10, SAMPLES).mean(axis=1))
        recognized.append(np.mean(probabilities.max(axis=1) >= 0.9))
        distances.append(distance(features(digits.x_train), features(images)))
    assert values["generation_accuracy"] == accuracies
    assert values["recognized"] == recognized
    np.testing.assert_allclose(values["frechet_original_generated"], distances, rtol=1e-4)
    for name, expected in (("generation_accuracy", accuracies), ("recognized", recognized)):
        assert results[name] == pytest.approx(sum(expected) / 2)
        spread = abs(expected[0] - expected[1]) / np.sqrt(2)
        assert results["std"][name] == pytest.approx(spread)
    by_class = results["generation_accuracy_by_class"]
    assert list(by_class) == [str(digit) for digit in range(10)]
    np.testing.assert_allclose(list(by_class.values()), np.mean(shares, axis=0))
    np.testing.assert_allclose(results["generation_accuracy"], np.mean(list(by_class.values())))
    assert results["samples"] == 80 and results["samples_per_class"] == SAMPLES
    assert results["seeds"] == SEEDS
    assert results["originals"] == 1438


def test_real_images_are_measured_by_the_same_metrics(results, digits, classifier):
    probabilities = probabilities_of(classifier, digits.x_test)
    accuracy = np.mean(probabilities.argmax(axis=1) == digits.y_test)
    real, description = results["real"], results["evaluation_classifier"]
    assert real["generation_accuracy"] == accuracy == description["accuracy"]
    recognized = np.mean(probabilities.max(axis=1) >= 0.9)
    assert real["recognized"] == recognized == description["recognized"]
    features = FeatureExtractor(classifier)
    # The number of generated images.
    assert results["compared"] == 80
    chosen = np.random.default_rng(0).permutation(359)[:80]
    expected = distance(features(digits.x_train), features(digits.x_test[chosen]))
    np.testing.assert_allclose(real["frechet_original_generated"], expected, rtol=1e-3)
    assert real["frechet_original_generated"] < results["frechet_original_generated"]


def test_reconstructions_are_compared(results, digits, classifier, digits_model):
    features = FeatureExtractor(classifier)
    reconstructed = digits_model.reconstruct(digits.x_train)
    expected = distance(features(digits.x_train), features(reconstructed))
    name = "frechet_original_reconstructed"
    np.testing.assert_allclose(results[name], expected, rtol=1e-3)
    assert all(name not in results[part] for part in ("std", "values", "real"))
    assert "frechet_reconstructed_generated" not in results["real"]


def test_accepted_images_and_their_tries(quick, classifier, model):
    # Some images reach the threshold; one class never does.
    threshold = np.full(10, 0.5, "float32")
    threshold[3] = 2.0
    model.confidence.assign(threshold)
    accept = Acceptance(by="confidence", max_tries=20)
    results = quick(model, SAMPLES, seeds=[4], accept=accept)
    centroids = keras.ops.convert_to_numpy(model.head.centroids)
    for label in range(10):
        latents = model.prior.sampler(label, np.random.default_rng([4, label]))(20 * SAMPLES)
        distances = np.square(latents[:, None] - centroids[None]).sum(axis=-1)
        passed = distances.argmin(axis=1) == label
        images = model.decode(latents)
        confident = probabilities_of(model, images)[:, label]
        kept = np.flatnonzero(passed & (confident >= threshold[label]))[:SAMPLES]
        correct = correct_count(classifier, images[kept], np.full(len(kept), label), label)
        name = str(label)
        assert results["accepted_generation_accuracy_by_class"][name] == correct / SAMPLES
        tries = kept[-1] + 1 if len(kept) == SAMPLES else 20 * SAMPLES
        assert results["tries"][name] == tries
        assert results["latent_tries"][name] == np.flatnonzero(passed)[SAMPLES - 1] + 1
    shares = list(results["accepted_generation_accuracy_by_class"].values())
    np.testing.assert_allclose(results["accepted_generation_accuracy"], np.mean(shares))
    assert shares[3] == 0 and results["tries"]["3"] == 20 * SAMPLES
    assert np.mean(shares) > 0.05


def test_nothing_is_accepted(quick, model):
    model.confidence.assign(np.full(10, 2.0))
    results = quick(model, 2, accept=Acceptance(by="confidence", max_tries=20))
    assert results["accepted_generation_accuracy"] == 0
    assert list(results["tries"].values()) == [40] * 10
    assert (
        list(quick(model, 2, accept=Acceptance(by="confidence", max_tries=3))["tries"].values())
        == [6] * 10
    )


def test_accepted_images_are_left_out_on_request(quick, digits_model):
    for accept in (False, np.False_):
        results = quick(digits_model, 2, accept=accept)
        assert "tries" not in results and "accepted_generation_accuracy" not in results
    assert "tries" in quick(digits_model, 2)


@pytest.fixture
def backwards():
    """A classifier that knows the digits in the reverse order."""
    names = [str(digit) for digit in range(9, -1, -1)]
    return Classifier.for_images((8, 8, 1), names, stem_filters=2)


def test_a_classifier_accepts_images_of_a_model_without_classes(
    quick, classifier, backwards, untrained_gan
):
    # Every image is probable enough for its class, apart from the label 3 of the classifier.
    thresholds = np.full(10, 1e-9)
    thresholds[3] = 1.0
    accept = Acceptance(backwards, threshold=thresholds, max_tries=2)
    results = quick(untrained_gan, SAMPLES, seeds=[4], accept=accept)
    for label in range(10):
        digit = 9 - label
        latents = untrained_gan.prior.sampler(label, np.random.default_rng([4, label]))(SAMPLES)
        images = untrained_gan.decode(latents)[: 0 if label == 3 else SAMPLES]
        correct = correct_count(classifier, images, np.full(len(images), digit), digit)
        name = str(digit)
        assert results["accepted_generation_accuracy_by_class"][name] == correct / SAMPLES
        assert results["tries"][name] == (2 if label == 3 else 1) * SAMPLES
    shares = list(results["accepted_generation_accuracy_by_class"].values())
    assert results["accepted_generation_accuracy"] == pytest.approx(np.mean(shares))


def test_a_keras_model_accepts_images_by_the_number_of_their_class(quick, digits, untrained_gan):
    # The images of class 2 are missing, and so the class has no result.
    kept = digits.y_train != 2
    part = dataclasses.replace(digits, x_train=digits.x_train[kept], y_train=digits.y_train[kept])
    thresholds = np.full(10, 1e-9)
    thresholds[3] = 1.0
    accept = Acceptance(basenet((8, 8, 1), 10), threshold=thresholds, max_tries=2)
    results = quick(untrained_gan, 2, part, accept=accept)
    expected = dict.fromkeys(digits.class_names, 2) | {"2": None, "3": 4}
    assert results["tries"] == results["latent_tries"] | {"3": 4} == expected
    assert results["accepted_generation_accuracy_by_class"]["2"] is None
    json.dumps(results, allow_nan=False)


def test_an_acceptance_that_does_not_fit_is_an_error_before_the_evaluation(
    quick, digits, backwards, model, untrained_gan
):
    few = Classifier.for_images((8, 8, 1), ["8", "cat"], stem_filters=2)
    model.confidence.assign(np.zeros(10))
    for evaluated, accept, message in (
        (untrained_gan, True, r"GAN has no classes.*accept=Acceptance\(classifier\)"),
        (untrained_gan, 0.5, r"GAN has no classes.*accept=Acceptance\(classifier\)"),
        (untrained_gan, Acceptance(backwards), "classifier is not calibrated"),
        (untrained_gan, Acceptance(few, 0.1), r"classes of the dataset, \['0', .*\['8', 'cat'\]"),
        (
            untrained_gan,
            Acceptance(basenet((8, 8, 1), 3), 0.1),
            r"classes of the dataset, \['0', .*\['0', '1', '2'\]",
        ),
        (model, Acceptance(by="confidence"), "model is not calibrated"),
    ):
        stages = []
        with pytest.raises(ValueError, match=message):
            quick(evaluated, 2, accept=accept, on_stage=stages.append)
        assert not stages
    # Without the metric, there is nothing to accept.
    assert quick(untrained_gan, 2, accept=True, metrics=["recognized"])["recognized"] >= 0


def test_a_model_that_is_not_calibrated_has_no_accepted_images(quick, model):
    model.confidence.assign(np.zeros(10))
    assert "tries" not in quick(model, 2)
    # A threshold needs no calibration.
    accept = Acceptance(threshold=1e-6, check_latent=False)
    assert all(2 <= tries <= 200 for tries in quick(model, 2, accept=accept)["tries"].values())


def test_classes_are_matched_by_name(quick, digits, digits_model):
    """The dataset has fewer classes, in another order."""
    part = three_digits(digits)
    part_classifier = train_evaluation_classifier(
        part.x_train, part.y_train, part.class_names, steps=20, stem_filters=2
    )
    results = quick(digits_model, SAMPLES, part, evaluation_classifier=part_classifier, seeds=[4])
    predicted = probabilities_of(digits_model, part.x_test).argmax(axis=1)
    correct = [
        part.class_names[label] == str(digit)
        for label, digit in zip(part.y_test, predicted, strict=True)
    ]
    assert results["accuracy"] == sum(correct) / len(correct) > 0.5
    images = generate(digits_model, np.repeat([1, 5, 8], SAMPLES), seed=4)
    expected = {
        name: correct_count(
            part_classifier, images, np.repeat([1, 2, 0], SAMPLES), part.class_names.index(name)
        )
        / SAMPLES
        for name in ("1", "5", "8")
    }
    assert results["generation_accuracy_by_class"] == expected
    assert set(results["tries"]) == set(part.class_names)
    assert set(results["relative_diversity_by_class"]) == set(part.class_names)
    assert results["samples"] == 3 * SAMPLES


def test_a_class_with_a_single_training_image_has_no_diversity(quick, digits, digits_model):
    first = np.flatnonzero(digits.y_train == 3)[0]
    kept = (digits.y_train != 3) | (np.arange(len(digits.y_train)) == first)
    part = dataclasses.replace(digits, x_train=digits.x_train[kept], y_train=digits.y_train[kept])
    results = quick(digits_model, 2, part)
    everything = quick(digits_model, 2)
    by_class = everything["relative_diversity_by_class"] | {"3": None}
    assert results["relative_diversity_by_class"] == by_class
    known = [value for value in by_class.values() if value is not None]
    assert len(known) == 9
    assert results["relative_diversity"] == pytest.approx(np.mean(known))
    assert results["real"]["relative_diversity"] > 0
    json.dumps(results, allow_nan=False)


def test_classes_that_the_model_does_not_know(digits, digits_model):
    other = dataclasses.replace(digits, class_names=(*"012345678", "cat"))
    with pytest.raises(ValueError, match=r"'8', '9'\).*'digits' with .*'cat'\)"):
        evaluate_generation(digits_model, other)


def test_a_classifier_may_know_the_classes_in_another_order(
    quick, digits, classifier, digits_model, results
):
    backwards = digits.with_classes(digits.class_names[::-1])
    reordered = quick(digits_model, SAMPLES, backwards, seeds=SEEDS[:1])
    for name in ("generation_accuracy", "recognized", "relative_diversity"):
        assert reordered["values"][name][0] == results["values"][name][0]
        assert reordered["real"][name] == pytest.approx(results["real"][name])
    # All metrics of a model of all digits, on a dataset and by a classifier of three.
    part = three_digits(digits, ("0", "1", "2"))
    part_classifier = train_evaluation_classifier(
        part.x_train, part.y_train, part.class_names, steps=1, stem_filters=2
    )
    few = evaluate_generation(
        digits_model,
        part,
        evaluation_classifier=part_classifier,
        samples_per_class=9,
        student_steps=1,
    )
    assert few["samples"] == 27


def test_a_model_without_classes(digits, digits_model, monkeypatch):
    """By default, a classifier of real images is trained; here it is another model."""
    seeds = []

    def train(images, labels, class_names, *, seed):
        np.testing.assert_array_equal(images, digits.x_train)
        seeds.append(seed)
        return substitute

    substitute = Classifier.for_images((8, 8, 1), digits.class_names, stem_filters=2)
    monkeypatch.setattr(substitute, "predict", digits_model.predict)
    monkeypatch.setattr("keras_regen.metrics.evaluation.train_evaluation_classifier", train)
    model = VAE.for_images((8, 8, 1), latent_dim=3, stem_filters=2)
    results = evaluate_generation(
        model, digits, samples_per_class=2, seeds=[4], metrics=QUICK_METRICS
    )
    assert seeds == [4]
    images = generate(model, num_samples=20, seed=4)
    probabilities = probabilities_of(digits_model, images)
    labels = probabilities.argmax(axis=1)
    assert results["samples"] == 20 and "accuracy" not in results
    assert "generation_accuracy" not in results and "tries" not in results
    assert results["recognized"] == np.mean(probabilities.max(axis=1) >= 0.9)
    counts = {str(digit): np.sum(labels == digit) for digit in range(10)}
    assert results["class_counts"] == counts
    real = probabilities_of(digits_model, digits.x_test)
    assert results["real"]["recognized"] == np.mean(real.max(axis=1) >= 0.9)
    accuracy = np.mean(real.argmax(axis=1) == digits.y_test)
    assert results["evaluation_classifier"]["accuracy"] == accuracy
    mean = np.mean((model.reconstruct(digits.x_test) - digits.x_test / 255) ** 2)
    assert results["reconstruction_mse"] == pytest.approx(mean, rel=1e-4)
    label = np.bincount(labels).argmax()  # a class of a single image has no diversity
    ratio = images[labels == label].var(axis=0, ddof=1).sum()
    ratio /= (digits.x_train[digits.y_train == label] / 255).var(axis=0, ddof=1).sum()
    by_class = results["relative_diversity_by_class"]
    assert by_class[str(label)] == pytest.approx(ratio, rel=1e-4)
    known = [value for value in by_class.values() if value is not None]
    assert results["relative_diversity"] == pytest.approx(np.mean(known))
    json.dumps(results, allow_nan=False)


def test_all_metrics_of_a_model_without_classes(digits, classifier, untrained_gan):
    results = evaluate_generation(
        untrained_gan,
        digits,
        evaluation_classifier=classifier,
        samples_per_class=7,
        student_steps=1,
    )
    assert results["samples"] == 70
    assert "generation_accuracy" not in results
    assert "reconstruction_mse" not in results
    assert results["std"]["recognized"] is None
    assert results["classification_accuracy_score"] >= 0


def test_sets_of_the_same_number_of_images_with_all_classes_are_compared(
    digits, classifier, digits_model, monkeypatch
):
    compared = []

    def measure(real, generated):
        compared.append(generated)
        return 0.0, 0.0

    monkeypatch.setattr("keras_regen.metrics.image_set_metrics.precision_recall", measure)
    evaluate_generation(
        digits_model,
        digits,
        evaluation_classifier=classifier,
        samples_per_class=50,
        metrics=["precision_recall"],
    )
    assert [len(features) for features in compared] == [359, 359]
    images = generate(digits_model, np.repeat(np.arange(10), 50), seed=0)
    rows = FeatureExtractor(classifier)(images)
    distances, places = NearestNeighbors(n_neighbors=1).fit(rows).kneighbors(compared[0])
    np.testing.assert_allclose(distances, 0, atol=1e-4)
    assert set(places[:, 0] // 50) == set(range(10)) and len(np.unique(places)) == 359


def test_copies_and_dimension(results, digits, digits_model):
    rows = digits.x_train.reshape(len(digits.x_train), -1) / 255.0
    images = generate(digits_model, np.repeat(np.arange(10), SAMPLES), seed=SEEDS[0])
    images = images.reshape(len(images), -1).astype("float64")
    between = ((rows[:, None] - rows) ** 2).mean(axis=2)
    np.fill_diagonal(between, np.inf)
    distances = ((images[:, None] - rows) ** 2).mean(axis=2)
    copied = distances.min(axis=1) <= between.min(axis=1)[distances.argmin(axis=1)]
    assert results["values"]["copied"][0] == pytest.approx(copied.mean())
    squares = ((images[:, None] - images) ** 2).sum(axis=2)
    nearest = np.sort(squares, axis=1)[:, 1:21] ** 0.5
    dimension = np.mean(1 / np.mean(np.log(nearest[:, -1:] / nearest[:, :-1]), axis=1))
    assert results["values"]["intrinsic_dimension"][0] == pytest.approx(dimension, rel=1e-3)


def test_too_few_images_have_no_dimension(digits, classifier, digits_model):
    results = evaluate_generation(
        digits_model,
        digits,
        evaluation_classifier=classifier,
        samples_per_class=2,
        student_steps=1,
    )
    assert results["intrinsic_dimension"] is results["real"]["intrinsic_dimension"] is None
    assert results["values"]["intrinsic_dimension"] == [None]
    json.dumps(results, allow_nan=False)


@pytest.mark.parametrize(
    ("count", "unknown"),
    [
        (3, {"precision", "recall"}),
        (1, {"precision", "recall", "frechet", "kernel", "relative"}),
    ],
)
def test_metrics_of_too_few_test_images_are_left_out(
    digits, classifier, digits_model, count, unknown
):
    few = dataclasses.replace(digits, x_test=digits.x_test[:count], y_test=digits.y_test[:count])
    results = evaluate_generation(
        digits_model,
        few,
        evaluation_classifier=classifier,
        samples_per_class=2,
        student_steps=1,
    )
    assert results["compared"] == count
    # Of images of different classes, each alone in its class.
    unknown = unknown | {"relative", "intrinsic"}
    real = results["real"]
    assert {name.partition("_")[0] for name, value in real.items() if value is None} == unknown
    # 20 generated images have a diversity.
    missing = {name.partition("_")[0] for name in results["values"] if results[name] is None}
    assert missing == unknown - {"relative"}
    assert results["frechet_original_reconstructed"] > 0
    labels = probabilities_of(classifier, few.x_test).argmax(axis=1)
    assert real["generation_accuracy"] == np.mean(labels == few.y_test)
    json.dumps(results, allow_nan=False)


def test_copies_of_a_single_training_image_are_not_measured(digits, classifier, digits_model):
    one = {"x_train": digits.x_train[[0] * 5], "y_train": digits.y_train[[0] * 5]}
    options = {"evaluation_classifier": classifier, "samples_per_class": 25, "student_steps": 1}
    results = evaluate_generation(digits_model, dataclasses.replace(digits, **one), **options)
    assert results["copied"] is results["real"]["copied"] is None
    assert results["relative_diversity"] is None
    assert results["precision"] is not None and results["real"]["intrinsic_dimension"] > 0
    # A single training image has neither a covariance nor a neighbor.
    one = {name: rows[:1] for name, rows in one.items()}
    results = evaluate_generation(digits_model, dataclasses.replace(digits, **one), **options)
    for name in ("copied", "precision", "kernel_distance", "frechet_original_reconstructed"):
        assert results[name] is None
    assert results["real"]["generation_accuracy"] > 0.5
    json.dumps(results, allow_nan=False)


def test_images_that_are_all_equally_far_have_no_dimension(quick, digits, digits_model):
    pixels = np.eye(64, dtype="uint8").reshape(64, 8, 8, 1)[:30] * 255
    far = dataclasses.replace(digits, x_test=pixels, y_test=np.arange(30) % 10)
    results = quick(digits_model, 3, far, metrics=["intrinsic_dimension", "sharpness"])
    assert results["real"]["intrinsic_dimension"] is None and results["real"]["sharpness"] > 0
    assert results["intrinsic_dimension"] > 0


def test_students_learn_from_the_same_number_of_generated_and_real_images(
    quick, digits_model, monkeypatch
):
    lessons = []

    def learn(images, labels, *real, **options):
        lessons.append((len(images), labels, options["seed"]))
        assert options["steps"] == 500
        return 0.1 * len(lessons)

    monkeypatch.setattr(
        "keras_regen.metrics.generation_evaluation.classification_accuracy_score", learn
    )
    name = "classification_accuracy_score"
    results = quick(digits_model, 2, seeds=[5, 6], metrics=[name])
    np.testing.assert_allclose(results["values"][name], [0.1, 0.2])
    assert results["real"][name] == pytest.approx(0.3)
    labels = np.repeat(np.arange(10), 2)
    assert [count for count, _, _ in lessons] == [20] * 3
    assert all(np.array_equal(np.sort(lesson[1]), labels) for lesson in lessons)
    assert [seed for _, _, seed in lessons[:2]] == [5, 6]
    results = quick(digits_model, 2, student_steps=0, metrics=[name, "recognized"])
    assert len(lessons) == 3 and list(results["values"]) == ["recognized"]


def test_only_the_named_metrics_are_measured(quick, digits, digits_model, results, monkeypatch):
    assert quick(digits_model, SAMPLES, metrics=["accuracy"]) == {
        "test_images": 359,
        "accuracy": results["accuracy"],
    }
    for name in ("precision_recall", "novelty", "frechet_distance", "inception_score"):
        monkeypatch.setattr(f"keras_regen.metrics.image_set_metrics.{name}", None)
    few = quick(digits_model, SAMPLES, seeds=SEEDS, student_steps=1)
    assert set(few["values"]) == {
        "generation_accuracy",
        "accepted_generation_accuracy",
        "recognized",
        "relative_diversity",
        "sharpness",
        "closest_distance",
    }
    # A name means the same in a subset and in all.
    assert all(results[name] == few[name] for name in few if name not in ("std", "values", "real"))
    assert set(few["values"]) < set(results["values"])
    assert set(QUICK_METRICS) < set(ALL_METRICS)


def test_bad_input(quick, digits, digits_model, untrained_gan):
    other = dataclasses.replace(digits, class_names=(*"abcdefghij",))
    with pytest.raises(
        ValueError, match=r"must know the classes \['a', .*train-evaluation-classifier"
    ):
        quick(untrained_gan, 2, other)
    for options, message in (
        ({"seeds": []}, "`seeds` must hold at least one"),
        ({"student_steps": -1}, "student_steps=-1"),
        ({"metrics": ["recognized", "fid"]}, r"must be among .*'kernel_distance'.*\['fid'\]"),
    ):
        with pytest.raises(ValueError, match=message):
            quick(digits_model, 2, **options)
    with pytest.raises(ValueError, match="samples_per_class=0"):
        quick(digits_model, 0)
