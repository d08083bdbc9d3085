"""Writes the report of all tables from the result files of the runs."""

import json
import os
from pathlib import Path

import numpy as np

from keras_regen.atomic_files import atomic_write
from reproduction.scale import SCALES, Scale
from reproduction.settings import has_current_settings
from reproduction.table import Cell, Table
from reproduction.tables import list_tables

_BLANK = "-"


def write_report(results_folder: str | os.PathLike, path: str | os.PathLike) -> None:
    """Writes a report of all results in a folder, with a row for each cell.

    A cell without a result has a dash.

    Args:
        results_folder: Folder of the results of `reproduction.running.reproduce`.
        path: Path of the report, in Markdown.

    Examples:
        >>> import pathlib, tempfile
        >>> from reproduction.report import write_report
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> write_report(folder, folder / "README.md")
        >>> "csae2-table3" in (folder / "README.md").read_text()
        True
    """
    results = {name: read_results(results_folder, scale) for name, scale in SCALES.items()}
    lines = [
        "# Results",
        "",
        "`python -m reproduction` writes this page from the files in `reproduction/`, which has a "
        "file for each training run. Do not edit the page by hand.",
        "",
        *(f"- **{scale.name}**: {scale.title}." for scale in SCALES.values()),
        "",
        "With several seeds, a cell has the mean and the standard deviation. "
        f"A dash ({_BLANK}) marks a missing result, or a number that the paper does not state.",
    ]
    for table in list_tables():
        lines += ["", f"## {table.title}", "", f"`python -m reproduction {table.name}`", ""]
        lines += _table_lines(table, results)
        if table.note:
            lines += ["", table.note]
    with atomic_write(Path(path)) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_results(results_folder: str | os.PathLike, scale: Scale) -> dict[str, list[dict]]:
    """Reads the results of a scale: lists of runs in order of their seeds, by training name.

    Examples:
        >>> from reproduction import SCALES
        >>> from reproduction.report import read_results
        >>> read_results("no/such/folder", SCALES["quick"])
        {}
    """
    results: dict[str, list[dict]] = {}
    for path in sorted(Path(results_folder, scale.name).glob("*.json")):
        run = json.loads(path.read_text())
        results.setdefault(run["training"], []).append(run)
    return {name: sorted(runs, key=lambda run: run["seed"]) for name, runs in results.items()}


def cell_values(cell: Cell, results: dict[str, list[dict]], scale: Scale) -> list[float]:
    """Returns the values of a cell, in order of the seeds.

    Examples:
        >>> from reproduction import SCALES, get_table
        >>> from reproduction.report import cell_values
        >>> cell_values(get_table("csae2-table3").cells[0], {}, SCALES["quick"])
        []
    """
    return _values(cell, _runs_of(cell, results, scale))


def _values(cell, runs):
    return [run["figures"][cell.figure] for run in runs]


def _runs_of(cell, results, scale):
    """Returns the runs that have the figure of the cell and the current settings."""
    if cell.training is None:
        return []
    return [
        run
        for run in results.get(cell.training.name, [])
        if run["figures"].get(cell.figure) is not None
        and has_current_settings(run, cell.training, scale)
    ]


def table_lines(table: Table, results_folder: str | os.PathLike) -> list[str]:
    """Returns the lines of a table in Markdown, with the published and the reproduced numbers.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.report import table_lines
        >>> table_lines(get_table("csae2-table3"), "no/such/folder")[0]
        '| row | column | paper | quick | paper scale | training runs |'
    """
    results = {name: read_results(results_folder, scale) for name, scale in SCALES.items()}
    return _table_lines(table, results)


def _table_lines(table, results):
    lines = ["| row | column | paper | quick | paper scale | training runs |", "|" + " --- |" * 6]
    for cell in table.cells:
        paper = _BLANK if cell.paper is None else _number(cell, [cell.paper], cell.paper_spread)
        runs = [_runs_of(cell, results[name], scale) for name, scale in SCALES.items()]
        reproduced = [_number(cell, _values(cell, scale_runs)) for scale_runs in runs]
        origin = "; ".join(_origin(scale_runs) for scale_runs in runs if scale_runs)
        cells = (cell.row, cell.column, paper, *reproduced, origin or cell.note or _BLANK)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _number(cell, values, spread=None):
    if not values:
        return _BLANK
    scale, digits = (100, 2) if cell.percent else (1, 4)
    mean = float(np.mean(values))
    large = abs(mean) >= 100
    if large:
        digits = 1
    text = f"{scale * mean:.{digits}f}"
    if len(values) > 1:
        spread = float(np.std(values, ddof=1))
    if spread is not None:
        spread_digits = ".1f" if large else f".{digits}g"
        text += f" ± {scale * spread:{spread_digits}}" if spread else " ± 0"
    return f"{text} %" if cell.percent else text


def _origin(runs):
    """Returns seeds, epochs, evaluation classifier, backend, device and wall time of the runs."""
    settings = runs[0]
    seeds = ", ".join(str(run["seed"]) for run in runs)
    seconds = sum(run["seconds"] for run in runs)
    classifiers = [run["judge"] for run in runs if "judge" in run]
    processes = [run["processes"] for run in runs if run["processes"] > 1]
    parts = [
        f"seed{'s' if len(runs) > 1 else ''} {seeds}",
        f"{settings['epochs']} epochs of {settings['train_images']} images",
        _join_distinct(
            f"evaluation classifier {classifier['name']} {classifier['hash']}"
            for classifier in classifiers
        ),
        _join_distinct(run["backend"] for run in runs),
        _join_distinct(run["device"] for run in runs),
        f"{seconds:.0f} s",
        _join_distinct(f"{count} runs in parallel" for count in processes),
    ]
    return f"{settings['scale']}: {', '.join(filter(None, parts))}"


def _join_distinct(texts):
    """Joins the texts of several seeds, without duplicates."""
    return " or ".join(dict.fromkeys(texts))
