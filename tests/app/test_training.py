"""`demo` and `train`: complete runs, replaced runs, and the advice after Ctrl-C."""

import errno
import os
import re
import shutil
import signal
import time

import numpy as np
import pytest

from keras_regen import metrics
from keras_regen_app import runs, training_run
from tests.app.helpers import figures, run

SMALL = ["-o", "network=linear", "-o", "hidden=32", "-o", "latent_dim=12", "--epochs", 1]


def interrupt(*arguments, **options):
    raise KeyboardInterrupt


@pytest.fixture
def run_options(monkeypatch):
    """Records the options that a command passes to `train_run`, without training."""
    recorded = {}

    def train_run(*arguments, **options):
        recorded.update(options)
        raise ValueError("stop")

    monkeypatch.setattr(runs, "train_run", train_run)
    return recorded


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The folder of a run, its options, and the results of `train`."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    small = [*SMALL, "--output", folder, "--seed", 3]
    return folder, small, figures("train", "csae_digits", *small)


@pytest.mark.any_backend
def test_a_run_from_end_to_end(tmp_path, trained):
    folder, _, trained = trained
    assert 0 <= trained["accuracy"] <= 1
    assert {picture.rsplit("/")[-1] for picture in trained["pictures"]} == {
        "samples.png",
        "reconstructions.png",
        "closest.png",
        "confusion.png",
        "distances.png",
        "losses.png",
    }
    assert trained["report"] == str(folder / "report.html")
    # `--dataset` with the dataset of the run gives the same held-out images.
    classifier = tmp_path / "classifier.keras"
    command = [
        "train-evaluation-classifier",
        "--dataset",
        "digits",
        "--steps",
        1,
        "--seed",
        3,
        "--output",
        classifier,
    ]
    assert 0 <= figures(*command)["accuracy"] <= 1
    assert "Replace it with --overwrite" in run(*command, code=2).output
    quick = [
        "--evaluation-classifier",
        classifier,
        "--samples-per-class",
        5,
        "--repeats",
        1,
        "--student-steps",
        1,
    ]
    quick += ["--output", tmp_path / "plots"]
    measured = figures("evaluate", folder, "--seed", 3, "--dataset", "digits", *quick)
    assert measured["accuracy"] == trained["accuracy"]
    assert measured["reconstruction_mse"] == trained["reconstruction_mse"]
    assert (tmp_path / "plots/samples.png").exists()
    generated = tmp_path / "generated.npz"
    figures("generate", folder, "--class", "3", "--num-samples", 2, "--output", generated)
    assert np.load(generated)["images"].shape == (2, 8, 8, 1)


@pytest.mark.any_backend
def test_reconstruction_with_a_run_and_resuming(tmp_path, trained):
    folder, small, trained = trained
    assert "contains a run" in run("train", "csae_digits", *small, code=1).output
    repeated = tmp_path / "repeated.png"
    checkpoint = figures("reconstruct", folder / "checkpoints/last.keras", "--output", repeated)
    assert checkpoint["mse"] == figures("reconstruct", folder, "--output", repeated)["mse"]
    resumed = figures("train", "--resume", "--output", folder)
    assert resumed["accuracy"] == trained["accuracy"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "csae_minst"], "Did you mean 'csae_mnist'"),
        (["train"], "Name your images (`--dataset FOLDER`) or a preset"),
        (["train", "csae_digits", "--resume", "--epochs", "3"], "cannot change. Omit --epochs."),
        (["train", "csae_digits", "--resume", "--seed", "0"], "Omit --seed."),
        (
            ["train", "csae_digits", "--resume", "--overwrite", "-o", "beta=1"],
            "Omit --option, --overwrite.",
        ),
        (["train", "csae_digits", "-o", "beta"], "expected NAME=VALUE"),
        (["train", "csae_digits", "--classifier", "here"], "has no option --classifier"),
        (["train", "regene_digits", "--vae", "here"], "has no option --vae, but --classifier"),
        (["train", "csae_digits", "--fit", "pad"], "`--fit` needs `--image-size`"),
        (["train", "csae_digits", "--resume", "--fit", "pad"], "cannot change. Omit --fit."),
        (
            ["train-evaluation-classifier", "--dataset", "digits", "--fit", "crop"],
            "images keep their size. Omit --fit.",
        ),
    ],
)
@pytest.mark.any_backend
def test_wrong_options(arguments, message):
    assert message in run(*arguments, code=2).output


