"""All figures of the papers, by name."""

from reproduction.figures.csae import csae_figures
from reproduction.figures.degan import degan_figures
from reproduction.figures.paper_figure import PaperFigure
from reproduction.figures.regene import regene_figures
from reproduction.named import get_named


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
    return get_named("figure", list_figures(), name)
