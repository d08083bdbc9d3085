"""Colors of all plots, names as plain text, figures for files and notebooks."""

import io
import itertools
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from keras_regen.atomic_files import atomic_write
from keras_regen.checks import check_path
from keras_regen.class_names import is_control

INK, PAPER, MUTED, EDGE = "#1a1a2e", "white", "#8d99ae", "#c8ccd4"
COLORS = ("#3a5ba0", "#c8553d", "#588157", "#7a5195", "#e0a030")
_MAX_NAMES = 60
_SUFFIXES = (".jpeg", ".jpg", ".pdf", ".png", ".svg", ".tif", ".tiff", ".webp")


def plain_text(text: str, max_length: int = 40) -> str:
    r"""Returns a name as text that matplotlib shows as it is, in a line.

    Dollar signs are escaped, so that a class name `$x$` is no formula. Line breaks and tabs become
    spaces, and other control characters, also those of the direction of text, the replacement
    character U+FFFD.

    Args:
        text: The name.
        max_length: Integer, at least 1: longer names are cut, and end with an ellipsis.

    Returns:
        The text.

    Examples:
        >>> from keras_regen.plotting.style import plain_text
        >>> print(plain_text("$x$\ny"))
        \$x\$ y
        >>> plain_text("a long name", max_length=7)
        'a long…'
    """
    shown = "".join(map(_printable, text[: max_length + 1]))
    if len(shown) > max_length:
        shown = shown[: max_length - 1] + "…"
    return shown.replace("$", r"\$")


def _printable(character: str) -> str:
    if character in "\t\n\v\f\r\u2028\u2029":
        return " "
    return "\ufffd" if is_control(character) else character


def legend_text(text: str) -> str:
    """Returns a name for a legend, which would leave out empty names and names such as `_name`.

    Examples:
        >>> from keras_regen.plotting.style import legend_text
        >>> legend_text("_name"), legend_text("name")
        (' _name', 'name')
    """
    text = plain_text(text)
    return f" {text}" if text[:1] in ("", "_") else text


def shown_part(count: int, total: int, noun: str) -> str:
    """Returns a note that a plot shows a part of its data, or an empty text if it shows all.

    Examples:
        >>> from keras_regen.plotting.style import shown_part
        >>> shown_part(40, 300, "classes"), shown_part(3, 3, "classes")
        ('first 40 of 300 classes', '')
    """
    return f"first {count:,} of {total:,} {noun}" if count < total else ""


def colors_and_markers(count: int) -> list[tuple[tuple[float, ...], str]]:
    """Returns colors and markers: up to 20 colors, then the same colors with other markers.

    Args:
        count: Integer: the number of colors.

    Returns:
        List of `count` pairs of a color and a marker.

    Examples:
        >>> from keras_regen.plotting.style import colors_and_markers
        >>> pairs = colors_and_markers(60)
        >>> len(set(pairs)), pairs[0][1], pairs[20][1]
        (60, 'o', '^')
    """
    if count <= len(COLORS):
        colors = [matplotlib.colors.to_rgb(color) for color in COLORS]
    else:
        colors = list(matplotlib.colormaps["tab10" if count <= 10 else "tab20"].colors)
    pairs = itertools.cycle((color, marker) for marker in "o^sDPXv*<>" for color in colors)
    return list(itertools.islice(pairs, count))


def picture_path(path: str | os.PathLike | None) -> Path | None:
    """Returns the path of a picture, after a check of its suffix and folder.

    Args:
        path: Path of a file, or `None`.

    Returns:
        The path, or `None`.

    Raises:
        ValueError: If `path` is no path or has an unknown suffix.
        FileNotFoundError: If its folder does not exist.

    Examples:
        >>> from keras_regen.plotting.style import picture_path
        >>> picture_path("plot.keras")
        Traceback (most recent call last):
        ...
        ValueError: `path` must end with .jpeg, .jpg, .pdf, .png, .svg, .tif, .tiff or .webp.
        Received: path='plot.keras'.
    """
    return None if path is None else check_suffix(path, _SUFFIXES)


def check_suffix(path: str | os.PathLike, suffixes: Sequence[str]) -> Path:
    """Returns a path, after a check of its suffix and folder.

    Args:
        path: Path of a file.
        suffixes: The valid suffixes, in lower case.

    Returns:
        The path.

    Raises:
        ValueError: If `path` is no path or has another suffix.
        FileNotFoundError: If its folder does not exist.

    Examples:
        >>> from keras_regen.plotting.style import check_suffix
        >>> check_suffix("image.PNG", [".png", ".bmp"]).name
        'image.PNG'
    """
    checked = check_path("path", path)
    if checked.suffix.lower() not in suffixes:
        *first, last = suffixes
        raise ValueError(
            f"`path` must end with {', '.join(first)} or {last}. Received: path={str(path)!r}."
        )
    if not checked.parent.is_dir():
        raise FileNotFoundError(
            f"The folder of `path` does not exist. Create it first. Received: path={str(path)!r}."
        )
    return checked


def check_axes(ax: Axes | None) -> None:
    """Raises an error unless `ax` is a plane axes of a figure, or `None`.

    Args:
        ax: Value of the argument.

    Raises:
        ValueError: If `ax` is anything else.

    Examples:
        >>> from keras_regen.plotting.style import check_axes
        >>> check_axes("left")
        Traceback (most recent call last):
        ...
        ValueError: `ax` must be an axes of a matplotlib figure, such as `figure.add_subplot()`
        returns it, without a projection. Received: ax='left'.
    """
    if ax is None or (isinstance(ax, Axes) and ax.name == "rectilinear" and ax.figure is not None):
        return
    raise ValueError(
        "`ax` must be an axes of a matplotlib figure, such as `figure.add_subplot()` returns it, "
        f"without a projection. Received: ax={ax!r}."
    )


