"""Plots generated images next to their sources or their nearest training images."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_regen.arrays import unit_range
from keras_regen.checks import check_integer, check_strings
from keras_regen.plotting.arrays import as_image_rows, as_images
from keras_regen.plotting.canvas import Canvas, number_that_fits, text_width
from keras_regen.plotting.style import COLORS, MUTED, check_axes, picture_path, shown_part
from keras_regen.plotting.tiles import image_scale

# The papers frame source images in orange and generated images in blue.
_GENERATED, _SOURCE = COLORS[0], COLORS[4]
_EDGE, _GAP, _WIDE_GAP = 8, 4, 14
_CAPTION_SIZE = 7


def plot_matrix(
    images: npt.ArrayLike,
    rows: npt.ArrayLike,
    columns: npt.ArrayLike,
    *,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots the generated image of each pair of sources, with the sources along the edges.

    The figure has at most 8,000 x 8,000 pixels. If not all rows and columns fit, it shows the
    first, and a note at its top says so.

    Args:
        images: Generated images `(num_rows, num_columns, height, width, channels)`, such as
            `keras_regen.matrix` returns them; integers 0..255 or floats 0..1.
        rows: Source images `(num_rows, height, width, channels)` at the left.
        columns: Source images `(num_columns, height, width, channels)` at the top.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array is no array of images, `images` does not have an image for each
            pair, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Source: ReGene, section 6.3 and figures 8 to 11.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_matrix
        >>> sources = np.zeros((3, 8, 8, 1))
        >>> figure = plot_matrix(np.ones((3, 3, 8, 8, 1)), sources, sources)
        >>> figure.axes[0].images[0].get_array().shape
        (310, 310, 3)
    """
    images = as_image_rows("images", images)
    rows = as_images("rows", rows, images.shape[2:])
    columns = as_images("columns", columns, images.shape[2:])
    if images.shape[:2] != (len(rows), len(columns)):
        raise ValueError(
            "`images` must have an image for each pair of sources. Received: images of shape "
            f"{images.shape}, {len(rows)} rows and {len(columns)} columns."
        )
    path = picture_path(path)
    check_axes(ax)
    scale = image_scale(rows.shape[1:])
    # Space for the frames of 3 pixels, and a wider gap between sources and generated images.
    row_height, column_width = (side * scale + 2 * _GAP for side in rows.shape[1:3])
    first_top, first_left = (size + _EDGE + _WIDE_GAP - _GAP for size in (row_height, column_width))
    num_rows = min(len(rows), number_that_fits(row_height, first_top))
    num_columns = min(len(columns), number_that_fits(column_width, first_left))
    notes = (
        shown_part(num_rows, len(rows), "rows"),
        shown_part(num_columns, len(columns), "columns"),
    )
    canvas = Canvas(
        first_left + num_columns * column_width + _EDGE - _GAP,
        first_top + num_rows * row_height + _EDGE - _GAP,
        ", ".join(filter(None, notes)),
    )
    for index, source in enumerate(columns[:num_columns]):
        canvas.add_image(source, first_left + index * column_width, _EDGE, scale, _SOURCE)
    for index, source in enumerate(rows[:num_rows]):
        canvas.add_image(source, _EDGE, first_top + index * row_height, scale, _SOURCE)
    for row, column in np.ndindex(num_rows, num_columns):
        left, top = first_left + column * column_width, first_top + row * row_height
        canvas.add_image(images[row, column], left, top, scale)
    return canvas.figure(path, ax)


