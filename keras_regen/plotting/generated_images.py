"""Plots generated images next to their sources or their nearest training images."""

import os
from collections.abc import Sequence

import numpy as np

from keras_regen.pixel_range import unit_range
from keras_regen.plotting.canvas import Canvas, text_width
from keras_regen.plotting.style import COLORS, MUTED
from keras_regen.plotting.tiles import image_scale

# The papers frame source images in orange and generated images in blue.
_GENERATED, _SOURCE = COLORS[0], COLORS[4]
_EDGE, _GAP, _WIDE_GAP = 8, 4, 14
_CAPTION_SIZE = 7


def plot_matrix(
    images: np.ndarray, rows: np.ndarray, columns: np.ndarray, path: str | os.PathLike
) -> None:
    """Plots the generated image of each pair of sources, with the sources along the edges.

    Args:
        images: Generated images `(num_rows, num_columns, height, width, channels)`.
        rows: Source images `(num_rows, height, width, channels)` at the left.
        columns: Source images `(num_columns, height, width, channels)` at the top.
        path: Path of the PNG file.

    Raises:
        ValueError: If `images` does not have an image for each pair.

    Source: ReGene, section 6.3 and figures 8 to 11.
    """
    images, rows, columns = (np.asarray(array) for array in (images, rows, columns))
    if images.shape[:2] != (len(rows), len(columns)):
        raise ValueError(
            "`images` must have an image for each pair of sources. Received: images of shape "
            f"{images.shape}, {len(rows)} rows and {len(columns)} columns."
        )
    scale = image_scale(rows.shape[1:])
    height, width = (side * scale + _GAP for side in rows.shape[1:3])
    # Space for the frames of 3 pixels, and a wider gap between sources and generated images.
    first_top, first_left = height + _EDGE + _WIDE_GAP, width + _EDGE + _WIDE_GAP
    row_height, column_width = height + _GAP, width + _GAP
    canvas = Canvas(
        first_left + len(columns) * column_width + _EDGE - _GAP,
        first_top + len(rows) * row_height + _EDGE - _GAP,
    )
    for index, source in enumerate(columns):
        canvas.add_image(source, first_left + index * column_width, _EDGE, scale, _SOURCE)
    for index, source in enumerate(rows):
        canvas.add_image(source, _EDGE, first_top + index * row_height, scale, _SOURCE)
    for row, column in np.ndindex(images.shape[:2]):
        left, top = first_left + column * column_width, first_top + row * row_height
        canvas.add_image(images[row, column], left, top, scale)
    canvas.save(path)


