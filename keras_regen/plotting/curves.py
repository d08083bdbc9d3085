"""Plots losses over epochs and steps, and metrics over the share of generated images."""

import itertools
import os
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from keras_regen.checks import check_integer
from keras_regen.plotting.style import COLORS, INK, PAPER, escape_math, save_figure

# The red, blue and green dots of figure 17 of ReGene.
_MARKS = {
    0.0: "no originals",
    1.0: "all originals",
    2.0: "all originals + 100 % generated",
}
_MARK_COLORS = (COLORS[1], COLORS[0], COLORS[2], COLORS[3], COLORS[4])


def plot_history(history: Mapping[str, Sequence[float]], path: str | os.PathLike) -> None:
    """Plots each loss and metric over the epochs, for training and validation, in a panel.

    Args:
        history: Dict from names to a value per epoch, such as
            `keras.callbacks.History.history`.
        path: Path of the PNG file.
    """
    names = [name for name in history if not name.startswith("val_") and name != "learning_rate"]
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4 * columns, 2.8 * rows), layout="constrained", facecolor=PAPER)
    for index, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, index + 1)
        for key, label, color in (
            (name, "training", COLORS[0]),
            (f"val_{name}", "validation", COLORS[1]),
        ):
            if key in history:
                values = history[key]
                axes.plot(
                    np.arange(1, len(values) + 1), values, ".-", ms=4, color=color, label=label
                )
        axes.set_title(name.replace("_", " "), fontsize=11, color=INK)
        axes.set_xlabel("epoch", fontsize=9, color=INK)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if "loss" in name and min(history[name]) > 0:
            axes.set_yscale("log")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if index == 0:
            axes.legend(frameon=False, fontsize=9)
    save_figure(figure, path)


def plot_runs(
    runs: Mapping[str, Mapping[str, Sequence[float]]],
    path: str | os.PathLike,
    names: Sequence[str] | None = None,
    *,
    x_label: str = "epoch",
    window: int = 1,
) -> None:
    """Plots losses or metrics of several training runs over the epochs or steps, each in a panel.

    Args:
        runs: Dict from the names of the training runs to dicts from the names of losses and
            metrics to values, such as `keras.callbacks.History.history` or
            `keras_regen.callbacks.StepHistory.history`.
        path: Path of the PNG file.
        names: Losses and metrics to plot. Defaults to all of the first training run.
        x_label: Label of the x axis: `"epoch"` or `"step"`. Values are counted from 1.
        window: Integer, at least 1. From 2 on, the moving average over `window` values is plotted
            in front of the pale values.

    Raises:
        ValueError: If `names` or `runs` is empty, a name is missing in all training runs, or
            `window` is less than 1.

    Source: DE-GAN, figures 6, 8 and 10.
    """
    check_integer("window", window, 1)
    names = list(next(iter(runs.values()), {})) if names is None else list(names)
    missing = [name for name in names if not any(name in run for run in runs.values())]
    if missing or not names:
        known = sorted({name for run in runs.values() for name in run})
        raise ValueError(
            f"`names` must be among the losses and metrics of the training runs, {known}. "
            f"Received: names={names}."
        )
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure = Figure(
        figsize=(5 * columns, 3.4 * rows), dpi=120, layout="constrained", facecolor=PAPER
    )
    for index, name in enumerate(names, start=1):
        axes = figure.add_subplot(rows, columns, index)
        for label, run, color in zip(runs, runs.values(), itertools.cycle(COLORS), strict=False):
            values = np.asarray(run.get(name, ()), "float64")
            if window > 1:
                axes.plot(
                    np.arange(1, len(values) + 1), values, color=color, linewidth=0.6, alpha=0.3
                )
            width = min(window, max(len(values), 1))
            means = (
                np.convolve(values, np.full(width, 1 / width), "valid") if len(values) else values
            )
            # Each mean is plotted at the last of its values, because it does not depend on later
            # values.
            axes.plot(
                np.arange(width, len(values) + 1),
                means,
                "." if len(means) == 1 else "-",
                color=color,
                linewidth=1.4,
                label=escape_math(label),
            )
        axes.set_title(name.replace("_", " "), fontsize=11, color=INK)
        axes.set_xlabel(x_label, fontsize=9, color=INK)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if index == 1:
            axes.legend(frameon=False, fontsize=9)
    save_figure(figure, path)


def plot_ratio(
    ratios: Sequence[float],
    values: Mapping[str, np.ndarray],
    path: str | os.PathLike,
    x_label: str = "training images, as a share of the originals",
    marks: Mapping[float, str] | None = None,
) -> None:
    """Plots metrics, such as accuracy and FID, over a ratio, with their spread over runs.

    Args:
        ratios: Floats `(num_ratios,)` in ascending order; 1 is labeled 100 %.
        values: Dict from names to arrays `(num_ratios,)`, or `(num_ratios, num_runs)` to plot
            the mean with a band of 1 standard deviation. Each name has a panel.
        path: Path of the PNG file.
        x_label: Label of the x axis: the meaning of the ratio.
        marks: Dict from ratios to names of points to mark. Defaults to 0 %, 100 % and 200 %
            original and generated images. `{}` marks no points.

    Raises:
        ValueError: If an array does not have a row for each ratio.

    Source: ReGene, figures 15 (b) and 17.
    """
    ratios = 100 * np.asarray(ratios, "float64")
    for name, rows in values.items():
        if len(rows) != len(ratios):
            raise ValueError(
                "`values` must have a row for each ratio. "
                f"Received: {len(ratios)} ratios and {len(rows)} rows of {name!r}."
            )
    marks = _MARKS if marks is None else marks
    figure = Figure(figsize=(5.6 * len(values), 4), dpi=120, layout="constrained", facecolor=PAPER)
    for index, (name, runs) in enumerate(values.items(), start=1):
        axes = figure.add_subplot(1, len(values), index)
        runs = np.asarray(runs, "float64").reshape(len(ratios), -1)
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
                    ratios[marked], mean[marked], "o", ms=9, color=color, label=label, zorder=3
                )
        axes.set_xlabel(x_label, fontsize=9, color=INK)
        axes.set_ylabel(name, fontsize=10, color=INK)
        axes.xaxis.set_major_formatter("{x:g} %")
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if index == 1 and axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False, fontsize=8)
    save_figure(figure, path)
