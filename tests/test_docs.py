"""The documentation: the build fails on every warning, and the API pages list every public name."""

import importlib
import importlib.util
import inspect
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import keras_regen

ROOT = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.any_backend,
    pytest.mark.skipif(not (ROOT / "mkdocs.yml").exists(), reason="the site is in a clone only"),
    pytest.mark.skipif(not importlib.util.find_spec("mkdocs"), reason="mkdocs is not installed"),
]

PAGE = "# Home\n\n[This page](index.md)\n\n::: small.double\n"
MODULE = '''
def double(number: int) -> int:
    """Returns the double of a number.

    Args:
        number: Any integer.

    Returns:
        An even integer.
    """
    return 2 * number
'''


def build(folder, page=PAGE, module=MODULE):
    """Builds a site of one page with the settings and the command of the real site."""
    import yaml

    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    settings |= {"hooks": [], "nav": [{"Home": "index.md"}]}
    (plugin,) = (entry for entry in settings["plugins"] if "mkdocstrings" in entry)
    plugin["mkdocstrings"]["handlers"]["python"]["paths"] = ["."]
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(settings))
    (folder / "docs").mkdir()
    (folder / "docs/index.md").write_text(page)
    (folder / "small.py").write_text(module)
    options = re.search(r"mkdocs build(.*)", (ROOT / "Makefile").read_text())[1]
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", *shlex.split(options)],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )


def test_a_page_without_faults_is_built(tmp_path):
    process = build(tmp_path)
    assert process.returncode == 0, process.stderr
    page = (tmp_path / "site/index.html").read_text()
    assert "Returns the double of a number." in page


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(index.md)", "(nowhere.md)", "nowhere.md"),
        ("(index.md)", "(index.md#nowhere)", "#nowhere"),
        ("(number: int)", "(number)", "No type or annotation for parameter 'number'"),
        (" -> int", "", "No type or annotation for returned value"),
    ],
)
def test_a_planted_fault_fails_the_build(tmp_path, old, new, message):
    assert old in PAGE + MODULE
    process = build(tmp_path, PAGE.replace(old, new), MODULE.replace(old, new))
    assert process.returncode != 0
    assert message in process.stderr


@pytest.fixture(scope="module")
def api_pages():
    spec = importlib.util.spec_from_file_location("api_pages", ROOT / "docs/api_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_api_pages_list_every_public_name_once(api_pages):
    listed = []
    for page, names in api_pages.modules().items():
        module = importlib.import_module(f"keras_regen.{page}")
        listed += [getattr(module, name) for name in names]
    assert not any(inspect.ismodule(value) for value in listed)
    assert len({id(value) for value in listed}) == len(listed)
    public = [value for name, value in vars(keras_regen).items() if not name.startswith("_")]
    for value in public:
        if inspect.isclass(value) or inspect.isfunction(value):
            assert any(value is other for other in listed), value
