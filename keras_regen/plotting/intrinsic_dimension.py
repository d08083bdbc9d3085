"""Plots estimates of the intrinsic dimension over the number of neighbors."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from keras_regen.plotting.style import COLORS, INK, PAPER, escape_math, save_figure


def plot_intrinsic_dimension(
    ks: Sequence[int], curves: Mapping[str, Sequence[float]], path: str | os.PathLike
) -> None:
    """Plots the estimated intrinsic dimension of datasets over the number of neighbors.

    Args:
        ks: Integers `(num_ks,)` in ascending order: numbers of neighbors.
        curves: Dict from the names of datasets to estimates `(num_ks,)`, as
            `keras_regen.metrics.intrinsic_dimension_curve` returns them.
        path: Path of the PNG file.

    Raises:
        ValueError: If a curve does not have an estimate for each number of neighbors.

    Source: DE-GAN, figure 4.
    """
    for name, values in curves.items():
        if len(values) != len(ks):
            raise ValueError(
                "Each curve must have an estimate for each number of neighbors. "
                f"Received: {len(ks)} numbers and {len(values)} estimates of {name!r}."
            )
    figure = Figure(figsize=(5.6, 4), dpi=120, layout="constrained", facecolor=PAPER)
    axes = figure.add_subplot()
    for index, (name, values) in enumerate(curves.items()):
        color = COLORS[index % len(COLORS)]
        axes.plot(ks, values, ".-", color=color, linewidth=1.2, ms=5, label=escape_math(name))
        axes.annotate(
            f"{values[-1]:.1f}",
            (ks[-1], values[-1]),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=color,
        )
    axes.set_xlabel("neighbors of each point, k", fontsize=9, color=INK)
    axes.set_ylabel("estimated intrinsic dimension", fontsize=10, color=INK)
    # Starts at 0, so that small differences do not look large.
    axes.set_ylim(0, 1.1 * max(np.max(values) for values in curves.values()))
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8)
    save_figure(figure, path)
