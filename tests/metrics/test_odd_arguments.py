"""Odd arguments of the metrics: an error that names the argument."""

import keras
import numpy as np
import pytest
from sklearn.svm import SVC

from keras_regen import CSAE, Classifier, metrics
from keras_regen.datasets import ImageDataset
from keras_regen.metrics.evaluation_classifier import evaluation_classifier_path, held_out_hash
from tests.samples import striped_images

IMAGES, LABELS = striped_images(12)
NAMES = ("left", "middle", "right")
DATA = ImageDataset(IMAGES, LABELS, IMAGES, LABELS, NAMES, "stripes")
RAGGED = [[1, 2], [3]]
ROWS = np.random.default_rng(0).normal(size=(12, 5))
SETS = {"images": IMAGES, "labels": LABELS, "real_images": IMAGES, "real_labels": LABELS}


def plain_model():
    image = keras.Input((8, 8, 1))
    return keras.Model(image, keras.layers.Flatten()(image))


def raises(images):
    raise KeyError("left")


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("relative_diversity", SETS | {"labels": RAGGED}, "`labels` must be an array"),
        ("classification_accuracy_score", SETS | {"seed": "a"}, "`seed` must be an integer"),
        (
            "classification_accuracy_score",
            SETS | {"class_names": 3},
            "`class_names` must be a list",
        ),
        (
            "closest_match",
            {"queries": IMAGES, "references": IMAGES, "metric": ROWS},
            "`metric` must",
        ),
        (
            "closest_match",
            {"queries": IMAGES, "references": IMAGES, "exclude_self": 2.5},
            "`exclude_self` must be True or False",
        ),
        ("neighbor_distances", {"images": IMAGES, "features": 1}, "`features` must be a function"),
        (
            "neighbor_distances",
            {"images": IMAGES, "features": raises},
            r"`features` must be a function that takes images of shape \(12, 8, 8, 1\).*KeyError",
        ),
        (
            "neighbor_distances",
            {"images": IMAGES, "features": lambda x: x[:, :, 0, 0] * np.nan},
            "`features of images` must be finite",
        ),
        (
            "neighbor_distances",
            {"images": IMAGES, "features": lambda x: x[:, : len(x)], "batch_size": 8},
            "the same size for every batch",
        ),
        (
            "novelty",
            {"generated": IMAGES, "training": IMAGES, "training_distances": ["a"] * 12},
            "`training_distances` must be finite numbers",
        ),
        (
            "frechet_distance_of_moments",
            {"mean": 1j, "covariance": 1, "other_mean": 1, "other_covariance": 1},
            "`mean` must be finite numbers in an array of 1 axes",
        ),
        (
            "frechet_distance",
            {"features": RAGGED, "other_features": ROWS},
            "`features` must be an arr",
        ),
        (
            "frechet_distance",
            {"features": ROWS * 1e300, "other_features": ROWS},
            "`features` must be in the range of float32",
        ),
        (
            "kernel_inception_distance",
            {"features": ROWS, "other_features": RAGGED},
            "must be an array",
        ),
        (
            "precision_recall",
            {"real_features": RAGGED, "generated_features": ROWS},
            "must be an array",
        ),
        (
            "inception_score",
            {"probabilities": np.eye(10), "seed": "x"},
            "`seed` must be an integer",
        ),
        ("inception_score", {"probabilities": RAGGED}, "`probabilities` must be an array"),
        ("intrinsic_dimension", {"points": RAGGED}, "`points` must be an array"),
        ("intrinsic_dimension_curve", {"points": ROWS, "ks": 3}, "`ks` must be a list"),
        ("without_duplicates", {"points": RAGGED}, "`points` must be an array"),
        ("latent_distances", {"points": RAGGED}, "`points` must be finite numbers"),
        ("latent_distances", {"points": ROWS, "others": ROWS[:, 1:]}, "Received: 5 and 4"),
        (
            "reconstruction_error",
            {"images": IMAGES, "reconstructions": IMAGES.astype(str)},
            "`reconstructions` must be integers or floats",
        ),
        ("train_evaluation_classifier", SETS | {"seed": -1}, "`seed` must be an integer"),
        ("train_evaluation_classifier", SETS | {"callbacks": [1]}, "`callbacks` must be a list"),
    ],
)
def test_the_error_names_the_argument(name, arguments, message):
    if name == "train_evaluation_classifier":
        arguments = {key: value for key, value in arguments.items() if "real" not in key}
    with pytest.raises(ValueError, match=message):
        getattr(metrics, name)(**arguments)


