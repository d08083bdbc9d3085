"""Plots rows of images, with a name at the left of each row."""

import os
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_regen.checks import check_integer, check_strings
from keras_regen.plotting.arrays import as_class_names, as_image_rows, as_images, as_labels
from keras_regen.plotting.canvas import Canvas, number_that_fits, text_width
from keras_regen.plotting.style import check_axes, picture_path, shown_part
from keras_regen.plotting.tiles import image_scale

_GAP, _PAIR_GAP = 4, 10


def plot_images(
    images: npt.ArrayLike,
    *,
    columns: int = 16,
    max_images: int = 256,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots images row by row, without names.

    If not all images are shown, a note at the top of the figure says so. The figure has at most
    8,000 x 8,000 pixels.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        columns: Integer, at least 1: images per row; fewer if the figure would be too wide.
        max_images: Integer, at least 1: the number of images that are shown, from the first; fewer
            if the figure would be too high.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `images` are no images, a number is out of range, `path` has an unknown
            suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_images
        >>> figure = plot_images(np.zeros((5, 8, 8, 1)), columns=3)
        >>> figure.axes[0].images[0].get_array().shape
        (132, 200, 3)
    """
    images = as_images("images", images)
    check_integer("columns", columns, 1)
    check_integer("max_images", max_images, 1)
    path = picture_path(path)
    check_axes(ax)
    scale = image_scale(images.shape[1:])
    height, width = (side * scale + _GAP for side in images.shape[1:3])
    columns = min(int(columns), len(images), number_that_fits(width))
    count = min(int(max_images), len(images), columns * number_that_fits(height))
    canvas = Canvas(
        columns * width - _GAP,
        -(-count // columns) * height - _GAP,
        shown_part(count, len(images), "images"),
    )
    for index, image in enumerate(images[:count]):
        row, column = divmod(index, columns)
        canvas.add_image(image, column * width, row * height, scale)
    return canvas.figure(path, ax)


def plot_samples(
    images: npt.ArrayLike,
    labels: npt.ArrayLike,
    class_names: Sequence[str],
    *,
    columns: int = 16,
    max_classes: int = 40,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots a row of images for each class, with the name of the class.

    Classes without images have no row. If not all images are shown, a note at the top of the figure
    says so. The figure has at most 8,000 x 8,000 pixels.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        labels: Integer labels `(num_images,)`.
        class_names: Names of the classes.
        columns: Integer, at least 1: the number of images of each class that are shown, from the
            first; fewer if the figure would be too wide.
        max_classes: Integer, at least 1: the number of classes that are shown, from the first;
            fewer if the figure would be too high.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `images` are no images, `labels` or `class_names` do not fit, a number is out
            of range, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_samples
        >>> figure = plot_samples(np.zeros((3, 8, 8, 1)), [0, 1, 1], ["cat", "dog"])
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['cat', 'dog']
    """
    images = as_images("images", images)
    class_names = as_class_names(class_names)
    labels = as_labels("labels", labels, len(images), len(class_names))
    check_integer("columns", columns, 1)
    check_integer("max_classes", max_classes, 1)
    present, counts = np.unique(labels, return_counts=True)
    largest = int(counts.max())
    limit = min(int(max_classes), len(present), _rows_that_fit(images.shape[1:]))
    names = [class_names[label] for label in present[:limit]]
    columns = min(int(columns), largest, _columns_that_fit(images.shape[1:], names))
    notes = (
        shown_part(limit, len(present), "classes"),
        shown_part(columns, largest, "images of a class"),
    )
    rows = [
        (name, images[np.flatnonzero(labels == label)[:columns]])
        for name, label in zip(names, present, strict=False)
    ]
    return _plot_rows(rows, ", ".join(filter(None, notes)), path, ax)


def plot_reconstructions(
    images: npt.ArrayLike,
    reconstructions: npt.ArrayLike,
    *,
    columns: int = 16,
    max_images: int = 256,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots images, and below each its reconstruction.

    If not all images are shown, a note at the top of the figure says so. The figure has at most
    8,000 x 8,000 pixels.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        reconstructions: Array of the same shape.
        columns: Integer, at least 1: images per row; fewer if the figure would be too wide.
        max_images: Integer, at least 1: the number of images that are shown, from the first; fewer
            if the figure would be too high.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If an array is no array of images, their shapes differ, a number is out of
            range, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_reconstructions
        >>> images = np.zeros((5, 8, 8, 1))
        >>> figure = plot_reconstructions(images, images + 0.5, columns=3)
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['image', 'reconstruction', 'image', 'reconstruction']
    """
    images = as_images("images", images)
    reconstructions = as_images("reconstructions", reconstructions, images.shape[1:])
    if len(images) != len(reconstructions):
        raise ValueError(
            "`reconstructions` must have a reconstruction of each image. "
            f"Received: {len(images)} images and {len(reconstructions)} reconstructions."
        )
    check_integer("columns", columns, 1)
    check_integer("max_images", max_images, 1)
    names = ("image", "reconstruction")
    columns = min(int(columns), len(images), _columns_that_fit(images.shape[1:], names))
    count = min(
        int(max_images), len(images), columns * (_rows_that_fit(images.shape[1:], pairs=2) // 2)
    )
    rows = []
    for start in range(0, count, columns):
        part = slice(start, min(start + columns, count))
        rows += zip(names, (images[part], reconstructions[part]), strict=True)
    return _plot_rows(rows, shown_part(count, len(images), "images"), path, ax, pairs=True)


def plot_traversals(
    traversals: npt.ArrayLike,
    *,
    row_names: Sequence[str] | None = None,
    max_rows: int = 40,
    path: str | os.PathLike | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Plots paths through the latent space, a path in each row.

    If not all images are shown, a note at the top of the figure says so. The figure has at most
    8,000 x 8,000 pixels.

    Args:
        traversals: Array `(num_traversals, num_samples, height, width, channels)`, such as
            `keras_regen.latent_traversal` returns it; integers 0..255 or floats 0..1.
        row_names: Names `(num_traversals,)` at the left, such as the names of classes. Defaults to
            no names.
        max_rows: Integer, at least 1: the number of paths that are shown, from the first; fewer if
            the figure would be too high.
        path: Path of a picture file to write as well.
        ax: A matplotlib axes to plot into, instead of a new figure.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: If `traversals` is no array of rows of images, a path has no name, `max_rows`
            is out of range, `path` has an unknown suffix, or `ax` is no axes.
        OSError: If the file cannot be written.

    Source: DE-GAN, section IV-B and figure 7.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import plot_traversals
        >>> figure = plot_traversals(np.zeros((2, 5, 8, 8, 1)))
        >>> figure.axes[0].images[0].get_array().shape
        (132, 336, 3)
    """
    traversals = as_image_rows("traversals", traversals)
    check_integer("max_rows", max_rows, 1)
    if row_names is not None:
        check_strings("row_names", row_names)
        if len(row_names) != len(traversals):
            raise ValueError(
                "`row_names` must have a name for each traversal. "
                f"Received: {len(traversals)} traversals and {len(row_names)} names."
            )
    names = [""] * len(traversals) if row_names is None else list(row_names)
    image_shape = traversals.shape[2:]
    count = min(int(max_rows), len(traversals), _rows_that_fit(image_shape))
    columns = min(traversals.shape[1], _columns_that_fit(image_shape, names[:count]))
    notes = (
        shown_part(count, len(traversals), "traversals"),
        shown_part(columns, traversals.shape[1], "images of each"),
    )
    rows = list(zip(names[:count], traversals[:count, :columns], strict=True))
    return _plot_rows(rows, ", ".join(filter(None, notes)), path, ax)


def _columns_that_fit(image_shape: tuple[int, ...], names: Sequence[str]) -> int:
    return number_that_fits(image_shape[1] * image_scale(image_shape) + _GAP, _margin(names))


def _rows_that_fit(image_shape: tuple[int, ...], pairs: int = 1) -> int:
    height = image_shape[0] * image_scale(image_shape) + _PAIR_GAP
    return pairs * number_that_fits(pairs * height)


def _margin(names: Sequence[str]) -> int:
    return 16 + max(map(text_width, names)) if any(names) else 0


def _plot_rows(
    rows: list[tuple[str, np.ndarray]],
    note: str,
    path: str | os.PathLike | None,
    ax: Axes | None,
    pairs: bool = False,
) -> Figure:
    path = picture_path(path)
    check_axes(ax)
    image_shape = rows[0][1].shape[1:]
    scale = image_scale(image_shape)
    height, width = (side * scale + _GAP for side in image_shape[:2])
    margin = _margin([name for name, _ in rows])
    # Images without names have no edge.
    edge = _GAP if margin else 0
    tops = [edge]
    for index in range(len(rows)):
        tops.append(tops[-1] + height + (_PAIR_GAP - _GAP if pairs and index % 2 else 0))
    columns = max(len(images) for _, images in rows)
    canvas = Canvas(margin + width * columns + edge - _GAP, tops[-1] + edge - _GAP, note)
    for (name, images), top in zip(rows, tops, strict=False):
        for column, image in enumerate(images):
            canvas.add_image(image, margin + column * width, top, scale)
        if name:
            canvas.add_text(name, margin - 8, top + height / 2 - _GAP / 2, ha="right", va="center")
    return canvas.figure(path, ax)