@pytest.mark.any_backend
def test_demo_replaces_another_run_only_with_the_option(tmp_path, digits_run):
    folder = shutil.copytree(digits_run, tmp_path / "mine")
    before = (folder / "model.keras").read_bytes()
    message = run("demo", "--output", folder, "--epochs", 1, code=1).output
    assert "contains a run" in message and "--overwrite" in message
    assert not (folder / "zoo-samples.png").exists()
    assert (folder / "model.keras").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "replaces"),
    [
        ([], True),
        (["--output", "runs/demo/"], True),
        (["--output", "runs/mine"], False),
        (["--output", "runs/mine", "--overwrite"], True),
    ],
)
@pytest.mark.any_backend
def test_runs_that_demo_replaces(run_options, arguments, replaces):
    run("demo", *arguments, code=1)
    assert run_options["overwrite"] is replaces


@pytest.mark.parametrize(
    "arguments", [["--dataset", "photos"], ["csae", "--dataset", "photos", "--image-size", "32"]]
)
@pytest.mark.any_backend
def test_images_that_may_be_resized_have_the_option_fit(run_options, tmp_path, arguments):
    run("train", *arguments, "--fit", "pad", "--output", tmp_path, code=1)
    assert run_options["fit"] == "pad"


@pytest.mark.parametrize("command", [["demo"], ["train", "csae_digits"]])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.any_backend
def test_ctrl_c_advises_to_resume_only_a_started_run(
    tmp_path, monkeypatch, digits_run, command, overwrite
):
    folder = tmp_path / "a run"
    options = ["--output", folder]
    if overwrite:
        shutil.copytree(digits_run, folder)
        options.append("--overwrite")
    monkeypatch.setattr(runs, "load_dataset", interrupt)
    result = run(*command, *options, code=1)
    assert "Interrupted before the start of the training" in result.stderr
    assert "--resume" not in result.stderr
    monkeypatch.undo()
    monkeypatch.setattr(training_run, "ShuffledArrays", interrupt)
    for repeated in ([*command, *options], ["train", "--resume", "--output", folder]):
        result = run(*repeated, code=1)
        assert "keras-regen train --resume" in result.stderr
        assert f"--output '{folder}'" in result.stderr


@pytest.mark.any_backend
def test_ctrl_c_without_a_run(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "read_settings", interrupt)
    result = run("train", "--resume", "--output", tmp_path, code=1)
    assert "train --resume" not in result.stderr


@pytest.mark.any_backend
def test_sigterm_has_the_care_of_ctrl_c(tmp_path, monkeypatch):
    """A scheduler and `docker stop` send it."""

    def terminate(*arguments, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)

    previous = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(training_run, "ShuffledArrays", terminate)
    folder = tmp_path / "run"
    result = run("train", "csae_digits", "--output", folder, code=128 + signal.SIGTERM)
    assert f"--output {folder}" in result.stderr and "train --resume" in result.stderr
    assert signal.getsignal(signal.SIGTERM) is previous


@pytest.mark.any_backend
def test_a_full_disk_advises_to_resume(tmp_path, monkeypatch):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(training_run, "save_model", full)
    result = run("train", "csae_digits", *SMALL, "--output", tmp_path / "run", code=1)
    assert "No space left on device" in result.stderr and "train --resume" in result.stderr


@pytest.mark.any_backend
def test_stages_are_printed_and_each_epoch_once(tmp_path, monkeypatch):
    def few_steps(*arguments, **options):
        return metrics.train_evaluation_classifier(
            *arguments, **options | {"steps": 1, "stem_filters": 2}
        )

    monkeypatch.setattr(runs, "train_evaluation_classifier", few_steps)
    result = run("train", "csae_digits", *SMALL, "--output", tmp_path / "run")
    lines = result.stderr.splitlines()
    for text in ("Training csae_digits on 1,438 images.", "Calibrating", "Generating", "Plotting."):
        assert sum(line.startswith(text) for line in lines) >= 1, (text, lines)
    assert sum(line.startswith("epoch 1/1") for line in lines) == 1


@pytest.mark.any_backend
def test_quiet_prints_the_results_only(tmp_path, monkeypatch):
    def few_steps(*arguments, **options):
        return metrics.train_evaluation_classifier(
            *arguments, **options | {"steps": 1, "stem_filters": 2}
        )

    monkeypatch.setattr(runs, "train_evaluation_classifier", few_steps)
    result = run("train", "csae_digits", *SMALL, "--quiet", "--output", tmp_path / "run")
    assert "Test accuracy" in result.stdout
    assert not re.search("epoch|Training|Plotting", result.stderr), result.stderr
