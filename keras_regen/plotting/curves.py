"""Plots losses over epochs and steps, and metrics over the share of generated images."""

import os
from collections.abc import Mapping, Sequence

import keras
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_regen.arrays import as_array, as_numbers
from keras_regen.checks import check_integer, check_strings
from keras_regen.plotting.arrays import as_points, as_series, check_mapping
from keras_regen.plotting.style import (
    COLORS,
    INK,
    MUTED,
    add_legend,
    colors_and_markers,
    finish,
    legend_text,
    new_panels,
    picture_path,
    plain_text,
    shown_part,
    style_curves,
)

# The red, blue and green dots of figure 17 of ReGene.
_MARKS = {
    0.0: "no originals",
    1.0: "all originals",
    2.0: "all originals + 100 % generated",
}
_MARK_COLORS = (COLORS[1], COLORS[0], COLORS[2], COLORS[3], COLORS[4])
_MAX_PANELS = 30


def plot_history(
    history: Mapping[str, Sequence[float]] | keras.callbacks.History,
    *,
    names: Sequence[str] | None = None,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots each loss and metric over the epochs, for training and validation, in a panel.

    Losses above 0 have a logarithmic axis. NaN and infinite values are gaps. Of more than 30
    names, the first 30 are shown, and the title says so.

    Args:
        history: The result of `model.fit`, or a dict from names to a value per epoch such as its
            `history`. The names of values for validation start with `"val_"`.
        names: Losses and metrics to plot, without `"val_"`. Defaults to all except the learning
            rate.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure. There must be a single name.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `history` is no dict of lists of numbers, a name is missing in it or there is
            none, `path` has an unknown suffix, or `ax` is no axes or cannot hold all panels.
        OSError: If the file cannot be written.

    Examples:
        >>> from keras_regen.plotting import plot_history
        >>> figure = plot_history({"loss": [2.0, 1.0], "val_loss": [2.5, 1.5]})
        >>> [line.get_ydata().tolist() for line in figure.axes[0].lines]
        [[2.0, 1.0], [2.5, 1.5]]
    """
    history = history.history if isinstance(history, keras.callbacks.History) else history
    check_mapping("history", history, "names to a value per epoch")
    history = {name: as_series(f"history[{name!r}]", values) for name, values in history.items()}
    known = dict.fromkeys(name.removeprefix("val_") for name in history)
    if names is None:
        names = [name for name in known if name != "learning_rate"] or list(known)
    names = _known_names(names, known)
    path = picture_path(path)
    shown = names[:_MAX_PANELS]
    figure, panels = new_panels(len(shown), 4, 2.8, ax=ax)
    for axes, name in zip(panels, shown, strict=True):
        curves = [
            (history[key], label, color)
            for key, label, color in (
                (name, "training", COLORS[0]),
                (f"val_{name}", "validation", COLORS[1]),
            )
            if key in history
        ]
        for values, label, color in curves:
            epochs = np.arange(1, len(values) + 1)
            axes.plot(epochs, values, ".-", ms=4, color=color, label=label)
        style_curves(axes, "epoch", title=_title(name))
        axes.xaxis.get_major_locator().set_params(integer=True)
        numbers = np.concatenate([values for values, _, _ in curves])
        numbers = numbers[np.isfinite(numbers)]
        if "loss" in name and numbers.size and numbers.min() > 0:
            axes.set_yscale("log")
    # The panel with the most lines has the labels of all.
    add_legend(figure, max(panels, key=lambda axes: len(axes.lines)), ax)
    _add_note(figure, shown_part(len(shown), len(names), "names"))
    return finish(figure, path)


def plot_runs(
    runs: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    names: Sequence[str] | None = None,
    x_label: str = "epoch",
    window: int = 1,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots losses or metrics of several training runs over the epochs or steps, each in a panel.

    NaN and infinite values are gaps. Of more than 30 names, the first 30 are shown, and the title
    says so.

    Args:
        runs: Dict from the names of the training runs to dicts from the names of losses and
            metrics to values, such as `keras.callbacks.History.history` or
            `keras_regen.callbacks.StepHistory.history`.
        names: Losses and metrics to plot. Defaults to all of the first training run.
        x_label: Label of the x axis: `"epoch"` or `"step"`. Values are counted from 1.
        window: Integer, at least 1. From 2 on, the moving average over `window` values is plotted
            in front of the pale values.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure. There must be a single name.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `runs` is no dict of dicts of lists of numbers, a name is missing in all
            training runs, there are no names, `x_label` is no string, `window` is less than 1,
            `path` has an unknown suffix, or `ax` is no axes or cannot hold all panels.
        OSError: If the file cannot be written.

    Source: DE-GAN, figures 6, 8 and 10.

    Examples:
        >>> from keras_regen.plotting import plot_runs
        >>> runs = {"plain": {"loss": [2.0, 1.0]}, "with noise": {"loss": [3.0, 1.0]}}
        >>> figure = plot_runs(runs, x_label="step")
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['plain', 'with noise']
    """
    check_mapping("runs", runs, "names of training runs to dicts")
    for label, run in runs.items():
        check_mapping(f"runs[{label!r}]", run, "names of losses and metrics to values")
    runs = {
        label: {
            name: as_series(f"runs[{label!r}][{name!r}]", values) for name, values in run.items()
        }
        for label, run in runs.items()
    }
    check_integer("window", window, 1)
    _check_text("x_label", x_label)
    known = dict.fromkeys(name for run in runs.values() for name in run)
    names = _known_names(list(next(iter(runs.values()))) if names is None else names, known)
    path = picture_path(path)
    shown = names[:_MAX_PANELS]
    figure, panels = new_panels(len(shown), 5, 3.4, ax=ax)
    for axes, name in zip(panels, shown, strict=True):
        for (label, run), (color, _) in zip(
            runs.items(), colors_and_markers(len(runs)), strict=True
        ):
            values = run.get(name, np.empty(0))
            if window > 1:
                steps = np.arange(1, len(values) + 1)
                axes.plot(steps, values, color=color, linewidth=0.6, alpha=0.3)
            width = min(int(window), max(len(values), 1))
            means = _moving_average(values, width)
            # Each mean is plotted at the last of its values, because it does not depend on later
            # values.
            axes.plot(
                np.arange(width, len(values) + 1),
                means,
                "." if len(means) == 1 else "-",
                color=color,
                linewidth=1.4,
                label=legend_text(label),
            )
        style_curves(axes, plain_text(x_label), title=_title(name))
        axes.xaxis.get_major_locator().set_params(integer=True)
    add_legend(figure, panels[0], ax, columns=2 * min(len(panels), 3))
    _add_note(figure, shown_part(len(shown), len(names), "names"))
    return finish(figure, path)


def plot_ratio(
    ratios: Sequence[float],
    values: Mapping[str, npt.ArrayLike],
    *,
    x_label: str = "training images, as a share of the originals",
    marks: Mapping[float, str] | None = None,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots metrics, such as accuracy and FID, over a ratio, with their spread over runs.

    Args:
        ratios: Floats `(num_ratios,)` in ascending order; 1 is labeled 100 %.
        values: Dict from names to arrays `(num_ratios,)`, or `(num_ratios, num_runs)` to plot
            the mean with a band of 1 standard deviation. Each name has a panel.
        x_label: Label of the x axis: the meaning of the ratio.
        marks: Dict from ratios to names of points to mark, 5 at most. Defaults to 0 %, 100 % and
            200 % original and generated images. `{}` marks no points.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure. There must be a single name.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `ratios` are no numbers in ascending order, an array does not have a row for
            each ratio, there are more than 30 arrays, `x_label` is no string, `marks` are no names
            of ratios, `path` has an unknown suffix, or `ax` is no axes or cannot hold all panels.
        OSError: If the file cannot be written.

    Source: ReGene, figures 15 (b) and 17.

    Examples:
        >>> from keras_regen.plotting import plot_ratio
        >>> figure = plot_ratio([0.5, 1], {"accuracy": [[0.8, 0.9], [0.9, 1.0]]})
        >>> figure.axes[0].lines[0].get_xydata().round(2).tolist()
        [[50.0, 0.85], [100.0, 0.95]]
    """
    ratios = as_series("ratios", as_numbers("ratios", ratios, 1))
    if (np.diff(ratios) <= 0).any():
        raise ValueError(f"`ratios` must be in ascending order. Received: ratios={ratios}.")
    check_mapping("values", values, "names to values")
    values = {name: _rows(f"values[{name!r}]", rows) for name, rows in values.items()}
    for name, rows in values.items():
        if len(rows) != len(ratios):
            raise ValueError(
                "`values` must have a row for each ratio. "
                f"Received: {len(ratios)} ratios and {len(rows)} rows of {name!r}."
            )
    if len(values) > _MAX_PANELS:
        raise ValueError(
            f"`values` can have at most {_MAX_PANELS} names. Received: {len(values)} names."
        )
    _check_text("x_label", x_label)
    marks = _MARKS if marks is None else _checked_marks(marks)
    path = picture_path(path)
    ratios = 100 * ratios
    figure, panels = new_panels(len(values), 5.6, 4, ax=ax)
    for axes, (name, runs) in zip(panels, values.items(), strict=True):
        mean, spread = runs.mean(axis=1), runs.std(axis=1)
        if runs.shape[1] > 1:
            axes.fill_between(
                ratios,
                mean - spread,
                mean + spread,
                color=INK,
                alpha=0.15,
                linewidth=0,
                label=f"standard deviation of {runs.shape[1]} runs",
            )
        axes.plot(ratios, mean, ".-", color=INK, linewidth=1.2, ms=5)
        for (ratio, label), color in zip(marks.items(), _MARK_COLORS, strict=False):
            marked = np.flatnonzero(np.isclose(ratios, 100 * ratio))
            if len(marked):
                axes.plot(
                    ratios[marked],
                    mean[marked],
                    "o",
                    ms=9,
                    color=color,
                    label=legend_text(label),
                    zorder=3,
                )
        style_curves(axes, plain_text(x_label, 60), plain_text(name))
        axes.xaxis.set_major_formatter("{x:g} %")
    add_legend(figure, max(panels, key=lambda axes: len(axes.lines)), ax)
    return finish(figure, path)


def _known_names(names: Sequence[str], known: Mapping[str, None]) -> list[str]:
    check_strings("names", names)
    if not names or any(name not in known for name in names):
        raise ValueError(
            f"`names` must be among the losses and metrics of the training runs, {sorted(known)}. "
            f"Received: names={names}."
        )
    return list(names)


def _check_text(name: str, value: str) -> None:
    if not isinstance(value, str):
        raise ValueError(f"`{name}` must be a string. Received: {name}={value!r}.")


def _title(name: str) -> str:
    return plain_text(name.replace("_", " "))


def _moving_average(values: np.ndarray, width: int) -> np.ndarray:
    """Returns the means of `width` values; a mean with a gap is a gap."""
    if not len(values):
        return values
    return np.convolve(values, np.full(width, 1 / width), "valid")


def _add_note(figure: Figure, note: str) -> None:
    if note:
        figure.suptitle(note, fontsize=10, color=MUTED)


def _rows(name: str, value: npt.ArrayLike) -> np.ndarray:
    array = as_array(name, value)
    return as_points(name, array[:, None] if array.ndim == 1 else array)


def _checked_marks(marks: Mapping[float, str]) -> Mapping[float, str]:
    valid = isinstance(marks, Mapping) and all(
        isinstance(ratio, (int, float, np.integer, np.floating)) and isinstance(label, str)
        for ratio, label in marks.items()
    )
    if not valid or len(marks) > len(_MARK_COLORS):
        raise ValueError(
            f"`marks` must be a dict from at most {len(_MARK_COLORS)} ratios to names. "
            f"Received: marks={marks!r}."
        )
    return marks
