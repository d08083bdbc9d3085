"""`evaluate`: the choice of the evaluation classifier, and the table."""

import pytest

from keras_regen import CSAE, load_model
from keras_regen.datasets import load
from keras_regen.metrics import train_evaluation_classifier
from keras_regen.metrics.weight_hashing import weights_hash
from tests.app.helpers import run

pytestmark = pytest.mark.any_backend

DIGITS = [str(digit) for digit in range(10)]
RESULTS = {
    "test_images": 359,
    "accuracy": 0.5,
    "reconstruction_psnr": 20.0,
    "recognized": 0.25,
    "generation_accuracy": 0.75,
    "generation_accuracy_by_class": {"a": 0.5, "b": None},
    "intrinsic_dimension": None,
    "std": {"recognized": 0.125, "generation_accuracy": 0.0, "intrinsic_dimension": None},
    "values": {"recognized": [], "generation_accuracy": [], "intrinsic_dimension": []},
    "real": {"recognized": 0.75, "intrinsic_dimension": 8.0},
    "seeds": [3, 4],
    "evaluation_classifier": {"name": "small", "hash": "0123", "accuracy": 0.5},
    "extractor": {"name": "small", "hash": "4567", "num_features": 16},
}


@pytest.fixture
def evaluation(monkeypatch):
    """The arguments with which `evaluate` calls the library, which returns fixed results."""
    arguments = {}

    def evaluate_generation(model, data, **options):
        arguments.update(options)
        return RESULTS

    monkeypatch.setattr("keras_regen.metrics.evaluate_generation", evaluate_generation)
    return arguments


def small_classifier(names):
    digits = load("digits")
    return train_evaluation_classifier(
        digits.x_train[:64], digits.y_train[:64], names, steps=1, stem_filters=2
    )


def test_the_table(own_run, evaluation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evaluation_classifiers").mkdir()
    small_classifier(DIGITS).save("evaluation_classifiers/digits.keras")
    lines = run("evaluate", own_run, "--repeats", 2, "--seed", 3).stdout.splitlines()
    assert lines[0] == "Evaluation classifier: small 0123, accuracy 0.5000"
    assert lines[1] == "Features: 16 of small 4567"
    assert lines[2].startswith("Seeds: 3, 4;")
    assert lines[3].split() == ["Metric", "mean", "std", "real"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[4:]}
    assert rows == {
        "recognized": ["0.2500", "0.1250", "0.7500"],
        "generation_accuracy": ["0.7500", "0.0000", "-"],
        "intrinsic_dimension": ["-", "-", "8.0000"],
        "test_images": ["359"],
        "accuracy": ["0.5000"],
        "reconstruction_psnr": ["20.0000"],
        "generation_accuracy_by_class": [],
        "a": ["0.5000"],
        "b": ["-"],
        "report": [str(own_run / "report.html")],
    }
    assert list(evaluation["seeds"]) == [3, 4]
    # The classifier in the default file.
    assert evaluation["evaluation_classifier"].num_classes == 10


def test_classifiers_that_do_not_fit(digits_run, tmp_path):
    small_classifier(list("abcdefghij")).save(tmp_path / "other.keras")

    def message(path):
        return run("evaluate", digits_run, "--evaluation-classifier", path, code=1).output

    wrong_classes = message(tmp_path / "other.keras")
    assert "must know the classes ['0', '1'" in wrong_classes
    assert "train-evaluation-classifier" in wrong_classes
    assert "holds a CSAE" in message(digits_run)
    assert "no.keras" in message("no.keras")


def test_a_classifier_takes_no_option_of_generated_images(tmp_path):
    small_classifier(DIGITS).save(tmp_path / "classifier.keras")
    command = ["evaluate", tmp_path / "classifier.keras", "--dataset", "digits"]
    message = run(*command, "--repeats", 2, code=2).output
    assert "MODEL generates no images to measure. Omit --repeats." in message
    assert "accuracy" in run(*command, "--quiet").output


def test_a_classifier_of_another_split_is_used_on_request_only(evaluation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "keras_regen.metrics.train_evaluation_classifier", lambda *_, **__: small_classifier(DIGITS)
    )
    model = CSAE.for_images((8, 8, 1), DIGITS, network="linear", hidden=4)
    model.save(tmp_path / "model.keras")
    arguments = ("evaluate", tmp_path / "model.keras", "--dataset", "digits")
    run("train-evaluation-classifier", "--dataset", "digits")
    assert "another split" not in run(*arguments).output
    file = "evaluation_classifiers/digits.keras"
    stored = weights_hash(load_model(file).weights)
    assert weights_hash(evaluation["evaluation_classifier"].weights) == stored
    run("train-evaluation-classifier", "--dataset", "digits", "--seed", 1, "--overwrite")
    assert "another split" in run(*arguments).output
    note = run(*arguments, "--evaluation-classifier", file).output
    assert "another split" in note and "may have seen" in note
