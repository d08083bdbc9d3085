"""All figures of the papers, by name."""

import difflib

from reproduction.figures.csae import csae_figures
from reproduction.figures.degan import degan_figures
from reproduction.figures.paper_figure import PaperFigure
from reproduction.figures.regene import regene_figures


def list_figures() -> list[PaperFigure]:
    """Lists the figures of the papers that have data or a picture, paper by paper.

    Examples:
        >>> from reproduction.figures.registry import list_figures
        >>> [figure.name for figure in list_figures()][:2]
        ['csae1-figure2', 'csae1-figure4']
    """
    return [*csae_figures(), *regene_figures(), *degan_figures()]


def get_figure(name: str) -> PaperFigure:
    """Returns a figure by its name.

    Raises:
        ValueError: If no figure has the name. The message lists the known names.

    Examples:
        >>> from reproduction.figures.registry import get_figure
        >>> get_figure("regene-figure17").number
        '17'
    """
    figures = {figure.name: figure for figure in list_figures()}
    if name not in figures:
        close = difflib.get_close_matches(name, figures, 1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"No figure has the name {name!r}.{hint} Known figures: {', '.join(figures)}."
        )
    return figures[name]
