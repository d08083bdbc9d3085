"""Curves: losses over the epochs, and scores over the share of generated images."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from keras_regen.plotting.sheet import COLORS, INK, PAPER, save_figure

# What the points of figure 17 are called there: its red, blue and green dots.
_MARKS = {0.0: "no originals", 1.0: "all originals", 2.0: "as many generations on top"}
_MARK_COLORS = (COLORS[1], COLORS[0], COLORS[2], COLORS[3], COLORS[4])


def plot_history(history: Mapping[str, Sequence[float]], path: str | os.PathLike) -> None:
    """Draws each loss and metric over the epochs, training and validation in one panel.

    Args:
        history: Dict from names, as in `keras.callbacks.History.history`, to a value per epoch.
        path: Where to write the PNG.
    """
    names = [name for name in history if not name.startswith("val_") and name != "learning_rate"]
    columns = min(len(names), 3)
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4 * columns, 2.8 * rows), layout="constrained", facecolor=PAPER)
    for index, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, index + 1)
        for key, label, color in (
            (name, "training", COLORS[0]),
            (f"val_{name}", "held out", COLORS[1]),
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


def plot_ratio(
    ratios: Sequence[float],
    values: Mapping[str, np.ndarray],
    path: str | os.PathLike,
    x_label: str = "training images, as a share of the originals",
    marks: Mapping[float, str] | None = None,
) -> None:
    """Draws scores, such as accuracy and FID, over a ratio, with their spread over runs.

    Args:
        ratios: Floats `(num_ratios,)`, rising; 1 is drawn as 100 %.
        values: Dict from names, one panel each, to arrays `(num_ratios,)`, or
            `(num_ratios, num_runs)` for the mean with a band of one standard deviation.
        path: Where to write the PNG.
        x_label: What the ratio is.
        marks: Dict from ratios to names of points to mark. Defaults to 0 %, 100 % and 200 %
            original and generated images; `{}` marks none.

    Raises:
        ValueError: If there is not a row of values for each ratio.

    Source: ReGene, figures 15 (b) and 17.
    """
    ratios = 100 * np.asarray(ratios, "float64")
    values = {
        name: np.asarray(one, "float64").reshape(len(one), -1) for name, one in values.items()
    }
    for name, one in values.items():
        if len(one) != len(ratios):
            raise ValueError(
                "There must be a row of values for each ratio. "
                f"Received: {len(ratios)} ratios and {len(one)} rows of {name!r}."
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
                label=f"spread of {runs.shape[1]} runs",
            )
        axes.plot(ratios, mean, ".-", color=INK, linewidth=1.2, ms=5)
        for (ratio, label), color in zip(marks.items(), _MARK_COLORS, strict=False):
            near = np.flatnonzero(np.isclose(ratios, 100 * ratio))
            if len(near):
                axes.plot(ratios[near], mean[near], "o", ms=9, color=color, label=label, zorder=3)
        axes.set_xlabel(x_label, fontsize=9, color=INK)
        axes.set_ylabel(name, fontsize=10, color=INK)
        axes.xaxis.set_major_formatter("{x:g} %")
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if index == 1 and axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False, fontsize=8)
    save_figure(figure, path)
