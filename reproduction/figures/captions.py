"""The captions of the figures in a folder, without the imports that make the figures."""

import json
import os
from pathlib import Path
from typing import Any

CAPTIONS = "figures.json"
# The short and the full name of each paper.
PAPERS = {
    "csae1": "CSAE, first version",
    "csae2": "CSAE, second version",
    "regene": "ReGene",
    "degan": "DE-GAN",
}


def read_captions(folder: str | os.PathLike) -> dict[str, dict[str, Any]]:
    """Reads the captions and the settings of the figures in a folder, by name.

    Examples:
        >>> from reproduction.figures.captions import read_captions
        >>> read_captions("no/such/folder")
        {}
    """
    path = Path(folder, CAPTIONS)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def count_figures(captions: dict[str, dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Counts the figures with pictures, and the pictures, of each paper.

    Examples:
        >>> from reproduction.figures.captions import count_figures
        >>> count_figures({})[0]
        ('CSAE, first version', 0, 0)
    """
    counts = []
    for paper, title in PAPERS.items():
        numbers = [len(entry["panels"]) for entry in captions.values() if entry["paper"] == paper]
        counts.append((title, sum(map(bool, numbers)), sum(numbers)))
    return counts
