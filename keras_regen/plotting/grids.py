"""Plots rows of images, with a name at the left of each row."""

import os
from collections.abc import Sequence

import numpy as np

from keras_regen.plotting.canvas import Canvas, text_width
from keras_regen.plotting.tiles import image_scale, save_image, tile

_GAP, _PAIR_GAP = 4, 10


def plot_samples(
    images: np.ndarray, labels: np.ndarray, class_names: Sequence[str], path: str | os.PathLike
) -> None:
    """Plots a row of images for each class, with the name of the class.

    Args:
        images: Array `(num_images, height, width, channels)`.
        labels: Integer labels `(num_images,)`.
        class_names: Names of the classes.
        path: Path of the PNG file.
    """
    rows = [(name, images[labels == label]) for label, name in enumerate(class_names)]
    _plot_rows([row for row in rows if len(row[1])], path)


def plot_images(images: np.ndarray, path: str | os.PathLike, columns: int = 16) -> None:
    """Plots images row by row, without names.

    Args:
        images: Array `(num_images, height, width, channels)`.
        path: Path of the PNG file.
        columns: Integer: images per row.
    """
    scale = image_scale(images.shape[1:])
    save_image(tile(images, columns=min(columns, len(images)), gap=_GAP, scale=scale), path)


def plot_reconstructions(
    images: np.ndarray, reconstructions: np.ndarray, path: str | os.PathLike, columns: int = 16
) -> None:
    """Plots images, and below each its reconstruction.

    Args:
        images: Array `(num_images, height, width, channels)`.
        reconstructions: Array of the same shape.
        path: Path of the PNG file.
        columns: Integer: images per row.
    """
    rows = []
    for start in range(0, len(images), columns):
        part = slice(start, start + columns)
        rows += [("image", images[part]), ("reconstruction", reconstructions[part])]
    _plot_rows(rows, path, pairs=True)


def _plot_rows(
    rows: list[tuple[str, np.ndarray]], path: str | os.PathLike, pairs: bool = False
) -> None:
    image_shape = rows[0][1].shape[1:]
    scale = image_scale(image_shape)
    height, width = (side * scale + _GAP for side in image_shape[:2])
    tops = [_GAP]
    for index in range(len(rows)):
        tops.append(tops[-1] + height + (_PAIR_GAP - _GAP if pairs and index % 2 else 0))
    margin = 16 + max(text_width(name) for name, _ in rows)
    canvas = Canvas(margin + width * max(len(images) for _, images in rows), tops[-1])
    for (name, images), top in zip(rows, tops, strict=False):
        for column, image in enumerate(images):
            canvas.add_image(image, margin + column * width, top, scale)
        canvas.add_text(name, margin - 8, top + height / 2 - _GAP / 2, ha="right", va="center")
    canvas.save(path)
