"""A table of a paper, its cells, and the training that a cell depends on."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Training:
    """The training of a model, whose figures fill cells of a table or of several tables.

    Args:
        preset: Name of the preset; `None` for figures of the dataset alone.
        dataset: Name of the dataset.
        options: Changed arguments of the model's `for_images`, as in `train_run`.
        pretraining_options: Changed arguments of the pretrained part, such as ReGene's classifier.
        measures: Names of `reproduction.measures.MEASURES`.
        class_name: Name of the class to train on; `None` for all classes.

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
        """Name of the training in folder and file names, with all its options."""
        parts = [self.preset or f"data_{self.dataset}"]
        parts += [f"{name}={value}" for name, value in sorted(self.options.items())]
        # "first." is in the file names of the stored results.
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
    """A cell of a table: the published number and the figure that reproduces it.

    Args:
        row: Name of the row.
        column: Name of the column.
        training: Training that the figure is measured on; `None` for a blank cell.
        figure: Name of the figure, which a measure of the training returns.
        paper: Published number; `None` if the paper has no comparable number.
        paper_spread: Published standard deviation, if any.
        percent: Boolean: whether to print both numbers in percent.
        note: Note for the reader, such as the reason for a blank cell.

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
        name: Name on the command line.
        title: Paper, number and content of the table.
        cells: Cells of the table.
        note: Note that holds for the whole table.

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
        """Each distinct `Training` of the cells, with the measures of all its cells."""
        trainings: dict[str, Training] = {}
        for cell in self.cells:
            if cell.training is not None:
                known = trainings.get(cell.training.name, cell.training)
                measures = tuple(dict.fromkeys([*known.measures, *cell.training.measures]))
                trainings[known.name] = dataclasses.replace(known, measures=measures)
        return list(trainings.values())
