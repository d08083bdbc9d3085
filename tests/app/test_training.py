"""`demo` and `train`: runs from end to end, what is replaced, and what Ctrl-C advises."""

import shutil

import numpy as np
import pytest

from keras_regen_app import runs
from tests.app.helpers import figures, run

SMALL = ["-o", "network=linear", "-o", "hidden=32", "-o", "latent_dim=12", "--epochs", 1]


def interrupt(*arguments, **options):
    raise KeyboardInterrupt


@pytest.fixture
def demo_options(monkeypatch):
    """What `demo` asks of `train_run`, which it does not reach."""
    asked = {}

    def train_run(*arguments, **options):
        asked.update(options)
        raise ValueError("enough")

    monkeypatch.setattr(runs, "train_run", train_run)
    return asked


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run's folder, the options that made it, and what `train` said."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    small = [*SMALL, "--output", folder, "--seed", 3]
    return folder, small, figures("train", "csae_digits", *small)


def test_a_run_from_end_to_end(tmp_path, trained):
    folder, _, trained = trained
    assert 0 <= trained["accuracy"] <= 1
    assert {picture.rsplit("/")[-1] for picture in trained["pictures"]} == {
        "samples.png",
        "reconstructions.png",
        "distances.png",
        "losses.png",
    }
    # Held out is what the run held out, also where its dataset is named.
    judge = tmp_path / "judge.keras"
    asked = [
        "train-evaluation-classifier",
        "--dataset",
        "digits",
        "--steps",
        1,
        "--seed",
        3,
        "--output",
        judge,
    ]
    assert 0 <= figures(*asked)["accuracy"] <= 1
    assert "Replace it with --overwrite" in run(*asked, code=2).output
    quick = ["--judge", judge, "--samples-per-class", 5, "--repeats", 1, "--student-steps", 1]
    quick += ["--output", tmp_path / "seen"]
    measured = figures("evaluate", folder, "--seed", 3, "--dataset", "digits", *quick)
    assert measured["accuracy"] == trained["accuracy"]
    assert measured["scores"]["reconstruction_mse"]["mean"] == trained["reconstruction_mse"]
    assert (tmp_path / "seen/samples.png").exists()
    drawn = tmp_path / "drawn.npz"
    figures("generate", folder, "--class", "3", "--num-samples", 2, "--output", drawn)
    assert np.load(drawn)["images"].shape == (2, 8, 8, 1)


@pytest.mark.any_backend
def test_a_run_is_there_to_reconstruct_and_to_go_on_with(tmp_path, trained):
    folder, small, trained = trained
    assert "holds a run" in run("train", "csae_digits", *small, code=1).output
    again = tmp_path / "again.png"
    checkpoint = figures("reconstruct", folder / "checkpoints/last.keras", "--output", again)
    assert checkpoint["mse"] == figures("reconstruct", folder, "--output", again)["mse"]
    resumed = figures("train", "--resume", "--output", folder)
    assert resumed["accuracy"] == trained["accuracy"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "csae_minst"], "Did you mean 'csae_mnist'"),
        (["train"], "Which preset?"),
        (["train", "csae_digits", "--resume", "--epochs", "3"], "no changes. Leave out --epochs."),
        (["train", "csae_digits", "--resume", "--seed", "0"], "Leave out --seed."),
        (
            ["train", "csae_digits", "--resume", "--overwrite", "-o", "beta=1"],
            "Leave out --option, --overwrite.",
        ),
        (["train", "csae_digits", "-o", "beta"], "expected NAME=VALUE"),
        (["train", "csae_digits", "--classifier", "here"], "takes no --classifier"),
        (["train", "regene_digits", "--vae", "here"], "takes no --vae, but a --classifier"),
    ],
)
@pytest.mark.any_backend
def test_wrong_options(arguments, message):
    code = 1 if "csae_minst" in arguments else 2
    assert message in run(*arguments, code=code).output


@pytest.mark.any_backend
def test_demo_replaces_no_other_run_without_being_told(tmp_path, digits_run):
    folder = shutil.copytree(digits_run, tmp_path / "mine")
    before = (folder / "model.keras").read_bytes()
    message = run("demo", "--output", folder, "--epochs", 1, code=1).output
    assert "holds a run" in message and "--overwrite" in message
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
def test_what_demo_may_replace(demo_options, arguments, replaces):
    run("demo", *arguments, code=1)
    assert demo_options["overwrite"] is replaces


@pytest.mark.parametrize("command", [["demo"], ["train", "csae_digits"]])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.any_backend
def test_ctrl_c_advises_to_go_on_with_this_run_only(
    tmp_path, monkeypatch, digits_run, command, overwrite
):
    folder = tmp_path / "a run"
    options = ["--output", folder]
    if overwrite:
        shutil.copytree(digits_run, folder)
        options.append("--overwrite")
    monkeypatch.setattr(runs, "load", interrupt)
    result = run(*command, *options, code=1)
    assert "Interrupted before the training began" in result.stderr
    assert "--resume" not in result.stderr
    monkeypatch.undo()
    monkeypatch.setattr(runs, "ShuffledArrays", interrupt)
    for again in ([*command, *options], ["train", "--resume", "--output", folder]):
        result = run(*again, code=1)
        assert "keras-regen train --resume" in result.stderr
        assert f"--output '{folder}'" in result.stderr


@pytest.mark.any_backend
def test_ctrl_c_before_there_is_a_run_to_go_on_with(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "read_settings", interrupt)
    result = run("train", "--resume", "--output", tmp_path, code=1)
    assert "train --resume" not in result.stderr
