"""Every example runs to its end at a small size, and writes its pictures."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_regen import AcceptanceError

EXAMPLES = Path(__file__).parents[1] / "examples"
# The options of a small run, and the pictures that it writes.
SMALL = {
    "augment_small_dataset": (
        ["--per-class", "4", "--steps", "4", "--draws", "1", "--stem-filters", "2"],
        1,
    ),
    "backbone": (["--images", "60", "--epochs", "1"], 1),
    "centroids_on_a_sphere": ([], 1),
    "compare_priors": (["--samples", "3", "--steps", "2"], 4),
    "custom_model": (["--epochs", "1"], 0),
    "intrinsic_dimension": (["--dataset", "digits"], 1),
    "mix_and_match": (["--epochs", "1", "--stem-filters", "2", "--steps", "2"], 3),
    "tfds_dataset": (["--mock", "--images", "40", "--epochs", "1"], 1),
    "train_csae": (["--epochs", "1"], 1),
    "train_degan": (
        ["--epochs", "1", "--vae-epochs", "1", "--classifier-steps", "2", "--width", "0.1"],
        1,
    ),
    "train_regene": (["--epochs", "1", "--classifier-epochs", "1"], 1),
}

pytestmark = [
    pytest.mark.any_backend,
    pytest.mark.skipif(not EXAMPLES.exists(), reason="the examples are in a clone only"),
]


def test_every_example_is_tried_and_short():
    scripts = {path.stem: path.read_text() for path in EXAMPLES.glob("*.py")}
    assert set(scripts) == {*SMALL, "distributed"}
    for name, text in scripts.items():
        limit = 150 if name.startswith("train_") else 120
        assert text.count("\n") < limit, name


@pytest.mark.parametrize("name", SMALL)
def test_an_example_runs(name, tmp_path, monkeypatch):
    needed = {"backbone": "keras_hub", "tfds_dataset": "tensorflow_datasets"}.get(name)
    if needed is not None:
        pytest.importorskip(needed)
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location(f"examples_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    options, num_pictures = SMALL[name]
    try:
        result = CliRunner().invoke(module.main, options, catch_exceptions=False)
    except AcceptanceError:
        return  # a model that is hardly trained generates too few good images
    assert result.exit_code == 0, result.output
    pictures = list(tmp_path.rglob("*.png"))
    assert len(pictures) >= num_pictures, result.output
    for picture in pictures:
        with Image.open(picture) as image:
            assert min(image.size) > 50


def test_the_example_of_two_processes_runs(tmp_path):
    pytest.importorskip("jax")
    command = [sys.executable, EXAMPLES / "distributed.py", "--epochs", "1"]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(EXAMPLES.parent)}
    process = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert "Test accuracy" in process.stdout
    assert Image.open(tmp_path / "runs/distributed/samples.png").size[0] > 200


def test_the_example_of_two_processes_needs_jax(tmp_path):
    if keras.backend.backend() == "jax":
        pytest.skip("this backend is JAX")
    path = EXAMPLES / "distributed.py"
    spec = importlib.util.spec_from_file_location("examples_distributed", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    result = CliRunner().invoke(module.main)
    assert result.exit_code == 1 and "KERAS_BACKEND=jax" in result.output