def plot_sources(
    generated: np.ndarray, sources: np.ndarray, path: str | os.PathLike, columns: int = 12
) -> None:
    """Plots generated images, and below each the mean of its sources and the sources.

    The mean of the sources is a blurred overlay; a good generated image is sharp.

    Args:
        generated: Generated images `(num_samples, height, width, channels)`.
        sources: Source images `(num_samples, num_sources, height, width, channels)`.
        path: Path of the PNG file.
        columns: Integer: generated images per row.

    Raises:
        ValueError: If `sources` does not have sources for each generated image.

    Source: ReGene, figure 7.
    """
    generated, sources = np.asarray(generated), np.asarray(sources)
    if len(generated) != len(sources):
        raise ValueError(
            "`sources` must have sources for each generated image. "
            f"Received: {len(generated)} generated images and sources of {len(sources)}."
        )
    count = sources.shape[1]
    names = ["generated", "overlay", *(f"source {index + 1}" for index in range(count))]
    scale = image_scale(generated.shape[1:])
    height, width = (side * scale for side in generated.shape[1:3])
    margin = _EDGE + 10 + max(text_width(name) for name in names)
    columns = min(columns, len(generated))
    # The frame of the generated image needs space.
    group_height = (count + 2) * (height + _GAP) + _WIDE_GAP
    groups = -(-len(generated) // columns)
    canvas = Canvas(
        margin + columns * (width + 2 * _GAP) + _EDGE,
        groups * (group_height + _WIDE_GAP) - _WIDE_GAP + 2 * _EDGE,
    )
    overlays = unit_range(sources).mean(axis=1)
    for index, image in enumerate(generated):
        group, column = divmod(index, columns)
        left = margin + column * (width + 2 * _GAP)
        top = _EDGE + group * (group_height + _WIDE_GAP)
        for row, part in enumerate([image, overlays[index], *sources[index]]):
            # Wider gaps below the generated image and its overlay.
            y = top + row * (height + _GAP) + min(row, 2) * _WIDE_GAP // 2
            canvas.add_image(part, left, y, scale, frame=_GENERATED if row == 0 else None)
            if column == 0:
                canvas.add_text(names[row], margin - 10, y + height / 2, ha="right", va="center")
    canvas.save(path)


def plot_closest(
    generated: np.ndarray,
    matches: np.ndarray,
    path: str | os.PathLike,
    captions: Sequence[Sequence[str | float]] | None = None,
    row_names: Sequence[str] | None = None,
) -> None:
    """Plots each generated image, and its nearest images at its right.

    Args:
        generated: Generated images `(num_samples, height, width, channels)`.
        matches: Nearest images `(num_samples, num_matches, height, width, channels)`, such as
            `training[closest_match(generated, training).indices]`.
        path: Path of the PNG file.
        captions: Texts or numbers `(num_samples, num_matches)` below the matches, such as the
            values of `closest_match`.
        row_names: Names `(num_samples,)` at the left, such as the metric of each row.

    Raises:
        ValueError: If a generated image has no matches, captions or row name.

    Source: ReGene, section 6.4 and figures 12 and 13.
    """
    generated, matches = np.asarray(generated), np.asarray(matches)
    num_samples, num_matches = matches.shape[:2]
    captions = [[""] * num_matches] * num_samples if captions is None else captions
    row_names = [""] * num_samples if row_names is None else row_names
    lengths = len(generated), len(captions), len(row_names)
    if set(lengths) != {num_samples} or any(len(row) != num_matches for row in captions):
        raise ValueError(
            "`matches` must have matches for each generated image, and `captions` and `row_names` "
            f"must have a row for each of them. Received: matches of shape {matches.shape}, "
            f"{lengths[0]} generated images, {lengths[1]} rows of captions and {lengths[2]} names."
        )
    captions = [[_caption(value) for value in row] for row in captions]
    titles = ["generated", "nearest", *(f"{index}." for index in range(2, num_matches + 1))]
    scale = image_scale(generated.shape[1:])
    height, width = (side * scale for side in generated.shape[1:3])
    texts = [*titles, *(text for row in captions for text in row)]
    step = max(width, *(text_width(text, 8) for text in texts)) + 2 * _GAP
    has_names, has_captions = any(row_names), any(text for row in captions for text in row)
    margin = _EDGE + (10 + max(map(text_width, row_names)) if has_names else 0)
    row_height = height + 2 * _GAP + (14 if has_captions else 0)
    top = _EDGE + 18
    canvas = Canvas(
        margin + (num_matches + 1) * step + _WIDE_GAP + _EDGE, top + num_samples * row_height
    )
    centers = [margin + step / 2] + [
        margin + _WIDE_GAP + (index + 1.5) * step for index in range(num_matches)
    ]
    for title, center in zip(titles, centers, strict=True):
        canvas.add_text(title, center, _EDGE + 4, 8, ha="center", va="center", color=MUTED)
    for row in range(num_samples):
        y = top + row * row_height
        if row_names[row]:
            canvas.add_text(row_names[row], margin - 6, y + height / 2, ha="right", va="center")
        for column, image in enumerate([generated[row], *matches[row]]):
            left = round(centers[column] - width / 2)
            canvas.add_image(image, left, y, scale, frame=None if column else _GENERATED)
            if column:
                text = captions[row][column - 1]
                canvas.add_text(
                    text, centers[column], y + height + 8, _CAPTION_SIZE, ha="center", va="center"
                )
    canvas.save(path)


def _caption(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:#.3g}"
