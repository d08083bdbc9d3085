"""The summary at the top of the page of results."""

import numpy as np

from reproduction.matrix import MARKS, format_number
from reproduction.results import Results, best_runs, cell_values
from reproduction.scale import SCALES
from reproduction.table import Table
from reproduction.tables import get_table, list_tables

_PAPERS = {
    "csae1": "CSAE, first version",
    "csae2": "CSAE, second version",
    "regene": "ReGene",
    "degan": "DE-GAN",
}
_CSAE = ("csae2-table3", "CSAE β=0.06")
_DIVERSITY = "degan-table6"
_RECOGNIZED = "degan-table5"


def summary_lines(results: Results) -> list[str]:
    """Returns the lines of the summary in Markdown.

    Args:
        results: Results by scale, as `reproduction.results.read_all_results` returns them.

    Examples:
        >>> from reproduction.results import read_all_results
        >>> from reproduction.summary import summary_lines
        >>> summary_lines(read_all_results("no/such/folder"))[0]
        '| Numbers of the tables below | all | paper | reduced (r) | quick (q) | none |'
    """
    return [*_coverage_lines(results), "", *(f"- {line}" for line in _statements(results))]


def _coverage_lines(results):
    """Counts the numbers of each paper by the largest scale that has a result."""
    scales = list(reversed(SCALES))
    names = " | ".join(f"{name}{MARKS[name]}" for name in scales)
    lines = [
        f"| Numbers of the tables below | all | {names} | none |",
        "| --- |" + " ---: |" * (len(scales) + 2),
    ]
    for prefix, title in _PAPERS.items():
        counts = dict.fromkeys([*scales, None], 0)
        for table in list_tables():
            if table.name.split("-")[0] == prefix:
                for cell in table.cells:
                    counts[best_runs(cell, results)[0]] += 1
        numbers = [sum(counts.values()), *counts.values()]
        lines.append(f"| {title} | {' | '.join(map(str, numbers))} |")
    return lines


def _statements(results):
    return [
        _agreement(results),
        f"CSAE at the paper's scale: {_pair(*_CSAE, 'MNIST', results)} on MNIST, "
        f"{_pair(*_CSAE, 'Fashion-MNIST', results)} on Fashion-MNIST, with β=0.06.",
        "DE-GAN at the paper's scale: the GANs on MNIST. The relative diversity is near the "
        f"paper's ({_pair(_DIVERSITY, 'average', 'DE-GANs', results)}, for DE-GAN). Fewer digits "
        f"are recognized: {_pair(_RECOGNIZED, 'DE-GANs', 'Recognized', results)}. The paper does "
        "not define the term, and it optimized the parameters of each model for this table.",
        f"WGAN: {_pair(_RECOGNIZED, 'WGAN', 'Recognized', results, scales=('reduced', 'paper'))} "
        f"are recognized{_outdated(_cell(_RECOGNIZED, 'WGAN', 'Recognized'), results)}.",
        "Numbers without a result at the paper's scale wait for an accelerator. The stored results "
        "come from CPUs of 2 to 4 cores, unless the settings below a table name a GPU. "
        "`python -m reproduction all --scale paper --minutes 60` continues for an hour.",
        "FaceScrub has no result, because its images may not be redistributed. The numbers of "
        "CelebA are left out: no copy was at hand.",
        "CIFAR-10 was a lossy JPEG copy (`cifar10_jpeg.tar.xz`) in all runs so far, so its numbers "
        "are not those of the original images. The file of a newer run states the source and the "
        "hash of its data.",
        "ReGene's FID and inception score are not comparable: the paper uses features of Inception "
        "and does not name the network of the score. Ours use our evaluation classifier.",
        "DE-GAN's intrinsic dimension agrees on MNIST and not on CIFAR-10, where it depends on the "
        "number of images (see its table).",
        "Not attempted: the figures that show images alone; ReGene's DenseNet100 (figure 5), its "
        "comparison with an autoencoder (section 4), figure 15, and figure 16's columns of "
        "generated images; the reconstruction of EMNIST letters (CSAE, section 4.4); numbers that "
        "a paper quotes from other papers.",
    ]


def _agreement(results):
    """States how many numbers at the papers' scale are close to the published numbers."""
    differences = []
    for table in list_tables():
        for cell in table.cells:
            scale, runs = best_runs(cell, results)
            if scale == "paper" and cell.paper is not None:
                ours = float(np.mean(cell_values(cell, runs)))
                differences.append(abs(ours - cell.paper) / abs(cell.paper))
    near, close = (sum(value <= limit for value in differences) for limit in (0.05, 0.1))
    return (
        f"{len(differences)} published numbers have a counterpart at the paper's scale: {near} are "
        f"within 5 % of the published number, {close} within 10 %."
    )


def _cell(name, row, column):
    table: Table = get_table(name)
    (cell,) = [cell for cell in table.cells if (cell.row, cell.column) == (row, column)]
    return cell


def _ours(cell, results, scales):
    scale, runs = best_runs(cell, results)
    if scale not in scales:
        return "no result"
    return _with_unit(cell, format_number(cell, cell_values(cell, runs))) + MARKS[scale]


def _pair(name, row, column, results, scales=("paper",)):
    cell = _cell(name, row, column)
    paper = _with_unit(cell, format_number(cell, [cell.paper]))
    return f"{_ours(cell, results, scales)} for {paper} in the paper"


def _outdated(cell, results):
    _, runs = best_runs(cell, results)
    return " (by an earlier version, see the table)" if any("outdated" in r for r in runs) else ""


def _with_unit(cell, text):
    return f"{text} %" if cell.percent else text
