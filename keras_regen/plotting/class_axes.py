"""Axes with a place for each class: names that stay readable for few and for many classes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.image import AxesImage

from keras_regen.plotting.canvas import text_width
from keras_regen.plotting.style import EDGE, INK, MUTED, plain_text

_FONT_SIZE, _MAX_LENGTH = 8, 24
_MAX_VALUES = 12


def panel_side(num_classes: int) -> float:
    """Returns the side of a square panel with a row and a column for each class, in inches.

    Examples:
        >>> from keras_regen.plotting.class_axes import panel_side
        >>> panel_side(2), panel_side(10), panel_side(300)
        (3.0, 4.0, 8.0)
    """
    return min(max(3.0, 0.4 * num_classes), 8.0)


def names_width(class_names: Sequence[str]) -> float:
    """Returns the space for names of classes next to an axes, in inches.

    Examples:
        >>> from keras_regen.plotting.class_axes import names_width
        >>> 0.2 < names_width(["cat", "dog"]) < names_width(["a longer name"]) < 1
        True
    """
    # A width takes a millisecond or more, and the widest of many names is among the longest.
    longest = sorted(class_names, key=len)[-20:]
    return 0.01 * max(text_width(name, _FONT_SIZE, _MAX_LENGTH) for name in longest)


def add_names(axis: Axis, class_names: Sequence[str], length: float) -> None:
    """Sets the names of classes as tick labels, as many as are readable.

    Args:
        axis: The x axis or y axis, whose class `k` lies at position `k`.
        class_names: Names of the classes.
        length: Float: length of the axis in points.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.class_axes import add_names
        >>> axes = Figure().add_subplot()
        >>> add_names(axes.xaxis, ["a", "b", "c", "d"], 20)
        >>> [tick.get_text() for tick in axes.get_xticklabels()]
        ['a', 'c']
    """
    shown = range(0, len(class_names), names_step(len(class_names), length))
    texts = [plain_text(class_names[index], _MAX_LENGTH) for index in shown]
    axis.set_ticks(shown, texts, fontsize=_FONT_SIZE, color=INK)
    if axis.axis_name == "x":
        longest = max(map(len, texts))
        turned = longest * 0.65 * _FONT_SIZE > 0.9 * length / len(class_names)
        axis.set_tick_params(rotation=90 if turned else 0)


def names_step(count: int, length: float) -> int:
    """Returns the step between the names that are shown: 1 if there is space for all names.

    Args:
        count: Integer: the number of names.
        length: Float: length of the axis in points.

    Examples:
        >>> from keras_regen.plotting.class_axes import names_step
        >>> names_step(10, 200), names_step(300, 500)
        (1, 6)
    """
    return max(1, int(np.ceil(1.2 * _FONT_SIZE * count / max(length, 1))))


def add_heatmap(
    axes: Axes,
    matrix: np.ndarray,
    class_names: Sequence[str],
    length: float,
    values: str,
    **options: object,
) -> AxesImage:
    """Plots a matrix of classes by classes as colors, with names and, for few classes, values.

    Args:
        axes: The axes.
        matrix: Array `(num_classes, num_classes)`. NaN has no color.
        class_names: Names of the classes.
        length: Float: side of the axes in points.
        values: Format of the values in the cells, such as `".1f"`.
        **options: Other arguments of `imshow`.

    Returns:
        The image.

    Examples:
        >>> import numpy as np
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.class_axes import add_heatmap
        >>> axes = Figure().add_subplot()
        >>> _ = add_heatmap(axes, np.eye(2), ["a", "b"], 100, ".0f")
        >>> [text.get_text() for text in axes.texts]
        ['1', '0', '0', '1']
    """
    count = len(class_names)
    image = axes.imshow(matrix, interpolation="nearest", aspect="equal", **options)
    add_names(axes.xaxis, class_names, length)
    add_names(axes.yaxis, class_names, length)
    axes.tick_params(length=2, color=MUTED)
    axes.spines[:].set_color(EDGE)
    if count <= _MAX_VALUES:
        size = min(8.0, 0.28 * length / count)
        for row, column in np.ndindex(matrix.shape):
            value = matrix[row, column]
            if np.isfinite(value):
                red, green, blue, _ = image.cmap(image.norm(value))
                dark = 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
                axes.text(
                    column,
                    row,
                    format(value, values),
                    ha="center",
                    va="center",
                    fontsize=size,
                    color="white" if dark else "black",
                )
    return image
