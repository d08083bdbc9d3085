"""Generated images beside the images that they came from, or that they resemble."""

import os
from collections.abc import Sequence

import numpy as np

from keras_regen.pixel_range import unit_range
from keras_regen.plotting.sheet import COLORS, MUTED, Sheet, image_scale, text_width

# The papers frame sources in orange and generations in blue.
_GENERATED, _SOURCE = COLORS[0], COLORS[4]
_EDGE, _GAP, _WIDE_GAP = 8, 4, 14
_SMALL = 7


def plot_matrix(
    images: np.ndarray, rows: np.ndarray, columns: np.ndarray, path: str | os.PathLike
) -> None:
    """Draws what every pair of two lists of sources gives, with the sources along the edges.

    Args:
        images: Array `(num_rows, num_columns, height, width, channels)` of generations.
        rows: Array `(num_rows, height, width, channels)`: the sources at the left.
        columns: Array `(num_columns, height, width, channels)`: the sources at the top.
        path: Where to write the PNG.

    Raises:
        ValueError: If there is not an image for each pair.

    Source: ReGene, section 6.3 and figures 8 to 11.
    """
    images, rows, columns = (np.asarray(array) for array in (images, rows, columns))
    if images.shape[:2] != (len(rows), len(columns)):
        raise ValueError(
            "There must be one image for each pair of sources. Received: images of shape "
            f"{images.shape}, {len(rows)} rows and {len(columns)} columns."
        )
    scale = image_scale(rows.shape[1:])
    height, width = (side * scale + _GAP for side in rows.shape[1:3])
    # Room for the frames of 3 pixels, and a wider gap between the sources and what they gave.
    first_top, first_left = height + _EDGE + _WIDE_GAP, width + _EDGE + _WIDE_GAP
    row_height, column_width = height + _GAP, width + _GAP
    sheet = Sheet(
        first_left + len(columns) * column_width + _EDGE - _GAP,
        first_top + len(rows) * row_height + _EDGE - _GAP,
    )
    for index, source in enumerate(columns):
        sheet.put(source, first_left + index * column_width, _EDGE, scale, _SOURCE)
    for index, source in enumerate(rows):
        sheet.put(source, _EDGE, first_top + index * row_height, scale, _SOURCE)
    for row, column in np.ndindex(images.shape[:2]):
        left, top = first_left + column * column_width, first_top + row * row_height
        sheet.put(images[row, column], left, top, scale)
    sheet.save(path)


