"""Odd arguments of the generation functions: an error that names the argument."""

import keras
import numpy as np
import pytest

import keras_regen
from keras_regen import Acceptance

IMAGES, LABELS = np.zeros((4, 8, 8, 1)), np.arange(4)
CALLS = {
    "generate": {},
    "augment": {"x": IMAGES, "y": LABELS},
    "descendants": {},
    "interpolate": {"start": 0, "end": 1},
    "latent_traversal": {},
    "matrix": {"rows": IMAGES, "columns": IMAGES},
    "reconstruct": {"x": IMAGES},
}


def plain_model():
    image = keras.Input((8, 8, 1))
    return keras.Model(image, keras.layers.Flatten()(image))


@pytest.mark.parametrize("name", [*CALLS, "generate_per_class"])
def test_other_objects_are_no_models(name, tmp_path):
    function = getattr(keras_regen, name)
    for model, message in (
        (None, "Expected a model of keras_regen. Received: a NoneType"),
        (plain_model(), "Expected a model of keras_regen. Received: a Functional"),
        (IMAGES, "Expected a model of keras_regen. Received: a ndarray"),
        ("model.keras", r"Received: 'model.keras'. Load .*`keras_regen.load_model\(path\)`"),
        (tmp_path, "Received: '.*Load the file first"),
    ):
        with pytest.raises(ValueError, match=message):
            if name == "generate_per_class":
                function({"left": model})
            else:
                function(model, **CALLS[name])


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("generate", {"class_id": 2.5}, "`class_id` must be one of the model's classes"),
        ("generate", {"class_id": np.array(3)}, "`class_id` must be one of"),
        ("generate", {"class_id": [[1, 2]]}, "`class_id` must be one of"),
        ("generate", {"return_report": "no"}, "`return_report` must be True or False"),
        ("generate", {"accept": 1j}, "`accept` must be None, True, a threshold"),
        ("augment", {"x": [[1], [2, 3]]}, "`x` must be an array"),
        ("augment", {"y": [[1], [2, 3]]}, "`y` must be an array"),
        ("augment", {"shuffle": IMAGES}, "`shuffle` must be True or False"),
        ("augment", {"factor": 1j}, "`factor` must be a number, at least 0"),
        ("augment", {"factor": 0, "seed": "a"}, "`seed` must be an integer"),
        ("descendants", {"kind": IMAGES}, "`kind` must be one of 'siblings', 'children'"),
        ("interpolate", {"ratios": "0.5"}, "`ratios` must be from 0"),
        ("interpolate", {"ratios": [1j, 0]}, "`ratios` must be from 0"),
        ("interpolate", {"ratios": [[0], [0, 1]]}, "`ratios` must be an array"),
        ("interpolate", {"start": [[1], [2, 3]]}, "`start` must be an array"),
        ("interpolate", {"end": 2.5}, "`end` must be an image of shape .*, a label or a class"),
        ("interpolate", {"end": IMAGES[0] + 2}, "`end` holds floats"),
        ("matrix", {"rows": [[1], [2, 3]]}, "`rows` must be an array"),
        ("matrix", {"ratio": True}, "`ratio` must be from 0"),
        ("latent_traversal", {"seed": 0.5}, "`seed` must be an integer"),
    ],
)
def test_the_error_names_the_argument(digits_model, name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(keras_regen, name)(digits_model, **(CALLS[name] | arguments))


def test_numbers_of_numpy_and_lists_are_as_good_as_others(digits_model):
    expected = keras_regen.generate(digits_model, [0, 1], seed=3, accept=1e-6)
    for class_id, seed, accept in (
        (np.array([0, 1]), np.int64(3), np.float32(1e-6)),
        (range(2), np.uint8(3), [1e-6] * 10),
        (("0", 1), 3, np.full(10, 1e-6)),
    ):
        batch_size = np.int64(64)
        accept = accept if np.isscalar(accept) else Acceptance(threshold=accept)
        found = keras_regen.generate(
            digits_model, class_id, seed=seed, accept=accept, batch_size=batch_size
        )
        # Another size of batches rounds differently.
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("models", [None, 3, [1], "left", IMAGES])
def test_models_by_class_are_a_dict(models):
    with pytest.raises(ValueError, match="`models` must be a dict from class names to models"):
        keras_regen.generate_per_class(models)


@pytest.mark.parametrize(
    "threshold", [1j, "0.5", True, [True], {0.5}, [[0.5]], None, [[1], [2, 3]]]
)
def test_thresholds_are_numbers(threshold):
    with pytest.raises(ValueError, match="`threshold` must be"):
        Acceptance(threshold=threshold)


def test_whether_latents_are_checked_is_a_flag():
    with pytest.raises(ValueError, match="`check_latent` must be True or False"):
        Acceptance(check_latent=1)


def test_the_classifier_of_the_acceptance_takes_the_images(digits_model):
    image = keras.Input((9, 9, 1))
    probabilities = keras.layers.Dense(10, "softmax")(keras.layers.Flatten()(image))
    accept = Acceptance(keras.Model(image, probabilities), 0.5)
    with pytest.raises(
        ValueError, match=r"take the model's images, \(8, 8, 1\).*\(None, 9, 9, 1\)"
    ):
        keras_regen.generate(digits_model, accept=accept)
    gan = keras_regen.GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
    image = keras.Input((8, 8, 1))
    maps = keras.Model(image, keras.layers.AveragePooling2D(2)(image))
    with pytest.raises(ValueError, match=r"a probability for each class.*\(None, 4, 4, 1\)"):
        keras_regen.generate(gan, 0, accept=Acceptance(maps, 0.5))


def test_classes_are_needed_to_augment():
    gan = keras_regen.GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
    with pytest.raises(
        ValueError, match=r"needs a model with classes.*GAN '.*', which has no classes"
    ):
        keras_regen.augment(gan, IMAGES, LABELS)
