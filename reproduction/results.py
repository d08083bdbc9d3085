"""Reads the result files of the runs, and finds the runs of a cell."""

import json
import os
from pathlib import Path

from reproduction.scale import SCALES, Scale
from reproduction.settings import has_current_settings
from reproduction.table import Cell

Results = dict[str, dict[str, list[dict]]]


def read_results(results_folder: str | os.PathLike, scale: Scale) -> dict[str, list[dict]]:
    """Reads the results of a scale: lists of runs in order of their seeds, by training name.

    Examples:
        >>> from reproduction import SCALES
        >>> from reproduction.results import read_results
        >>> read_results("no/such/folder", SCALES["quick"])
        {}
    """
    results: dict[str, list[dict]] = {}
    for path in sorted(Path(results_folder, scale.name).glob("*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        results.setdefault(run["training"], []).append(run)
    return {name: sorted(runs, key=lambda run: run["seed"]) for name, runs in results.items()}


def read_all_results(results_folder: str | os.PathLike) -> Results:
    """Reads the results of all scales, by the name of the scale.

    Examples:
        >>> from reproduction.results import read_all_results
        >>> read_all_results("no/such/folder")["paper"]
        {}
    """
    return {name: read_results(results_folder, scale) for name, scale in SCALES.items()}


def best_runs(cell: Cell, results: Results) -> tuple[str | None, list[dict]]:
    """Returns the runs of a cell at the largest scale that has any.

    Only runs with the figure of the cell and the current settings of their scale count. Outdated
    runs, of an earlier version of the code, count if no scale has other runs.

    Args:
        cell: Cell of a table.
        results: Results by scale, as `read_all_results` returns them.

    Returns:
        The name of the scale and its runs; `None` and an empty list without a result.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.results import best_runs, read_all_results
        >>> best_runs(get_table("csae2-table3").cells[0], read_all_results("no/such/folder"))
        (None, [])
    """
    if cell.training is None:
        return None, []
    outdated: tuple[str | None, list[dict]] = (None, [])
    # The scales are in ascending order.
    for name, scale in reversed(SCALES.items()):
        runs = [
            run
            for run in results.get(name, {}).get(cell.training.name, [])
            if run["figures"].get(cell.figure) is not None
            and has_current_settings(run, cell.training, scale)
        ]
        current = [run for run in runs if "outdated" not in run]
        if current:
            return name, current
        if runs and not outdated[1]:
            outdated = name, runs
    return outdated


def cell_values(cell: Cell, runs: list[dict]) -> list[float]:
    """Returns the values of a cell in runs, such as the runs from `best_runs`.

    Examples:
        >>> from reproduction import get_table
        >>> from reproduction.results import cell_values
        >>> cell_values(get_table("csae2-table3").cells[0], [{"figures": {"accuracy": 0.99}}])
        [0.99]
    """
    return [run["figures"][cell.figure] for run in runs]
