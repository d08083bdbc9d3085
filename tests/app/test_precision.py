"""The precision of a run: recorded, kept when resumed, and chosen by a trial."""

import json

import numpy as np
import pytest

from keras_regen import load_model
from keras_regen.datasets import load
from keras_regen_app import precision
from keras_regen_app.precision import choose_precision
from keras_regen_app.run_settings import new_settings
from keras_regen_app.runs import resume_run, train_run
from keras_regen_app.training_run import build_model
from tests.app.helpers import run
from tests.app.test_runs import LINEAR, Interrupt, skip_evaluation  # noqa: F401


@pytest.fixture
def speeds(monkeypatch):
    """Returns a function that sets the images per second of each precision, and records trials."""
    trials = []

    def replace(half, instructions=True):
        def training_speed(model, x, y, *, batch_size):
            trials.append((model.dtype_policy.name, len(x), batch_size))
            return {"float32": 100.0, "mixed_bfloat16": half}[model.dtype_policy.name]

        monkeypatch.setattr(precision, "training_speed", training_speed)
        monkeypatch.setattr(precision, "has_instructions", lambda name: instructions)
        return trials

    return replace


def chosen(name):
    digits = load("digits")
    settings = new_settings("csae_digits", options=LINEAR)

    def build(built):
        return build_model(settings | {"precision": built}, digits, {})

    return choose_precision(name, build, digits, 64)


@pytest.mark.parametrize(
    ("half", "expected"), [(120.0, "mixed_bfloat16"), (101.0, "float32"), (40.0, "float32")]
)
def test_auto_takes_the_faster_precision(speeds, half, expected):
    trials = speeds(half)
    assert chosen("auto") == expected
    assert trials == [("float32", 1438, 64), ("mixed_bfloat16", 1438, 64)]


@pytest.mark.parametrize("instructions", [False, None])
def test_auto_is_float32_without_instructions(speeds, instructions):
    trials = speeds(900.0, instructions)
    assert chosen("auto") == "float32" and not trials


@pytest.mark.any_backend
def test_auto_and_a_time_limit(tmp_path, skip_evaluation):  # noqa: F811
    skip_evaluation()
    options = {"network": "linear", "hidden": 8}
    arguments = {"epochs": 1, "minutes": 60.0, "precision": "auto", "options": options}
    train_run("csae_digits", tmp_path / "run", **arguments)
    settings = json.loads((tmp_path / "run/run.json").read_text())
    assert settings["precision"] in ("float32", "mixed_bfloat16") and settings["epochs"] == 1


def test_requested_precision_needs_no_trial(speeds):
    trials = speeds(900.0)
    assert chosen("float32") == "float32" and chosen("mixed_bfloat16") == "mixed_bfloat16"
    assert not trials
    with pytest.raises(ValueError, match="`precision` must be one of"):
        chosen("half")


def test_real_trial_of_both_precisions(monkeypatch):
    monkeypatch.setattr(precision, "has_instructions", lambda name: True)
    assert chosen("auto") in ("float32", "mixed_bfloat16")


def test_resumed_run_keeps_its_precision_and_ends_with_the_same_weights(
    tmp_path,
    few_digits,
    skip_evaluation,  # noqa: F811
):
    skip_evaluation()
    arguments = {"dataset": str(few_digits), "epochs": 4, "batch_size": 40, "options": LINEAR}
    arguments["precision"] = "mixed_bfloat16"
    train_run("csae_digits", tmp_path / "whole", **arguments)
    with pytest.raises(KeyboardInterrupt):
        train_run("csae_digits", tmp_path / "broken", callbacks=[Interrupt(2)], **arguments)
    settings = json.loads((tmp_path / "broken/run.json").read_text())
    assert settings["precision"] == "mixed_bfloat16"
    resume_run(tmp_path / "broken")
    whole, resumed = (load_model(tmp_path / name) for name in ("whole", "broken"))
    assert resumed.encoder.get_layer("latent").compute_dtype == "bfloat16"
    for first, second in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.any_backend
def test_pretraining_has_the_precision_of_the_run(tmp_path, few_digits, skip_evaluation, speeds):  # noqa: F811
    skip_evaluation()
    trials = speeds(900.0)
    arguments = {"dataset": str(few_digits), "epochs": 2, "batch_size": 40}
    arguments["options"] = {"width": 0.03, "bank_size": 20}
    train_run("regene_digits", tmp_path, precision="auto", **arguments)
    for folder in (tmp_path, tmp_path / "classifier"):
        assert json.loads((folder / "run.json").read_text())["precision"] == "mixed_bfloat16"
    assert len(trials) == 2  # one trial of both precisions, for the run and its pretraining


@pytest.mark.any_backend
def test_checkpoint_of_another_precision(tmp_path, few_digits, skip_evaluation):  # noqa: F811
    skip_evaluation()
    arguments = {"dataset": str(few_digits), "epochs": 2, "batch_size": 40, "options": LINEAR}
    train_run("csae_digits", tmp_path, **arguments)
    settings = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(settings | {"precision": "mixed_bfloat16"}))
    with pytest.raises(ValueError, match="precision 'float32' instead of 'mixed_bfloat16'"):
        resume_run(tmp_path)


@pytest.mark.any_backend
def test_command_refuses_unknown_precisions(tmp_path):
    output = run("train", "csae_digits", "--precision", "half", "--output", tmp_path, code=2).output
    assert "'half' is not one of 'auto', 'float32'" in output
    output = run(*("train", "--resume", "--output", tmp_path, "--precision", "auto"), code=2).output
    assert "Omit --precision" in output


@pytest.mark.any_backend
def test_command_names_the_option_of_an_unsupported_precision(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_regen.precision.has_instructions", lambda name: False)
    arguments = ("train", "csae_digits", "--precision", "mixed_float16", "--output", tmp_path)
    output = run(*arguments, code=2).output
    assert "`--precision` must be 'float32' or 'mixed_bfloat16'" in output
    assert not list(tmp_path.iterdir())