def test_classifiers_that_are_none():
    for classifier, message in (
        (plain_model(), r"`classifier` must be a model of this package.*Classifier\(model\)"),
        (None, "`classifier` must be a model of this package"),
        (SVC, "`classifier` must be a model of this package"),
        (SVC(), r"`classifier.predict` must .* rows of shape \(12, 64\).*NotFittedError"),
    ):
        with pytest.raises(ValueError, match=message):
            metrics.generation_accuracy(classifier, IMAGES, LABELS)
    pairs = type("Pairs", (), {"predict": lambda self, rows: np.zeros((len(rows), 2))})()
    with pytest.raises(ValueError, match=r"a label for each image.*\(12, 2\) for 12 images"):
        metrics.generation_accuracy(pairs, IMAGES, LABELS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer": np.ones(2)}, "`layer` must be a string or None"),
        ({"name": 3}, "`name` must be a string or None"),
        ({"pixel_range": 3}, "`pixel_range` must be the values"),
        ({"pixel_range": (0, 1, 2)}, "`pixel_range` must be the values"),
        ({"pixel_range": (0, "a")}, "`pixel_range` must be a finite number"),
        ({"resize": 1}, "`resize` must be True or False"),
        ({"model": None}, "Received: NoneType"),
    ],
)
def test_arguments_of_the_extractor(arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.FeatureExtractor(**({"model": plain_model()} | arguments))


def test_an_extractor_takes_images():
    row = keras.Input((64,))
    with pytest.raises(ValueError, match=r"take images.*inputs of shape \(None, 64\)"):
        metrics.FeatureExtractor(keras.Model(row, keras.layers.Dense(3)(row)))
    with pytest.raises(ValueError, match="`images` must be an array"):
        metrics.FeatureExtractor(plain_model())(RAGGED)
    with pytest.raises(ValueError, match="`generated` must be True or False"):
        metrics.FrechetDistance().update_state(ROWS, "no")


def test_the_arguments_of_an_evaluation():
    model = Classifier.for_images((8, 8, 1), NAMES, stem_filters=2)
    for arguments, message in (
        ({"model": plain_model()}, "Expected a model of keras_regen. Received: a Functional"),
        ({"model": None}, "Expected a model of keras_regen. Received: a NoneType"),
        ({"model": "model.keras"}, r"Load the file first: `keras_regen.load_model\(path\)`"),
        ({"data": "digits"}, "`data` must be a `keras_regen.datasets.ImageDataset`"),
        ({"evaluation_classifier": plain_model()}, "evaluation classifier must be a `keras_regen"),
        ({"extractor": plain_model()}, r"`extractor` must be .*FeatureExtractor\(model\)"),
        ({"seeds": 3}, "`seeds` must be a list of integers"),
        ({"seeds": [-1]}, "`seeds` must be a list of integers, at least 0"),
        ({"seeds": []}, "at least one"),
        ({"batch_size": 2.5}, "`batch_size` must be an integer"),
        ({"accept": "yes"}, "`accept` must be None, True"),
        ({"on_stage": 3}, "`on_stage` must be a function that takes a text.*Received: on_stage=3"),
        ({"on_stage": int}, r"`on_stage` must be a function .* It raised ValueError: invalid lit"),
        ({"metrics": "accuracy"}, "`metrics` must be a list of names"),
        ({"metrics": 3}, "`metrics` must be a list of names"),
        ({"metrics": [{}]}, r"`metrics` must be among.*Received: \[\{\}\]"),
    ):
        with pytest.raises(ValueError, match=message):
            metrics.evaluate_generation(**({"model": model, "data": DATA} | arguments))


def test_an_evaluation_classifier_is_a_classifier_and_a_dataset_a_dataset():
    csae = CSAE.for_images((8, 8, 1), NAMES, network="linear", hidden=4)
    with pytest.raises(ValueError, match=r"must be a `keras_regen.Classifier`.*Received: <CSAE"):
        metrics.describe_evaluation_classifier(csae, DATA)
    for call in (lambda: metrics.describe_evaluation_classifier(csae, 3), lambda: held_out_hash(3)):
        with pytest.raises(ValueError, match="`data` must be a `keras_regen"):
            call()
    with pytest.raises(ValueError, match="`dataset_name` must be a string"):
        evaluation_classifier_path(3)


def test_large_features_are_compared():
    images = IMAGES / 255
    for scale in (1e30, 1e-30):
        small, large = (
            metrics.closest_match(
                images[:4], images[4:], 2, features=lambda x, factor=factor: x[:, ::2] * factor
            )
            for factor in (1.0, np.float32(scale))
        )
        np.testing.assert_array_equal(small.indices, large.indices)
        np.testing.assert_allclose(small.values * scale**2, large.values, rtol=1e-5)
