"""Writes the page of the results from the result files of the runs."""

import os
from pathlib import Path

from keras_regen.atomic_files import atomic_write
from reproduction.matrix import MARKS, matrix_lines
from reproduction.results import read_all_results
from reproduction.scale import SCALES
from reproduction.summary import summary_lines
from reproduction.table import Table
from reproduction.tables import list_tables


def write_report(results_folder: str | os.PathLike, path: str | os.PathLike) -> None:
    """Writes a page with a summary and all tables, from the results in a folder.

    Args:
        results_folder: Folder of the results of `reproduction.running.reproduce`.
        path: Path of the page, in Markdown.

    Examples:
        >>> import pathlib, tempfile
        >>> from reproduction.report import write_report
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> write_report(folder, folder / "README.md")
        >>> "csae2-table3" in (folder / "README.md").read_text(encoding="utf-8")
        True
    """
    results = read_all_results(results_folder)
    lines = [
        "# Results",
        "",
        "`python -m reproduction` writes this page from the files in `reproduction/`. Do not edit "
        "the page by hand. Each training run has a file with its figures, all settings, versions, "
        "and the source and hash of its data.",
        "",
        "## What was reproduced",
        "",
        *summary_lines(results),
        "",
        "## How to read the tables",
        "",
        "Each column of a table has the published number, ours, and the difference (ours minus "
        "the published number). Ours comes from the largest scale that has a result:",
        "",
        *(f"- **{scale.name}**{MARKS[name]}: {scale.title}." for name, scale in SCALES.items()),
        "",
        "Our number is the mean over the seeds, with the standard deviation of several seeds. A "
        "dash (-) marks a missing result, or a number that the paper does not state.",
    ]
    for table in list_tables():
        lines += ["", f"## {table.title}", "", f"`python -m reproduction {table.name}`", ""]
        lines += matrix_lines(table, results)
        if table.note:
            lines += ["", table.note]
    with atomic_write(Path(path)) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


def table_lines(table: Table, results_folder: str | os.PathLike) -> list[str]:
    """Returns the lines of a table in Markdown, with the published and the reproduced numbers.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.report import table_lines
        >>> table_lines(get_table("csae1-table4"), "no/such/folder")[0]
        '| | Accuracy (%): paper | ours | difference |'
    """
    return matrix_lines(table, read_all_results(results_folder))
