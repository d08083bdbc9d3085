"""The report of all tables, made of the files of their runs."""

import json
import os
from pathlib import Path

import numpy as np

from keras_regen.reproduction.scale import SCALES, Scale
from keras_regen.reproduction.table import Cell, Table
from keras_regen.reproduction.tables import list_tables
from keras_regen.writing import replace_when_whole

_BLANK = "-"


def write_report(results_folder: str | os.PathLike, path: str | os.PathLike) -> None:
    """Writes the report of all results in a folder: a row for each cell, with honest blanks.

    Args:
        results_folder: Where `reproduce` wrote.
        path: The report, in Markdown.

    Examples:
        >>> import pathlib, tempfile
        >>> from keras_regen.reproduction.report import write_report
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
    with replace_when_whole(Path(path)) as partial:
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_results(results_folder: str | os.PathLike, scale: Scale) -> dict[str, list[dict]]:
    """Reads the results of a scale: the runs of each training, by its name, in order of seeds.

    Examples:
        >>> from keras_regen.reproduction import SCALES
        >>> from keras_regen.reproduction.report import read_results
        >>> read_results("no/such/folder", SCALES["quick"])
        {}
    """
    found: dict[str, list[dict]] = {}
    for path in sorted(Path(results_folder, scale.name).glob("*.json")):
        run = json.loads(path.read_text())
        found.setdefault(run["training"], []).append(run)
    return {name: sorted(them, key=lambda run: run["seed"]) for name, them in found.items()}


def values_of(cell: Cell, results: dict[str, list[dict]]) -> list[float]:
    """Gives a cell's values, one for each seed that there is.

    Examples:
        >>> from keras_regen.reproduction import get_table
        >>> from keras_regen.reproduction.report import values_of
        >>> values_of(get_table("csae2-table3").cells[0], {})
        []
    """
    return [run["figures"][cell.figure] for run in _runs_of(cell, results)]


def _runs_of(cell, results):
    """The runs that have the cell's figure."""
    if cell.training is None:
        return []
    known = results.get(cell.training.name, [])
    return [run for run in known if run["figures"].get(cell.figure) is not None]


def table_lines(table: Table, results_folder: str | os.PathLike) -> list[str]:
    """Gives a table in Markdown, the paper's numbers beside ours.

    Examples:
        >>> from keras_regen.reproduction import get_table
        >>> from keras_regen.reproduction.report import table_lines
        >>> table_lines(get_table("csae2-table3"), "no/such/folder")[0]
        '| row | column | paper | quick | paper scale | how |'
    """
    results = {name: read_results(results_folder, scale) for name, scale in SCALES.items()}
    return _table_lines(table, results)


def _table_lines(table, results):
    lines = ["| row | column | paper | quick | paper scale | how |", "|" + " --- |" * 6]
    for cell in table.cells:
        paper = _BLANK if cell.paper is None else _number(cell, [cell.paper], cell.paper_spread)
        ours = [_number(cell, values_of(cell, results[name])) for name in SCALES]
        how = "; ".join(filter(None, (_how(cell, results[name]) for name in SCALES)))
        cells = (cell.row, cell.column, paper, *ours, how or cell.note or _BLANK)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _number(cell, values, spread=None):
    if not values:
        return _BLANK
    scale, digits = (100, 2) if cell.percent else (1, 4)
    mean = float(np.mean(values))
    digits = 1 if abs(mean) >= 100 else digits
    text = f"{scale * mean:.{digits}f}"
    if len(values) > 1:
        spread = float(np.std(values, ddof=1))
    if spread is not None:
        text += f" ± {scale * spread:.{digits}g}" if spread else " ± 0"
    return f"{text} %" if cell.percent else text


def _how(cell, results):
    """Seeds, epochs, backend, device and wall time of what stands in the cell."""
    known = _runs_of(cell, results)
    if not known:
        return ""
    first = known[0]
    seeds = ", ".join(str(run["seed"]) for run in known)
    seconds = sum(run["seconds"] for run in known)
    judge = first.get("judge")
    judged = "" if judge is None else f"judge {judge['name']} {judge['hash']}, "
    beside = f", one of {first['processes']} at a time" if first["processes"] > 1 else ""
    return (
        f"{first['scale']}: seed{'s' if len(known) > 1 else ''} {seeds}, {first['epochs']} epochs "
        f"of {first['train_images']} images, {judged}{first['backend']}, {first['device']}, "
        f"{seconds:.0f} s{beside}"
    )
