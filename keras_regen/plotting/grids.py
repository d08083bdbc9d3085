"""Rows of images, with a name on the left of each."""

import os
from collections.abc import Sequence

import numpy as np

from keras_regen.plotting.sheet import Sheet, image_scale, save_image, text_width, tile

_GAP, _PAIR_GAP = 4, 10


def plot_samples(
    images: np.ndarray, labels: np.ndarray, class_names: Sequence[str], path: str | os.PathLike
) -> None:
    """Draws images in one row for each class, with the classes' names.

    Args:
        images: Array `(num_images, height, width, channels)`.
        labels: Integer labels `(num_images,)`.
        class_names: Names of the classes.
        path: Where to write the PNG.
    """
    rows = [(name, images[labels == label]) for label, name in enumerate(class_names)]
    _draw_rows([row for row in rows if len(row[1])], path)


def plot_images(images: np.ndarray, path: str | os.PathLike, columns: int = 16) -> None:
    """Draws images row by row, with no names.

    Args:
        images: Array `(num_images, height, width, channels)`.
        path: Where to write the PNG.
        columns: Integer: images in one row.
    """
    scale = image_scale(images.shape[1:])
    save_image(tile(images, columns=min(columns, len(images)), gap=_GAP, scale=scale), path)


def plot_reconstructions(
    images: np.ndarray, reconstructions: np.ndarray, path: str | os.PathLike, columns: int = 16
) -> None:
    """Draws images, and under each what the model made of it.

    Args:
        images: Array `(num_images, height, width, channels)`.
        reconstructions: Array of the same shape.
        path: Where to write the PNG.
        columns: Integer: images in one row.
    """
    rows = []
    for start in range(0, len(images), columns):
        part = slice(start, start + columns)
        rows += [("image", images[part]), ("drawn", reconstructions[part])]
    _draw_rows(rows, path, pairs=True)


def _draw_rows(rows, path, pairs=False):
    image_shape = rows[0][1].shape[1:]
    scale = image_scale(image_shape)
    height, width = (side * scale + _GAP for side in image_shape[:2])
    tops = [_GAP]
    for index in range(len(rows)):
        tops.append(tops[-1] + height + (_PAIR_GAP - _GAP if pairs and index % 2 else 0))
    margin = 16 + max(text_width(name) for name, _ in rows)
    sheet = Sheet(margin + width * max(len(images) for _, images in rows), tops[-1])
    for (name, images), top in zip(rows, tops, strict=False):
        for column, image in enumerate(images):
            sheet.put(image, margin + column * width, top, scale)
        sheet.write(name, margin - 8, top + height / 2 - _GAP / 2, ha="right", va="center")
    sheet.save(path)
