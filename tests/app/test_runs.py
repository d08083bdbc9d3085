"""Training runs: their files, resuming, pretraining and protection from overwriting."""

import errno
import functools
import json
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_regen import load_model
from keras_regen.callbacks import read_history
from keras_regen_app import run_planning, runs, training_run
from keras_regen_app.pretraining import pretraining_arguments
from keras_regen_app.run_folder import has_replaced, locked, replacing, restore_replaced
from keras_regen_app.runs import resume_run, train_run
from tests.conftest import TINY

SMALL_REGENE = {"width": 0.03, "bank_size": 20}


class Interrupt(keras.callbacks.Callback):
    """Raises KeyboardInterrupt in the middle of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.at = epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == self.at and batch == 2:
            raise KeyboardInterrupt


# Dense networks, which compile faster.
LINEAR = {"network": "linear", "hidden": 16, "latent_dim": 12}


@pytest.fixture
def skip_evaluation(monkeypatch):
    """Returns a function that turns off the evaluation and the plots of runs, which are slow."""

    def turn_off():
        monkeypatch.setattr(training_run, "evaluate_generation", lambda *arguments, **options: {})
        monkeypatch.setattr(training_run, "plot_run", lambda *arguments: None)
        monkeypatch.setattr(runs, "train_evaluation_classifier", lambda *arguments, **options: None)

    return turn_off


@pytest.mark.any_backend
def test_files_of_a_run(digits_run):
    names = {path.name for path in digits_run.iterdir()}
    assert names == {
        ".lock",
        "run.json",
        "model.keras",
        "checkpoints",
        "history.csv",
        "metrics.json",
        "losses.png",
        "confusion.png",
        "closest.png",
        "report.html",
        "samples.png",
        "reconstructions.png",
        "distances.png",
    }
    assert {path.name for path in (digits_run / "checkpoints").iterdir()} == {
        "last.keras",
        "best.keras",
    }
    metrics = json.loads((digits_run / "metrics.json").read_text())
    assert metrics["accuracy"] > 0.6
    rows = read_history(digits_run / "history.csv")
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[-1]["val_accuracy"] == pytest.approx(metrics["accuracy"], abs=1e-6)
    assert load_model(digits_run / "checkpoints/best.keras").num_classes == 10


def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_run(
    tmp_path, few_digits, skip_evaluation
):
    skip_evaluation()
    whole, folder = tmp_path / "whole", tmp_path / "run"
    arguments = {"dataset": str(few_digits), "epochs": 6, "batch_size": 40, "options": LINEAR}
    train_run("csae_digits", whole, **arguments)
    with pytest.raises(KeyboardInterrupt):
        train_run("csae_digits", folder, callbacks=[Interrupt(3)], **arguments)
    assert len(read_history(folder / "history.csv")) == 3
    assert not (folder / "model.keras").exists()
    load_model(folder / "checkpoints/last.keras")
    resume_run(folder)
    for actual, expected in zip(
        load_model(folder).get_weights(), load_model(whole).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    assert (folder / "history.csv").read_text() == (whole / "history.csv").read_text()


@pytest.mark.any_backend
def test_a_regene_run_contains_its_classifier_and_reports_tries(
    tmp_path, few_digits, skip_evaluation
):
    arguments = {"dataset": str(few_digits), "epochs": 3, "batch_size": 40}
    arguments["options"] = SMALL_REGENE
    # A model with little training needs many tries for an accepted image.
    arguments["samples_per_class"] = 3
    whole = tmp_path / "whole"
    metrics = train_run("regene_digits", whole, **arguments)
    assert {path.name for path in whole.iterdir()} >= {"classifier", "barcodes.png", "samples.png"}
    assert metrics["tries"].keys() == {str(digit) for digit in range(10)}
    # The pretraining scales like the decoder: 3 of 50 epochs become 2 of 30, and a batch 40 of 64.
    assert len(read_history(whole / "classifier/history.csv")) == 2
    assert json.loads((whole / "classifier/run.json").read_text())["batch_size"] == 40

    skip_evaluation()
    train_run("regene_digits", tmp_path / "given", pretrained=whole, **arguments)
    for actual, expected in zip(
        load_model(tmp_path / "given").get_weights(), load_model(whole).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    with pytest.raises(ValueError, match="'regene_mnist'"):
        train_run("csae_digits", tmp_path / "other", pretrained=whole)


@pytest.mark.any_backend
def test_a_regene_run_resumes_in_its_classifier_and_in_its_decoder(
    tmp_path, few_digits, skip_evaluation
):
    skip_evaluation()
    arguments = {"dataset": str(few_digits), "epochs": 3, "batch_size": 40}
    arguments["options"] = SMALL_REGENE
    whole, folder = tmp_path / "whole", tmp_path / "broken"
    train_run("regene_digits", whole, **arguments)
    with pytest.raises(KeyboardInterrupt):
        train_run("regene_digits", folder, callbacks=[Interrupt(1)], **arguments)
    assert not (folder / "classifier/model.keras").exists()
    with pytest.raises(KeyboardInterrupt):
        resume_run(folder, callbacks=[Interrupt(2)])
    assert (folder / "classifier/model.keras").exists()
    assert len(read_history(folder / "history.csv")) == 2
    resume_run(folder)
    for actual, expected in zip(
        load_model(folder).get_weights(), load_model(whole).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    assert (folder / "history.csv").read_text() == (whole / "history.csv").read_text()


def test_pretraining_options(tmp_path):
    arguments = {"epochs": 1, "options": {"width": 0.03}, "pretraining_options": {"loss": "mse"}}
    with pytest.raises(KeyboardInterrupt):
        train_run("regene_digits", tmp_path, callbacks=[Interrupt(0)], **arguments)
    settings = json.loads((tmp_path / "classifier/run.json").read_text())
    assert settings["options"] == {"width": 0.03, "loss": "mse"}
    for preset, more in (("csae_digits", {}), ("regene_digits", {"pretrained": tmp_path})):
        with pytest.raises(ValueError, match="needs a preset with pretraining"):
            train_run(preset, tmp_path / "other", pretraining_options={"loss": "mse"}, **more)


@pytest.mark.any_backend
def test_a_degan_run_resumes_in_its_vae_and_in_its_adversarial_training(
    tmp_path, few_digits, skip_evaluation
):
    skip_evaluation()
    # The pretraining of the VAE takes fewer epochs than the interruption in the main training.
    arguments = {"dataset": str(few_digits), "epochs": 7, "batch_size": 40}
    arguments["options"] = {"width": 0.03, "latent_dim": 4}
    arguments["pretraining_options"] = {"width": 0.03}
    whole, folder = tmp_path / "whole", tmp_path / "broken"
    train_run("degan_digits", whole, **arguments)
    assert (whole / "vae/model.keras").exists()
    assert not (whole / "checkpoints/best.keras").exists()

    with pytest.raises(KeyboardInterrupt):
        train_run("degan_digits", folder, callbacks=[Interrupt(1)], **arguments)
    assert not (folder / "vae/model.keras").exists()
    with pytest.raises(KeyboardInterrupt):
        resume_run(folder, callbacks=[Interrupt(4)])
    assert (folder / "vae/model.keras").exists()
    resume_run(folder)
    # A complete run keeps the generator's averaged weights.
    resume_run(folder)
    for actual, expected in zip(
        load_model(folder).get_weights(), load_model(whole).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
    assert (folder / "history.csv").read_text() == (whole / "history.csv").read_text()

    with pytest.raises(ValueError, match="'degan_mnist'"):
        train_run("vae_mnist", tmp_path / "other", dataset="digits", pretrained=whole)


@pytest.mark.any_backend
def test_a_run_is_overwritten_only_with_the_option(digits_run):
    before = (digits_run / "model.keras").read_bytes()
    with pytest.raises(FileExistsError, match="--overwrite"):
        train_run("csae_digits", digits_run, epochs=1, options=TINY)
    # A new run that cannot start deletes nothing.
    with pytest.raises(ValueError, match="beta"):
        train_run("csae_digits", digits_run, options={"beta": -1.0}, overwrite=True)
    with pytest.raises(FileNotFoundError):
        train_run("csae_digits", digits_run, dataset="no/such/folder", overwrite=True)
    assert (digits_run / "model.keras").read_bytes() == before


@pytest.mark.any_backend
def test_resume_without_a_run_or_on_another_backend(tmp_path, digits_run):
    with pytest.raises(FileNotFoundError, match=r"run\.json"):
        resume_run(tmp_path)
    settings = json.loads((digits_run / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(settings | {"backend": "other"}))
    with pytest.raises(ValueError, match="--backend other"):
        resume_run(tmp_path)


@pytest.fixture
def unfinished(tmp_path, digits_run):
    """A copy of a run without its results, as after a kill in the last epoch."""
    folder = tmp_path / "run"
    shutil.copytree(digits_run, folder)
    for name in ("metrics.json", "model.keras"):
        (folder / name).unlink()
    return folder


@pytest.mark.any_backend
@pytest.mark.parametrize(
    "content, message",
    [
        ("", r"run\.json' must contain a JSON object.*damaged"),
        ("[" * 100_000, r"run\.json' must contain a JSON object.*damaged"),
        ("[1]", "Received: a list"),
        ({"seed": "zero"}, r"'seed' in .*run\.json' must be an integer.*'zero'"),
        ({"epochs": 0}, "'epochs'.* of at least 1. Received: 0"),
        ({"epochs": True}, "'epochs'.*Received: True"),
        ({"options": []}, "'options'.*must be an object"),
        ({"preset": None}, "'preset'.*must be a string"),
        ({"batch_size": ...}, r"run\.json' lacks the setting 'batch_size'"),
        ({"preset": "csae_digit"}, "csae_digits"),
    ],
)
def test_a_damaged_settings_file(unfinished, content, message):
    if isinstance(content, dict):
        settings = json.loads((unfinished / "run.json").read_text()) | content
        settings = {name: value for name, value in settings.items() if value is not ...}
        content = json.dumps(settings)
    (unfinished / "run.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        resume_run(unfinished)


@pytest.mark.any_backend
def test_a_run_of_an_earlier_version_gets_defaults(unfinished, skip_evaluation):
    settings = json.loads((unfinished / "run.json").read_text())
    for name in ("fit", "training_images", "images_hash", "pretraining_options", "keras"):
        del settings[name]
    (unfinished / "run.json").write_text(json.dumps(settings))
    skip_evaluation()
    resume_run(unfinished)
    assert (unfinished / "metrics.json").exists()


@pytest.mark.any_backend
def test_other_images_than_at_the_start(tmp_path, few_digits, skip_evaluation):
    data = dict(np.load(few_digits))
    path, folder = tmp_path / "data.npz", tmp_path / "run"
    np.savez(path, **data)
    skip_evaluation()
    with pytest.raises(KeyboardInterrupt):
        options = {"epochs": 2, "batch_size": 32, "options": TINY, "callbacks": [Interrupt(1)]}
        train_run("csae_digits", folder, dataset=str(path), **options)
    changes = {
        "fewer": {"x_train": data["x_train"][:80], "y_train": data["y_train"][:80]},
        "other pixels": {"x_train": 255 - data["x_train"]},
        "other labels": {"y_train": np.roll(data["y_train"], 1)},
    }
    for change in changes.values():
        np.savez(path, **(data | change))
        with pytest.raises(ValueError, match=r"started with 160 training images.*Received: "):
            resume_run(folder)
    np.savez(path, **data)
    resume_run(folder)
    assert len(read_history(folder / "history.csv")) == 2


@pytest.mark.any_backend
def test_a_checkpoint_of_another_run(unfinished, tmp_path, few_digits, skip_evaluation):
    skip_evaluation()
    checkpoint = unfinished / "checkpoints/last.keras"
    settings = json.loads((unfinished / "run.json").read_text())
    for change, message in (
        ({"seed": 5, "images_hash": None}, "seed 0 instead of 5"),
        ({"options": TINY | {"beta": 0.5}}, "beta 0.02 instead of 0.5"),
        ({"options": TINY | {"beta": [0.5, [1]]}}, r"beta 0.02 instead of \[0.5, \[1\]\]"),
        ({"batch_size": 7}, "batch_size 64 instead of 7"),
    ):
        (unfinished / "run.json").write_text(json.dumps(settings | change))
        with pytest.raises(ValueError, match=rf"last\.keras.*another run, with .*{message}"):
            resume_run(unfinished)
    plain = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    plain.save(checkpoint)
    with pytest.raises(ValueError, match=r"last\.keras.*a Sequential without a preset"):
        resume_run(unfinished)


@pytest.mark.any_backend
def test_a_run_with_a_sequence_among_its_options_resumes(tmp_path, few_digits, skip_evaluation):
    skip_evaluation()
    folder = tmp_path / "run"
    options = {"stem_filters": 2, "latent_dim": 4, "hidden": (8, 4)}
    arguments = {"dataset": few_digits, "epochs": 2, "options": options}
    with pytest.raises(KeyboardInterrupt):
        train_run("aae", folder, callbacks=[Interrupt(1)], **arguments)
    resume_run(folder)
    assert len(read_history(folder / "history.csv")) == 2


@pytest.mark.any_backend
@pytest.mark.parametrize("content", ["epoch,loss\n1,abc\n", "loss\n1\n", "epoch,loss\nx,1\n", "\0"])
def test_a_malformed_history(unfinished, content):
    (unfinished / "history.csv").write_text(content)
    with pytest.raises(ValueError, match=r"history\.csv"):
        resume_run(unfinished)


@pytest.mark.any_backend
def test_two_processes_in_a_folder(unfinished):
    with locked(unfinished):
        for call in (resume_run, functools.partial(train_run, "csae_digits", overwrite=True)):
            with pytest.raises(BlockingIOError, match="Another process trains in the folder"):
                call(folder=unfinished)


@pytest.mark.any_backend
def test_a_full_disk_keeps_the_run_that_would_be_replaced(unfinished, monkeypatch, few_digits):
    before = {path: path.read_bytes() for path in unfinished.rglob("*") if path.is_file()}

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("keras_regen.callbacks.checkpoint.save_model", full)
    with pytest.raises(OSError, match="No space left"):
        train_run(
            "csae_digits",
            unfinished,
            dataset=str(few_digits),
            epochs=1,
            options=TINY,
            overwrite=True,
        )
    after = {path: path.read_bytes() for path in unfinished.rglob("*") if path.is_file()}
    assert before == after


@pytest.mark.any_backend
def test_a_kill_between_two_runs_loses_none(unfinished):
    """The process is killed after it moved the files of the earlier run."""
    content = (unfinished / "run.json").read_text()
    code = (
        "import os, sys; from pathlib import Path\n"
        "from keras_regen_app.run_folder import replacing\n"
        "with replacing(Path(sys.argv[1]), ['history.csv'], 'run.json'):\n"
        "    os._exit(9)"
    )
    process = subprocess.run([sys.executable, "-c", code, str(unfinished)])
    assert process.returncode == 9 and not (unfinished / "run.json").exists()
    with pytest.raises(RuntimeError), replacing(unfinished, ["history.csv"], "run.json"):
        raise RuntimeError
    assert (unfinished / "run.json").read_text() == content
    assert (unfinished / "history.csv").exists() and not has_replaced(unfinished)


@pytest.mark.any_backend
def test_an_interrupted_replacement_keeps_the_complete_run(tmp_path):
    """Ctrl-C twice: the complete run stays until another run is complete."""
    (tmp_path / "run.json").write_text("complete")
    (tmp_path / "metrics.json").write_text("complete")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), replacing(tmp_path, ["metrics.json"], "run.json"):
            (tmp_path / "run.json").write_text("interrupted")
            raise KeyboardInterrupt
        assert (tmp_path / "run.json").read_text() == "interrupted"
    restore_replaced(tmp_path, ["metrics.json"], "run.json")
    assert (tmp_path / "metrics.json").read_text() == "complete"
    with replacing(tmp_path, ["metrics.json"], "run.json"):
        (tmp_path / "run.json").write_text("new")
    assert (tmp_path / "run.json").read_text() == "new" and not has_replaced(tmp_path)


@pytest.mark.any_backend
def test_a_resumed_run_replaces_the_pretraining_of_another_run(
    tmp_path, few_digits, skip_evaluation, monkeypatch
):
    """A trial is replaced by a longer run, which is interrupted before its own pretraining."""
    skip_evaluation()
    arguments = {"dataset": str(few_digits), "options": SMALL_REGENE, "fit": "pad"}
    train_run("regene_digits", tmp_path, epochs=1, **arguments)

    def interrupt(**options):
        raise KeyboardInterrupt

    train = runs.train_run
    monkeypatch.setattr(runs, "train_run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train("regene_digits", tmp_path, epochs=3, overwrite=True, **arguments)
    monkeypatch.setattr(runs, "train_run", train)
    resume_run(tmp_path)
    settings, pretraining = (
        json.loads((tmp_path / part / "run.json").read_text()) for part in (".", "classifier")
    )
    assert settings["epochs"] == 3 and settings["fit"] == pretraining["fit"] == "pad"
    assert pretraining["epochs"] == pretraining_arguments(settings)["epochs"] > 1


@pytest.mark.any_backend
def test_a_class_without_test_images_is_trained(tmp_path, few_digits, skip_evaluation):
    data = dict(np.load(few_digits))
    kept = data["y_test"] != 3
    np.savez(
        tmp_path / "data.npz",
        **data | {"x_test": data["x_test"][kept], "y_test": data["y_test"][kept]},
    )
    skip_evaluation()
    path = str(tmp_path / "data.npz")
    train_run("csae_digits", tmp_path / "run", dataset=path, epochs=1, options=TINY)
    assert not keras.ops.convert_to_numpy(load_model(tmp_path / "run").confidence).any()


@pytest.mark.any_backend
def test_a_run_that_is_slower_than_its_trial_stops_at_the_limit_and_resumes(
    tmp_path, few_digits, skip_evaluation, monkeypatch, capsys
):
    skip_evaluation()
    monkeypatch.setattr(run_planning, "_epoch_seconds", lambda *arguments: 1e-12)  # of the trial
    arguments = {"dataset": str(few_digits), "epochs": 3, "batch_size": 40, "options": TINY}
    folder = tmp_path / "run"
    metrics = train_run("csae_digits", folder, minutes=1e-9, show_progress=True, **arguments)
    assert metrics["epochs"] == 1
    assert "Stopped after 1 of 3 epochs" in capsys.readouterr().err
    assert resume_run(folder)["epochs"] == 3
    train_run("csae_digits", tmp_path / "whole", **arguments)
    for actual, expected in zip(
        load_model(folder).get_weights(), load_model(tmp_path / "whole").get_weights(), strict=True
    ):
        np.testing.assert_array_equal(actual, expected)
