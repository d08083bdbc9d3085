"""What the papers print: a table, its cells, and the training that each cell needs."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Training:
    """A training whose figures fill cells, perhaps of several tables.

    Args:
        preset: Name of the recipe; `None` for figures of the dataset alone.
        dataset: Name of the dataset.
        options: Arguments of the model's `for_images` to change, as in `train_run`.
        pretraining_options: Such arguments of the part that is trained before, such as ReGene's
            classifier.
        measures: Names of `reproduction.measures.MEASURES`.
        class_name: Name of the one class to train on; `None` for all.

    Examples:
        >>> from reproduction import Training
        >>> Training("csae_mnist", "mnist", {"beta": 0.02}).name
        'csae_mnist-beta=0.02'
    """

    preset: str | None
    dataset: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    pretraining_options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    measures: tuple[str, ...] = ("metrics",)
    class_name: str | None = None

    @property
    def name(self) -> str:
        """A name for folders and files, of all that makes the training what it is."""
        parts = [self.preset or f"data_{self.dataset}"]
        parts += [f"{name}={value}" for name, value in sorted(self.options.items())]
        parts += [
            f"first.{name}={value}" for name, value in sorted(self.pretraining_options.items())
        ]
        if self.class_name is not None:
            parts.append(self.class_name)
        name = "-".join(parts).replace("/", "_").replace(" ", "")
        if len(name) > 100:
            digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]
            name = f"{parts[0]}-{digest}"
        return name


@dataclasses.dataclass(frozen=True)
class Cell:
    """A number that a paper prints, or a blank of ours beside it.

    Args:
        row: Its row.
        column: Its column.
        training: What is trained for it; `None` for a cell that is left blank.
        figure: Name of the figure among those that the training's measures give.
        paper: The paper's number; `None` where it has none that ours may stand beside.
        paper_spread: Its standard deviation, if it is printed.
        percent: Boolean: whether both are shown in percent.
        note: What a reader must know, such as why the cell is blank.

    Examples:
        >>> from reproduction import Cell, Training
        >>> cell = Cell("Basenet", "MNIST", Training("basenet_mnist", "mnist"), "accuracy", 0.992)
        >>> cell.paper
        0.992
    """

    row: str
    column: str
    training: Training | None
    figure: str = ""
    paper: float | None = None
    paper_spread: float | None = None
    percent: bool = False
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """A table or numeric figure of a paper.

    Args:
        name: Its name on the command line.
        title: Paper, number, and what it shows.
        cells: Its cells.
        note: What holds for all of it.

    Examples:
        >>> from reproduction import get_table
        >>> len(get_table("csae2-table3").cells)
        14
    """

    name: str
    title: str
    cells: tuple[Cell, ...]
    note: str = ""

    @property
    def trainings(self) -> list[Training]:
        """What must be trained, each once, with the measures that all its cells need."""
        found: dict[str, Training] = {}
        for cell in self.cells:
            if cell.training is not None:
                known = found.get(cell.training.name, cell.training)
                measures = tuple(dict.fromkeys([*known.measures, *cell.training.measures]))
                found[known.name] = dataclasses.replace(known, measures=measures)
        return list(found.values())
