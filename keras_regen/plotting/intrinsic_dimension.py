"""Plots estimates of the intrinsic dimension over the number of neighbors."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_regen.arrays import as_numbers
from keras_regen.plotting.arrays import as_series, check_mapping
from keras_regen.plotting.style import (
    add_legend,
    colors_and_markers,
    finish,
    legend_text,
    new_panels,
    picture_path,
    style_curves,
)


def plot_intrinsic_dimension(
    ks: Sequence[int],
    curves: Mapping[str, npt.ArrayLike],
    *,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots the estimated intrinsic dimension of datasets over the number of neighbors.

    Args:
        ks: Integers `(num_ks,)` in ascending order: numbers of neighbors.
        curves: Dict from the names of datasets to estimates `(num_ks,)`, as
            `keras_regen.metrics.intrinsic_dimension_curve` returns them.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `ks` are no numbers in ascending order, a curve does not have an estimate for
            each number of neighbors, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Source: DE-GAN, figure 4.

    Examples:
        >>> from keras_regen.plotting import plot_intrinsic_dimension
        >>> figure = plot_intrinsic_dimension([10, 20], {"MNIST": [12.0, 11.5]})
        >>> figure.axes[0].lines[0].get_xydata().tolist()
        [[10.0, 12.0], [20.0, 11.5]]
    """
    ks = as_numbers("ks", ks, 1)
    ks = as_series("ks", ks)
    if (np.diff(ks) <= 0).any():
        raise ValueError(f"`ks` must be in ascending order. Received: ks={ks.tolist()}.")
    check_mapping("curves", curves, "names of datasets to estimates")
    curves = {name: as_series(f"curves[{name!r}]", values) for name, values in curves.items()}
    for name, values in curves.items():
        if len(values) != len(ks):
            raise ValueError(
                "Each curve must have an estimate for each number of neighbors. "
                f"Received: {len(ks)} numbers and {len(values)} estimates of {name!r}."
            )
    path = picture_path(path)
    figure, (axes,) = new_panels(1, 5.6, 4, ax=ax)
    for (name, values), (color, _) in zip(
        curves.items(), colors_and_markers(len(curves)), strict=True
    ):
        axes.plot(ks, values, ".-", color=color, linewidth=1.2, ms=5, label=legend_text(name))
        if np.isfinite(values[-1]):
            axes.annotate(
                f"{values[-1]:.3g}",
                (ks[-1], values[-1]),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color=color,
            )
    style_curves(axes, "neighbors of each point, k", "estimated intrinsic dimension")
    # Starts at 0, so that small differences do not look large.
    largest = max(np.nanmax(values, initial=0.0) for values in curves.values())
    axes.set_ylim(0, 1.1 * largest or 1.0)
    add_legend(figure, axes, ax)
    return finish(figure, path)