def plot_sources(
    generated: np.ndarray, sources: np.ndarray, path: str | os.PathLike, columns: int = 12
) -> None:
    """Draws generations, below each the overlay of its sources, and below that the sources.

    What the overlay shows as a blur of several images, a good generation shows as one.

    Args:
        generated: Array `(num_samples, height, width, channels)`.
        sources: Array `(num_samples, num_sources, height, width, channels)`.
        path: Where to write the PNG.
        columns: Integer: generations in one row.

    Raises:
        ValueError: If there are not sources for each generation.

    Source: ReGene, figure 7.
    """
    generated, sources = np.asarray(generated), np.asarray(sources)
    if len(generated) != len(sources):
        raise ValueError(
            "There must be sources for each generation. "
            f"Received: {len(generated)} generations and sources of {len(sources)}."
        )
    count = sources.shape[1]
    names = ["generated", "overlay", *(f"source {index + 1}" for index in range(count))]
    scale = image_scale(generated.shape[1:])
    height, width = (side * scale for side in generated.shape[1:3])
    margin = _EDGE + 10 + max(text_width(name) for name in names)
    columns = min(columns, len(generated))
    # The generation stands apart: its frame needs room.
    group_height = (count + 2) * (height + _GAP) + _WIDE_GAP
    groups = -(-len(generated) // columns)
    sheet = Sheet(
        margin + columns * (width + 2 * _GAP) + _EDGE,
        groups * (group_height + _WIDE_GAP) - _WIDE_GAP + 2 * _EDGE,
    )
    overlays = unit_range(sources).mean(axis=1)
    for index, image in enumerate(generated):
        group, column = divmod(index, columns)
        left = margin + column * (width + 2 * _GAP)
        top = _EDGE + group * (group_height + _WIDE_GAP)
        for row, part in enumerate([image, overlays[index], *sources[index]]):
            # Below the generation and its overlay a little more room.
            at = top + row * (height + _GAP) + min(row, 2) * _WIDE_GAP // 2
            sheet.put(part, left, at, scale, frame=_GENERATED if row == 0 else None)
            if column == 0:
                sheet.write(names[row], margin - 10, at + height / 2, ha="right", va="center")
    sheet.save(path)


def plot_closest(
    generated: np.ndarray,
    matches: np.ndarray,
    path: str | os.PathLike,
    captions: Sequence[Sequence[str | float]] | None = None,
    row_names: Sequence[str] | None = None,
) -> None:
    """Draws each generation, and right of it the images nearest to it.

    Args:
        generated: Array `(num_samples, height, width, channels)`.
        matches: Array `(num_samples, num_matches, height, width, channels)`, nearest first, such
            as `training[closest_match(generated, training).indices]`.
        path: Where to write the PNG.
        captions: Words or numbers `(num_samples, num_matches)` below the matches, such as the
            values of `closest_match`.
        row_names: Names `(num_samples,)` at the left, such as the metric of each row.

    Raises:
        ValueError: If there are not matches, captions or a name for each generation.

    Source: ReGene, section 6.4 and figures 12 and 13.
    """
    generated, matches = np.asarray(generated), np.asarray(matches)
    num_samples, num_matches = matches.shape[:2]
    captions = [[""] * num_matches] * num_samples if captions is None else captions
    row_names = [""] * num_samples if row_names is None else row_names
    lengths = len(generated), len(captions), len(row_names)
    if set(lengths) != {num_samples} or any(len(row) != num_matches for row in captions):
        raise ValueError(
            "There must be matches for each generation, and captions or a name for each of them, "
            f"if any. Received: matches of shape {matches.shape}, with {lengths[0]} generations, "
            f"{lengths[1]} rows of captions and {lengths[2]} names."
        )
    captions = [[_caption(one) for one in row] for row in captions]
    titles = ["generated", "nearest", *(f"{index}." for index in range(2, num_matches + 1))]
    scale = image_scale(generated.shape[1:])
    height, width = (side * scale for side in generated.shape[1:3])
    words = [*titles, *(text for row in captions for text in row)]
    step = max(width, *(text_width(text, 8) for text in words)) + 2 * _GAP
    named, captioned = any(row_names), any(text for row in captions for text in row)
    margin = _EDGE + (10 + max(map(text_width, row_names)) if named else 0)
    row_height = height + 2 * _GAP + (14 if captioned else 0)
    top = _EDGE + 18
    sheet = Sheet(
        margin + (num_matches + 1) * step + _WIDE_GAP + _EDGE, top + num_samples * row_height
    )
    middles = [margin + step / 2] + [
        margin + _WIDE_GAP + (index + 1.5) * step for index in range(num_matches)
    ]
    for title, middle in zip(titles, middles, strict=True):
        sheet.write(title, middle, _EDGE + 4, 8, ha="center", va="center", color=MUTED)
    for row in range(num_samples):
        at = top + row * row_height
        if row_names[row]:
            sheet.write(row_names[row], margin - 6, at + height / 2, ha="right", va="center")
        for column, image in enumerate([generated[row], *matches[row]]):
            left = round(middles[column] - width / 2)
            sheet.put(image, left, at, scale, frame=None if column else _GENERATED)
            if column:
                text = captions[row][column - 1]
                sheet.write(
                    text, middles[column], at + height + 8, _SMALL, ha="center", va="center"
                )
    sheet.save(path)


def _caption(value):
    return value if isinstance(value, str) else f"{value:#.3g}"
