"""Prints a table as the paper prints it: our numbers next to the published numbers."""

import numpy as np

from reproduction.results import Results, best_runs, cell_values
from reproduction.scale import SCALES
from reproduction.table import Cell, Table

_MISSING = "-"
# Results at the papers' scale have no mark.
MARKS = {"quick": " (q)", "reduced": " (r)", "paper": ""}
_BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def matrix_lines(table: Table, results: Results) -> list[str]:
    """Returns the lines of a table in Markdown, with the settings of its runs below it.

    Each column of the paper has three columns: its number, ours, and the difference. A column
    without published numbers has ours alone.

    Args:
        table: Table of a paper.
        results: Results by scale, as `reproduction.results.read_all_results` returns them.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.matrix import matrix_lines
        >>> from reproduction.results import read_all_results
        >>> lines = matrix_lines(get_table("csae2-table3"), read_all_results("no/such/folder"))
        >>> lines[0]
        '| | MNIST (%): paper | ours | difference | Fashion-MNIST (%): paper | ours | difference |'
    """
    rows = list(dict.fromkeys(cell.row for cell in table.cells))
    columns: dict[str, dict[str, Cell]] = {}
    for cell in table.cells:
        columns.setdefault(cell.column, {})[cell.row] = cell
    header, lines = [""], [[row] for row in rows]
    for column, cells in columns.items():
        percent = any(cell.percent for cell in cells.values())
        title = f"{column} (%)" if percent else column
        published = any(cell.paper is not None for cell in cells.values())
        header += [f"{title}: paper", "ours", "difference"] if published else [f"{title}: ours"]
        for line in lines:
            numbers = _numbers(cells.get(line[0]), results)
            line += numbers if published else numbers[1:2]
    rule = "| --- |" + " ---: |" * (len(header) - 1)
    text = [_line(header), rule, *map(_line, lines)]
    settings = _settings_lines(table, results)
    return [*text, "", *settings] if settings else text


def _line(cells):
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def _numbers(cell, results):
    """Returns the published number, ours, and the difference; blank outside of the table."""
    if cell is None:
        return ["", "", ""]
    scale, runs = best_runs(cell, results)
    paper = _MISSING if cell.paper is None else format_number(cell, [cell.paper], cell.paper_spread)
    if not runs:
        return [paper, cell.note or _MISSING, _MISSING]
    values = cell_values(cell, runs)
    ours = format_number(cell, values) + MARKS[scale]
    if any("outdated" in run for run in runs):
        ours += r" \*"
    if cell.paper is None:
        return [paper, ours, _MISSING]
    factor, digits = _format(cell, cell.paper)
    return [paper, ours, f"{factor * (float(np.mean(values)) - cell.paper):+.{digits}f}"]


def format_number(cell: Cell, values: list[float], spread: float | None = None) -> str:
    """Formats the mean of values as a cell prints it, with the standard deviation of several.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.matrix import format_number
        >>> format_number(get_table("csae2-table3").cells[0], [0.9948])
        '99.48'
    """
    mean = float(np.mean(values))
    factor, digits = _format(cell, mean)
    text = f"{factor * mean:.{digits}f}"
    if len(values) > 1:
        spread = float(np.std(values, ddof=1))
    if spread is not None:
        spread_digits = ".1f" if digits == 1 else ".2g"
        text += f" ± {factor * spread:{spread_digits}}" if spread else " ± 0"
    return text


def _format(cell, value):
    """Returns the factor and the number of digits after the point of a cell's numbers."""
    if cell.percent:
        return 100, 2
    return (1, 1) if abs(value) >= 100 else (1, 4)


def _settings_lines(table, results):
    """Returns a list entry for each scale with the settings of the runs in the table."""
    by_scale = {}
    for cell in table.cells:
        scale, runs = best_runs(cell, results)
        if runs:
            by_scale.setdefault(scale, {})[cell.training.name] = runs
    lines, notes = [], {}
    for name in reversed(SCALES):
        runs = [run for runs in by_scale.get(name, {}).values() for run in runs]
        if runs:
            lines.append(f"- **{name}**{MARKS[name]}: {_settings(runs)}.")
        notes |= dict.fromkeys(run["outdated"] for run in runs if "outdated" in run)
    return lines + [f"- \\*: {note}." for note in notes]


def _settings(runs):
    """Describes the settings that runs have in common, and all values of the others."""
    seeds = sorted({run["seed"] for run in runs})
    origins = {run["origin"] for run in runs if "origin" in run}
    data = {run["data"]["source"] for run in runs if "data" in run}
    parts = [
        f"{len(runs)} run{'s' if len(runs) > 1 else ''}, "
        f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}",
        _join(_training(run) for run in sorted(runs, key=lambda run: run["epochs"])),
        _join(f"evaluation classifier {run['judge']['name']}" for run in runs if "judge" in run),
        _join(f"{_BACKENDS.get(run['backend'], run['backend'])}, {run['device']}" for run in runs),
        _join(run["precision"] for run in runs if run.get("precision", "float32") != "float32"),
        _join(f"{run['processes']} runs in parallel" for run in runs if run["processes"] > 1),
        f"data {_join(sorted(data))}" if data else "",
        f"{_duration(sum(run['seconds'] for run in runs))} in all",
        *sorted(origins),
    ]
    return "; ".join(filter(None, parts))


def _training(run):
    images = f"{run['train_images']:,} images"
    if run["preset"] is None:
        return images
    return f"{run['epochs']} epochs of {images} in batches of {run['batch_size']}"


def _duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _join(texts):
    """Joins texts without duplicates."""
    return " or ".join(dict.fromkeys(texts))
