"""The report of all tables, made of the files of their runs."""

import json
import os
from pathlib import Path

import numpy as np

from keras_regen.atomic_files import atomic_write
from reproduction.scale import SCALES, Scale
from reproduction.settings import is_as_asked
from reproduction.table import Cell, Table
from reproduction.tables import list_tables

_BLANK = "-"


def write_report(results_folder: str | os.PathLike, path: str | os.PathLike) -> None:
    """Writes the report of all results in a folder: a row for each cell, with honest blanks.

    Args:
        results_folder: Where `reproduce` wrote.
        path: The report, in Markdown.

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
        "`keras-regen reproduce` wrote this page, from one file for each run in `reproduction/`; "
        "nothing in it is typed by hand.",
        "",
        *(f"- **{scale.name}**: {scale.title}." for scale in SCALES.values()),
        "",
        f"Of several seeds there are the mean and the standard deviation. {_BLANK} is what has not "
        "been made again yet, or what the paper has no number for.",
    ]
    for table in list_tables():
        lines += ["", f"## {table.title}", "", f"`keras-regen reproduce {table.name}`", ""]
        lines += _table_lines(table, results)
        if table.note:
            lines += ["", table.note]
    with atomic_write(Path(path)) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_results(results_folder: str | os.PathLike, scale: Scale) -> dict[str, list[dict]]:
    """Reads the results of a scale: the runs of each training, by its name, in order of seeds.

    Examples:
        >>> from reproduction import SCALES
        >>> from reproduction.report import read_results
        >>> read_results("no/such/folder", SCALES["quick"])
        {}
    """
    found: dict[str, list[dict]] = {}
    for path in sorted(Path(results_folder, scale.name).glob("*.json")):
        run = json.loads(path.read_text())
        found.setdefault(run["training"], []).append(run)
    return {name: sorted(them, key=lambda run: run["seed"]) for name, them in found.items()}


def values_of(cell: Cell, results: dict[str, list[dict]], scale: Scale) -> list[float]:
    """Gives a cell's values, one for each seed that there is.

    Examples:
        >>> from reproduction import SCALES, get_table
        >>> from reproduction.report import values_of
        >>> values_of(get_table("csae2-table3").cells[0], {}, SCALES["quick"])
        []
    """
    return _values(cell, _runs_of(cell, results, scale))


def _values(cell, runs):
    return [run["figures"][cell.figure] for run in runs]


def _runs_of(cell, results, scale):
    """The runs that have the cell's figure, and were made as the scale is now."""
    if cell.training is None:
        return []
    return [
        run
        for run in results.get(cell.training.name, [])
        if run["figures"].get(cell.figure) is not None and is_as_asked(run, cell.training, scale)
    ]


def table_lines(table: Table, results_folder: str | os.PathLike) -> list[str]:
    """Gives a table in Markdown, the paper's numbers beside ours.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.report import table_lines
        >>> table_lines(get_table("csae2-table3"), "no/such/folder")[0]
        '| row | column | paper | quick | paper scale | how |'
    """
    results = {name: read_results(results_folder, scale) for name, scale in SCALES.items()}
    return _table_lines(table, results)


def _table_lines(table, results):
    lines = ["| row | column | paper | quick | paper scale | how |", "|" + " --- |" * 6]
    for cell in table.cells:
        paper = _BLANK if cell.paper is None else _number(cell, [cell.paper], cell.paper_spread)
        runs = [_runs_of(cell, results[name], scale) for name, scale in SCALES.items()]
        ours = [_number(cell, _values(cell, known)) for known in runs]
        how = "; ".join(_how(known) for known in runs if known)
        cells = (cell.row, cell.column, paper, *ours, how or cell.note or _BLANK)
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


def _how(known):
    """Seeds, epochs, judge, backend, device and wall time of what stands in a cell."""
    first = known[0]
    seeds = ", ".join(str(run["seed"]) for run in known)
    seconds = sum(run["seconds"] for run in known)
    judges = [run["judge"] for run in known if "judge" in run]
    at_once = [run["processes"] for run in known if run["processes"] > 1]
    parts = [
        f"seed{'s' if len(known) > 1 else ''} {seeds}",
        f"{first['epochs']} epochs of {first['train_images']} images",
        _different(f"judge {judge['name']} {judge['hash']}" for judge in judges),
        _different(run["backend"] for run in known),
        _different(run["device"] for run in known),
        f"{seconds:.0f} s",
        _different(f"one of {count} at a time" for count in at_once),
    ]
    return f"{first['scale']}: {', '.join(filter(None, parts))}"


def _different(texts):
    """The texts of several seeds, each once."""
    return " or ".join(dict.fromkeys(texts))
