"""Type annotations of the public names, as mypy sees them in a user's script."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[1]

README = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
SCRIPTS = {
    **{f"readme{index}": script for index, script in enumerate(README)},
    "revealed": """
import keras_regen

reveal_type(keras_regen.CSAE.from_preset("csae_digits"))
reveal_type(keras_regen.ReGene.from_preset("regene_digits"))
model = keras_regen.CSAE.from_preset("csae_digits")
reveal_type(keras_regen.generate(model, class_id=3))
reveal_type(keras_regen.PEDCCHead(10))
""",
    "misspelt_argument": """
import keras_regen

model = keras_regen.CSAE.from_preset("csae_digits")
keras_regen.generate(model, class_idx=3)
model.generate(class_idx=3)
""",
    "unknown_name": """
import keras_regen

keras_regen.NoSuchName
""",
}


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    """Returns a dict from each script to the messages of mypy, with one run for all scripts."""
    pytest.importorskip("mypy")
    folder = tmp_path_factory.mktemp("scripts")
    for name, script in SCRIPTS.items():
        (folder / f"{name}.py").write_text(script)
    options = ["--follow-imports=silent", "--no-error-summary", f"--cache-dir={os.devnull}"]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", *options, *map(str, folder.iterdir())],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT)},
    )
    assert run.returncode in (0, 1) and not run.stderr, run.stderr + run.stdout
    lines = run.stdout.splitlines()
    return {name: [line for line in lines if f"{name}.py:" in line] for name in SCRIPTS}


def test_the_examples_of_the_readme_have_no_error(messages):
    assert any("keras_regen.generate(model, class_id=3)" in script for script in README)
    assert [messages[name] for name in messages if name.startswith("readme")] == [[]] * len(README)


def test_the_types_of_models_images_and_layers_are_known(messages):
    types = [re.search(r'Revealed type is "(.*)"', line)[1] for line in messages["revealed"]]
    assert [name.partition("[")[0].rpartition(".")[2] for name in types] == [
        "CSAE",
        "ReGene",
        "ndarray",
        "PEDCCHead",
    ]


def test_a_misspelt_argument_is_an_error(messages):
    error = 'error: Unexpected keyword argument "class_idx"'
    lines = [line.split(":")[1] for line in messages["misspelt_argument"] if error in line]
    assert lines == ["5", "6"]


def test_an_unknown_name_is_an_error(messages):
    (message,) = messages["unknown_name"]
    assert 'error: Module has no attribute "NoSuchName"' in message
