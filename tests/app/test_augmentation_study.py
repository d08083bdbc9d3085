"""The augmentation study: equal budgets for all methods, and the same draws."""

import json

import numpy as np
import pytest

from keras_regen.datasets import load
from keras_regen_app import augmentation_study
from keras_regen_app.augmentation_study import (
    METHODS,
    StudySettings,
    compare_methods,
    few_images,
    gain,
)
from tests.app.helpers import run

pytestmark = pytest.mark.any_backend


def test_few_images_are_a_choice_of_each_class():
    data = load("digits")
    x, y = few_images(data, 7, draw=3)
    assert np.bincount(y).tolist() == [7] * 10
    known = {
        image.tobytes(): label for image, label in zip(data.x_train, data.y_train, strict=True)
    }
    assert all(known[image.tobytes()] == label for image, label in zip(x, y, strict=True))
    assert not np.array_equal(x, few_images(data, 7, draw=4)[0])
    np.testing.assert_array_equal(x, few_images(data, 7, draw=3)[0])
    assert len(few_images(data, 10_000, 0)[0]) == len(data.x_train)


def test_every_classifier_has_the_same_number_of_steps_and_weight_of_images(monkeypatch):
    fits, data = [], load("digits")

    def fit(model, x, y, weights, steps, seed):
        fits.append((type(model).__name__, len(x), weights, steps, model.augmentation))
        if weights is None:
            model.adapt_prior(x, y)
            model.calibrate(x, y)

    monkeypatch.setattr(augmentation_study, "_fit", fit)
    generated = np.zeros((150, 8, 8, 1), "uint8"), np.arange(150) % 10
    monkeypatch.setattr(augmentation_study, "augment", lambda *a, **b: generated)
    settings = StudySettings.for_data(data, steps=7, generator_steps=9, factor=4.0, stem_filters=2)
    assert (settings.shift, settings.mirror) == (1, False)
    accuracy = compare_methods(data, 3, 0, settings)
    assert set(accuracy) == {"csae", *METHODS}
    names, counts, weights, steps, augmentations = zip(*fits, strict=True)
    assert names == ("CSAE", *["Classifier"] * 4)
    assert counts == (30, 30, 30, 150, 150) and steps == (9, 7, 7, 7, 7)
    # The generated images of a class weigh together as much as its real images.
    for values in weights[3:]:
        assert values[:30].sum() == pytest.approx(values[30:].sum())
    assert [layer is not None for layer in augmentations] == [True, False, True, False, True]


def test_the_gain_is_the_mean_difference_of_the_same_draws():
    results = [{"none": 0.5, "both": 0.6}, {"none": 0.7, "both": 0.7}, {"none": 0.6, "both": 0.9}]
    mean, spread = gain(results, "both", "none")
    assert mean == pytest.approx(0.4 / 3) and spread == pytest.approx(np.std([0.1, 0.0, 0.3]))


def test_the_command_measures_a_dataset():
    arguments = ["augment", "--study", "--dataset", "digits", "--sizes", "4", "--draws", "2"]
    result = run(*arguments, "--steps", "2", "--json")
    measured = json.loads(result.stdout)
    assert [set(accuracy) for accuracy in measured["results"]["4"]] == [{"csae", *METHODS}] * 2
    assert all(0 <= value <= 1 for value in measured["results"]["4"][0].values())


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--study"], "needs `--dataset`"),
        (["--study", "--dataset", "digits", "--sizes", "few"], "such as 10,20"),
        (["--study", "--dataset", "digits", "--seed", "0"], "Omit --seed."),
        (["--study", "--dataset", "digits", "--no-accept"], "Omit --accept/--no-accept."),
        (["zoo:csae_digits", "--sizes", "4", "--steps", "2"], "Omit --sizes, --steps."),
        (["zoo:csae_digits", "--image-size", "8"], "MODEL is trained"),
        ([], "--study --dataset"),
    ],
)
def test_wrong_options(arguments, message):
    result = run("augment", *arguments, code=2)
    assert message in result.stderr + result.stdout
