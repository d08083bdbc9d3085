"""Colors and fonts of all plots, and writing a figure to a file."""

import os

import matplotlib
from matplotlib.figure import Figure

from keras_regen.atomic_files import atomic_write

INK, PAPER, MUTED = "#1a1a2e", "white", "#8d99ae"
COLORS = ("#3a5ba0", "#c8553d", "#588157", "#7a5195", "#e0a030")
FONT = {"font.family": "sans-serif"}


def escape_math(text: str) -> str:
    r"""Escapes dollar signs, so that matplotlib does not read a class name `$x$` as a formula.

    Examples:
        >>> from keras_regen.plotting.style import escape_math
        >>> print(escape_math("$x$"))
        \$x\$
    """
    return text.replace("$", r"\$")


def save_figure(figure: Figure, path: str | os.PathLike) -> None:
    """Writes a figure to a file, completely or not at all.

    Args:
        figure: The figure.
        path: Path of the PNG file.

    Examples:
        >>> import os, tempfile
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.style import save_figure
        >>> folder = tempfile.mkdtemp()
        >>> save_figure(Figure(), f"{folder}/empty.png")
        >>> os.listdir(folder)
        ['empty.png']
    """
    with atomic_write(path) as partial, matplotlib.rc_context(FONT):
        figure.savefig(partial, dpi=figure.dpi)
