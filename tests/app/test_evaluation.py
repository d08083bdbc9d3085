"""`evaluate`: which judge it takes, and the table that it shows."""

import pytest

from keras_regen import CSAE, load_model
from keras_regen.datasets import load
from keras_regen.metrics import train_evaluation_classifier
from keras_regen.metrics.weight_hashing import weights_hash
from tests.app.helpers import run

pytestmark = pytest.mark.any_backend

DIGITS = [str(digit) for digit in range(10)]
SCORED = {
    "judge": {"name": "small", "hash": "0123", "accuracy": 0.5},
    "extractor": {"name": "small", "hash": "4567", "num_features": 16},
    "seeds": [3, 4],
    "scores": {
        "recognized": {"mean": 0.25, "std": 0.125, "values": [], "real": 0.75},
        "reconstruction_psnr": {"mean": 20.0, "std": None, "values": [], "real": None},
    },
}


@pytest.fixture
def scoring(monkeypatch):
    """What `evaluate` asks of the figures and scores, which it does not reach."""
    asked = {}

    def score_model(model, data, judge, **options):
        asked.update(options, judge=judge)
        return SCORED

    monkeypatch.setattr("keras_regen.metrics.scores.score_model", score_model)
    monkeypatch.setattr(
        "keras_regen.metrics.evaluation.evaluate_model",
        lambda *arguments, **options: {"accuracy": 0.5, "recognized": 1.0},
    )
    return asked


def small_judge(names):
    digits = load("digits")
    return train_evaluation_classifier(
        digits.x_train[:64], digits.y_train[:64], names, steps=1, stem_filters=2
    )


def test_the_table(digits_run, scoring, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "judges").mkdir()
    small_judge(DIGITS).save("judges/digits.keras")
    lines = run("evaluate", digits_run, "--repeats", 2, "--seed", 3).stdout.splitlines()
    assert lines[0] == "Judge: small 0123, accuracy 0.5000"
    assert lines[2].startswith("Seeds: 3, 4;")
    rows = {line.split()[0]: line.split()[1:] for line in lines[3:]}
    assert rows["recognized"] == ["0.2500", "0.1250", "0.7500"]
    assert rows["reconstruction_psnr"] == ["20.0000", "-", "-"]
    assert rows["accuracy"] == ["0.50000"]
    assert list(scoring["seeds"]) == [3, 4]
    assert scoring["judge"].num_classes == 10  # the one that lay there


def test_judges_that_cannot_judge(digits_run, tmp_path):
    small_judge(list("abcdefghij")).save(tmp_path / "other.keras")
    message = run("evaluate", digits_run, "--judge", tmp_path / "other.keras", code=1).output
    assert "must know the classes ['0', '1'" in message and "train-evaluation-classifier" in message
    message = run("evaluate", digits_run, "--judge", digits_run, code=1).output
    assert "holds a CSAE" in message
    assert "there is no" in run("evaluate", digits_run, "--judge", "no.keras", code=1).output


def test_a_judge_of_another_split_is_not_taken_unasked(scoring, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "keras_regen.metrics.train_evaluation_classifier", lambda *_, **__: small_judge(DIGITS)
    )
    model = CSAE.for_images((8, 8, 1), DIGITS, network="linear", hidden=4)
    model.save(tmp_path / "model.keras")
    asked = ("evaluate", tmp_path / "model.keras", "--dataset", "digits")
    run("train-evaluation-classifier", "--dataset", "digits")
    assert "another split" not in run(*asked).output
    stored = weights_hash(load_model("judges/digits.keras").weights)
    assert weights_hash(scoring["judge"].weights) == stored
    run("train-evaluation-classifier", "--dataset", "digits", "--seed", 1, "--overwrite")
    assert "another split" in run(*asked).output
    told = run(*asked, "--judge", "judges/digits.keras").output
    assert "another split" in told and "may have seen" in told
