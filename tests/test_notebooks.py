"""The notebooks: short cells without outputs in git, which run without errors and warnings."""

import base64
import importlib.util
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))
MODULES = ("ipykernel", "mkdocs", "nbclient", "nbconvert")

pytestmark = [
    pytest.mark.any_backend,
    pytest.mark.skipif(not (ROOT / "mkdocs.yml").exists(), reason="the site is in a clone only"),
    pytest.mark.skipif(
        not all(map(importlib.util.find_spec, MODULES)), reason="nbconvert is not installed"
    ),
]
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture
def pages(monkeypatch):
    """The hook that makes the pages of the notebooks."""
    monkeypatch.syspath_prepend(ROOT / "docs")
    return importlib.import_module("notebook_pages")


def read(path):
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_three_notebooks():
    assert len(NOTEBOOKS) == 3


@every_notebook
def test_a_notebook_in_git_has_short_cells_and_no_outputs(path):
    notebook = read(path)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)  # the first version with ids
    assert all(re.fullmatch(r"[a-z-]+", cell.id) for cell in notebook.cells)
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
        lines = cell.source.splitlines()
        assert len(lines) <= 20, cell.source
        assert max(map(len, lines)) <= 76, cell.source
    first, second = notebook.cells[0], notebook.cells[1]
    assert first.source.startswith(f"# {notebook.metadata.title}\n")
    assert "import keras_regen" in second.source


@every_notebook
def test_a_notebook_runs_without_errors_and_warnings(path, pages):
    # The build of the site keeps the executed notebook.
    notebook = pages.executed(path)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in read(path).cells]
    pictures = []
    for cell in code_cells(notebook):
        assert cell.execution_count, cell.source
        for output in cell.outputs:
            assert output.output_type != "error"
            assert "Warning: " not in output.get("text", ""), output.text
            picture = output.get("data", {}).get("image/png")
            if picture:
                pictures.append(Image.open(io.BytesIO(base64.b64decode(picture))))
    assert len(pictures) >= 4
    for picture in pictures:
        assert min(picture.size) > 50
        assert len(np.unique(picture.convert("L"))) > 10  # not blank


@every_notebook
def test_a_page_has_the_pictures_and_links_of_its_notebook(path, pages):
    notebook = pages.executed(path)
    markdown, pictures = pages.page(path.name, notebook)
    assert markdown.startswith("---\ndescription: ")
    assert f"# {notebook.metadata.title}\n\n[Download this notebook]({path.name})" in markdown
    links = re.findall(r"!\[(.+)\]\((.+)\)", markdown)
    assert [name for _, name in links] == list(pictures)
    alts = [cell.metadata.alt for cell in notebook.cells if "alt" in cell.metadata]
    assert [alt for alt, _ in links] == alts
    assert markdown.count(".ipynb)") == 1  # links to notebooks lead to their pages


@pytest.fixture
def write(tmp_path):
    def write(*sources):
        from nbformat import v4, write

        cells = [v4.new_markdown_cell("# Title"), *map(v4.new_code_cell, sources)]
        path = tmp_path / "planted.ipynb"
        write(v4.new_notebook(cells=cells, metadata={"description": "A test."}), path)
        return path

    return write


PICTURE = """
from IPython.display import Image
from matplotlib.figure import Figure
Figure().savefig("figure.png")
Image("figure.png")
"""


def test_an_error_in_a_cell_is_an_error(pages, write):
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        pages.run(write("1 + 1", "1 / 0"))


def test_outputs_are_text_below_the_code_and_a_picture_needs_a_text(pages, write):
    notebook = pages.run(
        write("import sys\nprint(1 + 1)\nprint(3)\nprint(4, file=sys.stderr)", PICTURE)
    )
    with pytest.raises(ValueError, match="a picture needs an alternative text"):
        pages.page("planted.ipynb", notebook)
    notebook.cells[2].metadata["alt"] = "A blank figure"
    markdown, pictures = pages.page("planted.ipynb", notebook)
    assert "``` { .text .no-copy .output }\n2\n3\n```" in markdown
    (name,) = pictures
    assert f"![A blank figure]({name})" in markdown
    assert pictures[name].startswith(b"\x89PNG")