def plot_sources(
    generated: npt.ArrayLike,
    sources: npt.ArrayLike,
    *,
    columns: int = 12,
    max_images: int = 48,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots generated images, and below each the mean of its sources and the sources.

    The mean of the sources is a blurred overlay; a good generated image is sharp. If not all
    images are shown, a note at the top of the figure says so. The figure has at most 8,000 x 8,000
    pixels.

    Args:
        generated: Generated images `(num_samples, height, width, channels)`; integers 0..255 or
            floats 0..1.
        sources: Source images `(num_samples, num_sources, height, width, channels)`.
        columns: Integer, at least 1: generated images per row; fewer if the figure would be too
            wide.
        max_images: Integer, at least 1: the number of generated images that are shown, from the
            first; fewer if the figure would be too high.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array is no array of images, `sources` does not have sources for each
            generated image, a number is out of range, `path` has an unknown suffix, or `ax` is no
            axes.
        OSError: If the file cannot be written.

    Source: ReGene, figure 7.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_sources
        >>> figure = plot_sources(np.zeros((3, 8, 8, 1)), np.zeros((3, 2, 8, 8, 1)))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['generated', 'overlay', 'source 1', 'source 2']
    """
    generated = as_images("generated", generated)
    sources = as_image_rows("sources", sources, generated.shape[1:])
    if len(generated) != len(sources):
        raise ValueError(
            "`sources` must have sources for each generated image. "
            f"Received: {len(generated)} generated images and sources of {len(sources)}."
        )
    check_integer("columns", columns, 1)
    check_integer("max_images", max_images, 1)
    path = picture_path(path)
    check_axes(ax)
    num_sources = sources.shape[1]
    names = ["generated", "overlay", *(f"source {index + 1}" for index in range(num_sources))]
    scale = image_scale(generated.shape[1:])
    height, width = (side * scale for side in generated.shape[1:3])
    margin = _EDGE + 10 + max(text_width(name) for name in names)
    # The frame of the generated image needs space.
    column_width = width + 2 * _GAP
    group_height = (num_sources + 2) * (height + _GAP) + 2 * _WIDE_GAP
    columns = min(int(columns), len(generated), number_that_fits(column_width, margin))
    count = min(int(max_images), len(generated), columns * number_that_fits(group_height))
    groups = -(-count // columns)
    canvas = Canvas(
        margin + columns * column_width + _EDGE,
        groups * group_height - _WIDE_GAP + 2 * _EDGE,
        shown_part(count, len(generated), "images"),
    )
    overlays = unit_range(sources[:count]).mean(axis=1)
    for index, image in enumerate(generated[:count]):
        group, column = divmod(index, columns)
        left = margin + column * column_width
        top = _EDGE + group * group_height
        for row, part in enumerate([image, overlays[index], *sources[index]]):
            # Wider gaps below the generated image and its overlay.
            y = top + row * (height + _GAP) + min(row, 2) * _WIDE_GAP // 2
            canvas.add_image(part, left, y, scale, frame=_GENERATED if row == 0 else None)
            if column == 0:
                canvas.add_text(names[row], margin - 10, y + height / 2, ha="right", va="center")
    return canvas.figure(path, ax)


def plot_closest(
    generated: npt.ArrayLike,
    matches: npt.ArrayLike,
    *,
    captions: Sequence[Sequence[str | float]] | None = None,
    row_names: Sequence[str] | None = None,
    max_rows: int = 40,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots each generated image, and its nearest images at its right.

    If not all images are shown, a note at the top of the figure says so. The figure has at most
    8,000 x 8,000 pixels.

    Args:
        generated: Generated images `(num_samples, height, width, channels)`; integers 0..255 or
            floats 0..1.
        matches: Nearest images `(num_samples, num_matches, height, width, channels)`, such as
            `training[closest_match(generated, training).indices]`.
        captions: Texts or numbers `(num_samples, num_matches)` below the matches, such as the
            values of `closest_match`.
        row_names: Names `(num_samples,)` at the left, such as the metric of each row.
        max_rows: Integer, at least 1: the number of generated images that are shown, from the
            first; fewer if the figure would be too high.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array is no array of images; a generated image has no matches, captions or
            row name; `max_rows` is out of range; `path` has an unknown suffix; or `ax` is no axes.
        OSError: If the file cannot be written.

    Source: ReGene, section 6.4 and figures 12 and 13.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_closest
        >>> images = np.zeros((1, 8, 8, 1))
        >>> figure = plot_closest(images, images[None], captions=[[0.25]])
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['generated', 'nearest', '0.250']
    """
    generated = as_images("generated", generated)
    matches = as_image_rows("matches", matches, generated.shape[1:])
    num_samples, num_matches = matches.shape[:2]
    captions = _captions(captions) if captions is not None else [[""] * num_matches] * num_samples
    if row_names is not None:
        check_strings("row_names", row_names)
    row_names = [""] * num_samples if row_names is None else row_names
    lengths = len(generated), len(captions), len(row_names)
    if set(lengths) != {num_samples} or any(len(row) != num_matches for row in captions):
        raise ValueError(
            "`matches` must have matches for each generated image, and `captions` and `row_names` "
            f"must have a row for each of them. Received: matches of shape {matches.shape}, "
            f"{lengths[0]} generated images, {lengths[1]} rows of captions and {lengths[2]} names."
        )
    check_integer("max_rows", max_rows, 1)
    path = picture_path(path)
    check_axes(ax)
    scale = image_scale(generated.shape[1:])
    height, width = (side * scale for side in generated.shape[1:3])
    texts = ["generated", "nearest", *(text for row in captions for text in row)]
    step = max(width, *(text_width(text, 8) for text in texts)) + 2 * _GAP
    has_captions = any(text for row in captions for text in row)
    margin = _EDGE + (10 + max(map(text_width, row_names)) if any(row_names) else 0)
    row_height = height + 2 * _GAP + (14 if has_captions else 0)
    top = _EDGE + 18
    num_rows = min(int(max_rows), num_samples, number_that_fits(row_height))
    num_columns = min(num_matches, number_that_fits(step, margin + step))
    notes = (
        shown_part(num_rows, num_samples, "images"),
        shown_part(num_columns, num_matches, "matches of each"),
    )
    canvas = Canvas(
        margin + (num_columns + 1) * step + _WIDE_GAP + _EDGE,
        top + num_rows * row_height,
        ", ".join(filter(None, notes)),
    )
    centers = [margin + step / 2] + [
        margin + _WIDE_GAP + (index + 1.5) * step for index in range(num_columns)
    ]
    titles = ["generated", "nearest", *(f"{index}." for index in range(2, num_columns + 1))]
    for title, center in zip(titles, centers, strict=True):
        canvas.add_text(title, center, _EDGE + 4, 8, ha="center", va="center", color=MUTED)
    for row in range(num_rows):
        y = top + row * row_height
        if row_names[row]:
            canvas.add_text(row_names[row], margin - 6, y + height / 2, ha="right", va="center")
        for column, image in enumerate([generated[row], *matches[row, :num_columns]]):
            left = round(centers[column] - width / 2)
            canvas.add_image(image, left, y, scale, frame=None if column else _GENERATED)
            if column and has_captions:
                text = captions[row][column - 1]
                canvas.add_text(
                    text, centers[column], y + height + 8, _CAPTION_SIZE, ha="center", va="center"
                )
    return canvas.figure(path, ax)


def _captions(value: Any) -> list[list[str]]:
    rows = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(rows, (list, tuple)) or not all(
        isinstance(row, (list, tuple)) or (isinstance(row, np.ndarray) and row.ndim == 1)
        for row in rows
    ):
        raise ValueError(
            f"`captions` must be a list of lists of texts or numbers. Received: captions={value!r}."
        )
    return [[_caption(text) for text in row] for row in rows]


def _caption(value: str | float) -> str:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    if not is_number or isinstance(value, (bool, np.timedelta64)) or abs(value) > 1e100:
        raise ValueError(f"`captions` must be texts or numbers. Received: {value!r}.")
    return f"{value:#.3g}"
