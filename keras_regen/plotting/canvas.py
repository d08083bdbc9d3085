"""A figure of unscaled pixels: images at given positions, with text between them."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from keras_regen.plotting.style import (
    INK,
    MUTED,
    PAPER,
    check_axes,
    finish,
    pixel_size,
    plain_text,
)
from keras_regen.plotting.tiles import tile

MAX_SIDE = 8000
_DPI = 100
_NOTE_HEIGHT = 20
_NOTE_LENGTH = 100


class Canvas:
    """A figure of images at given pixel positions, without smoothing.

    Args:
        width: Integer: width in pixels.
        height: Integer: height in pixels.
        note: A line of text above the images, such as the part of the data that is shown. It adds
            20 pixels to the height, and the canvas is at least as wide as the text.

    Raises:
        ValueError: If the canvas would be higher or wider than 8,000 pixels.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting.canvas import Canvas
        >>> canvas = Canvas(100, 50)
        >>> canvas.add_image(np.zeros((8, 8, 1)), left=10, top=10, scale=2, frame="#ff0000")
        >>> canvas.pixels[9, 10], canvas.pixels[10, 10]
        (array([255,   0,   0], dtype=uint8), array([0, 0, 0], dtype=uint8))
    """

    def __init__(self, width: int, height: int, note: str = ""):
        self._top = _NOTE_HEIGHT if note else 0
        width, height = (
            max(width, text_width(note, max_length=_NOTE_LENGTH) + 16 if note else 0),
            height + self._top,
        )
        if max(width, height) > MAX_SIDE:
            raise ValueError(
                f"A picture can have at most {MAX_SIDE:,} x {MAX_SIDE:,} pixels. Plot smaller "
                f"images, or fewer images in a row. Received: images for a picture of {width:,} x "
                f"{height:,} pixels."
            )
        self.pixels = np.full((height, width, 3), 255, "uint8")
        self._texts = []
        if note:
            self.add_text(
                note, 8, 10 - self._top, max_length=_NOTE_LENGTH, va="center", color=MUTED
            )

    def add_image(
        self, image: np.ndarray, left: int, top: int, scale: int = 1, frame: str | None = None
    ) -> None:
        """Adds an image.

        Args:
            image: Array `(height, width, channels)`.
            left: Integer: x of its upper left pixel.
            top: Integer: y of its upper left pixel, below the note.
            scale: Integer: side in pixels of the square that each pixel becomes.
            frame: Color of a frame of 3 pixels around the image, or `None` for no frame.
        """
        pixels = tile(np.asarray(image)[None], columns=1, scale=scale)
        top += self._top
        bottom, right = top + pixels.shape[0], left + pixels.shape[1]
        if frame is not None:
            color = np.round(np.multiply(matplotlib.colors.to_rgb(frame), 255))
            self.pixels[top - 3 : bottom + 3, left - 3 : right + 3] = color
        self.pixels[top:bottom, left:right] = pixels

    def add_text(
        self, text: str, x: float, y: float, size: float = 9, max_length: int = 40, **style: Any
    ) -> None:
        """Adds text.

        Args:
            text: The text.
            x: Float: pixels from the left.
            y: Float: pixels from the top, below the note.
            size: Float: font size in points.
            max_length: Integer: the number of characters after which the text is cut.
            **style: Other properties of a `matplotlib.text.Text`, such as `ha` and `va`.
        """
        text = plain_text(text, max_length)
        self._texts.append((text, x, y + self._top, size, {"color": INK, **style}))

    def figure(self, path: Path | None = None, ax: Axes | None = None) -> Figure:
        """Returns the figure.

        Args:
            path: Path of a picture to write, from `picture_path`, or `None`.
            ax: An axes to plot into. The images are scaled to its size, and the text too. Defaults
                to a new figure, in which each pixel of an image is a pixel of the figure.

        Returns:
            A `matplotlib.figure.Figure` with one axes, whose image has all pixels.

        Raises:
            ValueError: If `ax` is no axes.
        """
        check_axes(ax)
        height, width = self.pixels.shape[:2]
        if ax is None:
            figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
            axes, scale, interpolation = figure.add_axes((0, 0, 1, 1)), 1.0, "nearest"
        else:
            figure, axes, interpolation = ax.figure.figure, ax, "antialiased"
            scale = float((pixel_size(ax) / (width, height)).min() * _DPI / figure.dpi)
        axes.set_axis_off()
        axes.imshow(
            self.pixels, interpolation=interpolation, extent=(0, width, height, 0), aspect="equal"
        )
        for text, x, y, size, style in self._texts:
            axes.text(x, y, text, fontsize=max(size * scale, 1), **style)
        return finish(figure, path)


def text_width(text: str, size: float = 9, max_length: int = 40) -> int:
    """Returns the width of a text on a `Canvas`, in pixels.

    Args:
        text: The text.
        size: Float: font size in points.
        max_length: Integer: the number of characters after which the text is cut.

    Returns:
        Integer, at least the width.

    Examples:
        >>> from keras_regen.plotting.canvas import text_width
        >>> text_width("wide words") > text_width("words") > text_width("") == 0
        True
    """
    text = plain_text(text, max_length).replace(r"\$", "$")
    font = FontProperties(size=size)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    # matplotlib rounds each letter to whole pixels.
    return int(np.ceil(1.05 * points * _DPI / 72))


def number_that_fits(size: int, margin: int = 0) -> int:
    """Returns how many images fit next to or below each other in the largest picture.

    Args:
        size: Integer: width or height of an image with its gap, in pixels.
        margin: Integer: pixels of the picture without images.

    Returns:
        Integer, at least 1.

    Examples:
        >>> from keras_regen.plotting.canvas import number_that_fits
        >>> number_that_fits(100), number_that_fits(5000), number_that_fits(100, 7950)
        (79, 1, 1)
    """
    # Space for the edges and the note.
    return max(1, (MAX_SIDE - 100 - margin) // size)
