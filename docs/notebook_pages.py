"""Hook of mkdocs that runs the notebooks and makes a page of each.

The notebooks in git have no outputs. An executed notebook is kept in `.cache` until the notebook or
the package changes. The title and the description of a page are in the metadata of the notebook,
and the alternative text of a picture is `alt` in the metadata of its cell.
"""

import json
import logging
import os
import posixpath
import re
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from filelock import FileLock
from mkdocs.structure.files import File
from nbclient import NotebookClient
from nbconvert import MarkdownExporter
from traitlets.config import Config

# The folder of a hook is on the path while it is loaded.
from child_process import ROOT, environment
from code_hash import code_hash

FOLDER = ROOT / "docs/notebooks"
CACHE = ROOT / ".cache/notebooks"
LINK = "[Download this notebook]({name}) · The outputs are from the build of this site."
# Without encryption, a kernel prints a warning.
KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})
# The outputs of code in the look of code, and pictures with their text.
TEMPLATE = """
{%- extends 'markdown/index.md.j2' -%}
{%- macro text(output) %}
``` { .text .no-copy .output }
{{ output | strip_ansi | trim }}
```
{% endmacro -%}
{%- block stream %}{{ text(output.text) }}{% endblock -%}
{%- block data_text %}{{ text(output.data['text/plain']) }}{% endblock -%}
{%- block data_png %}
![{{ cell.metadata.alt }}]({{ output.metadata.filenames['image/png'] }})
{% endblock -%}
"""

log = logging.getLogger("mkdocs.hooks.notebooks")


def on_files(files, config):
    paths = sorted(FOLDER.glob("*.ipynb"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        notebooks = list(pool.map(executed, paths))
    for path, notebook in zip(paths, notebooks, strict=True):
        markdown, pictures = page(path.name, notebook)
        uri = f"notebooks/{path.stem}.md"
        files.append(File.generated(config, uri, content=markdown))
        for name, content in pictures.items():
            uri = posixpath.normpath(f"notebooks/{name}")
            files.append(File.generated(config, uri, content=content))
    return files


def page(name, notebook):
    """Returns the Markdown of an executed notebook, and its pictures by their relative paths."""
    for cell in notebook.cells:
        if pictures_of(cell) and not cell.metadata.get("alt"):
            raise ValueError(
                f'{name}: a picture needs an alternative text, "alt" in the metadata of its '
                f"cell:\n{cell.source}"
            )
        # Messages of the libraries about the machine. A test looks for warnings.
        if cell.cell_type == "code":
            cell.outputs = [
                output
                for output in cell.outputs
                if output.get("name") != "stderr"
            ]
    resources = {
        "unique_key": Path(name).stem,
        "output_files_dir": "../images/notebooks",
    }
    exporter = MarkdownExporter(raw_template=TEMPLATE)
    markdown, resources = exporter.from_notebook_node(notebook, resources)
    # Between notebooks, Jupyter follows links to files, and the site to pages.
    markdown = re.sub(r"\]\(([\w-]+)\.ipynb\)", r"](\1.md)", markdown)
    title, _, body = markdown.strip().partition("\n")
    description = json.dumps(notebook.metadata.description)
    markdown = (
        f"---\ndescription: {description}\n---\n\n"
        f"{title}\n\n{LINK.format(name=name)}\n{body}\n"
    )
    return markdown, resources["outputs"]


def pictures_of(cell):
    """Returns the outputs of a cell that are pictures."""
    return [
        output
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def executed(path):
    """Returns a notebook with its outputs. It runs once, also if two processes need it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    kept = CACHE / f"{path.stem}-{code_hash(path, Path(__file__))}.ipynb"
    with FileLock(CACHE / f"{path.stem}.lock"):
        if not kept.exists():
            start = time.perf_counter()
            notebook = run(path)
            for old in CACHE.glob(f"{path.stem}-*.ipynb"):
                old.unlink()
            nbformat.write(notebook, kept)
            seconds = time.perf_counter() - start
            log.info("Ran %s in %.0f seconds", path.name, seconds)
    return nbformat.read(kept, as_version=4)


def run(path):
    """Returns a notebook with its outputs, executed in an empty folder.

    Raises:
        nbclient.exceptions.CellExecutionError: If a cell raises an error.
    """
    from keras_regen_app.options import choose_backend

    choose_backend(os.environ.get("KERAS_BACKEND"))
    notebook = nbformat.read(path, as_version=4)
    # Several notebooks run at the same time, so each has a single thread.
    env = {"OMP_NUM_THREADS": "1"} | environment()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
            config=KERNEL,
        )
        client.execute(env=env)
    return notebook
