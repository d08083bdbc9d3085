"""A figure of a paper, and its panels."""

import dataclasses
from collections.abc import Callable

import matplotlib.figure

from reproduction.figures.sources import Sources


@dataclasses.dataclass(frozen=True)
class Panel:
    """A panel of a figure: a picture for a dataset or a setting.

    Args:
        label: Label, such as the setting of the model.
        alt: Alternative text of the picture.
        make: Function that returns the picture as a matplotlib figure, and a text with the number
            of the paper and ours. It gets the results and the trained models.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from reproduction.figures.paper_figure import Panel
        >>> Panel("MNIST", "Nothing", lambda sources: (Figure(), "")).label
        'MNIST'
    """

    label: str
    alt: str
    make: Callable[[Sources], tuple[matplotlib.figure.Figure, str]]


@dataclasses.dataclass(frozen=True)
class PaperFigure:
    """A figure of a paper.

    Args:
        name: Name on the command line, such as `"csae1-figure4"`.
        title: Content of the figure, with its dataset.
        caption: The figure of the paper, and the differences of ours.
        panels: The panels that can be made.
        missing: The panels that cannot be made, with the reason.

    Examples:
        >>> from reproduction.figures.paper_figure import PaperFigure
        >>> PaperFigure("regene-figureB18", "t-SNE, CIFAR-10").number
        'B.18'
    """

    name: str
    title: str
    caption: str = ""
    panels: tuple[Panel, ...] = ()
    missing: str = ""

    @property
    def paper(self) -> str:
        """Short name of the paper, a key of `captions.PAPERS`."""
        return self.name.partition("-")[0]

    @property
    def number(self) -> str:
        """Number of the figure in the paper."""
        number = self.name.partition("-figure")[2]
        return f"{number[0]}.{number[1:]}" if number[0].isalpha() else number