def new_panels(
    count: int,
    width: float,
    height: float,
    *,
    columns: int = 3,
    ax: Axes | None = None,
    layout: str = "constrained",
) -> tuple[Figure, list[Axes]]:
    """Returns a figure with panels in rows, without the global state of `matplotlib.pyplot`.

    Args:
        count: Integer, at least 1: the number of panels.
        width: Float: width of each panel in inches.
        height: Float: height of each panel in inches.
        columns: Integer, at least 1: panels in a row.
        ax: An axes to use as the only panel.
        layout: Layout engine of a new figure.

    Returns:
        A `matplotlib.figure.Figure` and a list of `count` axes.

    Raises:
        ValueError: If `ax` is no axes, or is an axes although there are several panels.

    Examples:
        >>> from keras_regen.plotting.style import new_panels
        >>> figure, panels = new_panels(4, 5, 3)
        >>> len(panels), figure.get_size_inches().tolist()
        (4, [15.0, 6.0])
    """
    check_axes(ax)
    if ax is not None:
        if count > 1:
            raise ValueError(
                f"The plot has {count} panels, and `ax` can hold only one. Plot a single name at a "
                "time, or omit `ax`."
            )
        return ax.figure.figure, [ax]
    columns = min(columns, count)
    rows = -(-count // columns)
    figure = Figure(
        figsize=(width * columns, height * rows), dpi=120, layout=layout, facecolor=PAPER
    )
    return figure, [figure.add_subplot(rows, columns, index + 1) for index in range(count)]


def style_curves(axes: Axes, x_label: str, y_label: str = "", title: str = "") -> None:
    """Sets the labels of an axes for curves or points, with a grid.

    Args:
        axes: The axes.
        x_label: Label of the x axis.
        y_label: Label of the y axis.
        title: Title.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.style import style_curves
        >>> axes = Figure().add_subplot()
        >>> style_curves(axes, "epoch", title="loss")
        >>> axes.get_xlabel(), axes.get_title()
        ('epoch', 'loss')
    """
    axes.set_title(title, fontsize=11, color=INK)
    axes.set_xlabel(x_label, fontsize=9, color=INK)
    axes.set_ylabel(y_label, fontsize=9, color=INK)
    axes.tick_params(which="both", labelsize=8)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def add_legend(figure: Figure, axes: Axes, ax: Axes | None, columns: int = 2) -> None:
    """Adds a legend of an axes: above all panels, or within the axes that the user passed.

    A new figure becomes higher by the rows of its legend, except for the first two. The legend has
    at most 60 names, and the number of the others.

    Args:
        figure: The figure.
        axes: The axes with the labeled lines.
        ax: The axes that the user passed, or `None`.
        columns: Integer: columns of a legend above the panels.

    Examples:
        >>> from keras_regen.plotting.style import add_legend, new_panels
        >>> figure, (axes,) = new_panels(1, 5, 3)
        >>> _ = axes.plot([1, 2], label="loss")
        >>> add_legend(figure, axes, None)
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['loss']
    """
    handles, labels = axes.get_legend_handles_labels()
    if not handles:
        return
    if len(handles) > _MAX_NAMES:
        labels = [*labels[:_MAX_NAMES], f"and {len(labels) - _MAX_NAMES:,} more"]
        handles = [*handles[:_MAX_NAMES], Line2D([], [], linestyle="none")]
    options = {"frameon": False, "fontsize": 8}
    if ax is None:
        rows = -(-len(handles) // columns)
        figure.set_figheight(figure.get_figheight() + 0.18 * max(0, rows - 2))
        figure.legend(handles, labels, loc="outside upper center", ncols=columns, **options)
    else:
        # The legend is moved to the best place only if this is quick.
        ax.legend(handles, labels, loc="best" if len(handles) <= 20 else "upper right", **options)


def finish(figure: Figure, path: Path | None = None) -> Figure:
    """Writes a figure to a file, completely or not at all, and lets notebooks show it.

    Args:
        figure: The figure.
        path: Path of the file, from `picture_path`; or `None` for no file.

    Returns:
        The figure.

    Examples:
        >>> import os, tempfile
        >>> from pathlib import Path
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.style import finish
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = finish(Figure(), folder / "empty.png")
        >>> os.listdir(folder)
        ['empty.png']
    """
    if path is not None:
        with atomic_write(path) as partial, matplotlib.rc_context({"savefig.bbox": "standard"}):
            figure.savefig(partial, dpi=figure.dpi)
    _show_in_notebooks()
    return figure


def _show_in_notebooks() -> None:
    """Registers how IPython shows a figure.

    IPython registers this itself only with `%matplotlib inline` or the first figure of pyplot;
    before, it shows a figure as text. A format that a user selected has precedence.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    formatters = shell.display_formatter.formatters
    pictures = ("image/png", "image/jpeg", "image/svg+xml", "application/pdf")
    if not any(Figure in formatters[kind].type_printers for kind in pictures):
        formatters["image/png"].for_type(Figure, _png)


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    return buffer.getvalue()


def pixel_size(axes: Axes) -> np.ndarray:
    """Returns the width and height of an axes in pixels of its figure.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.style import pixel_size
        >>> pixel_size(Figure(figsize=(3, 2), dpi=100).add_axes((0, 0, 1, 1))).tolist()
        [300.0, 200.0]
    """
    return np.array(axes.get_window_extent().size)
