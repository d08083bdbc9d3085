"""A figure of unscaled pixels: images at given positions, with text between them."""

import os
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from keras_regen.plotting.style import FONT, INK, PAPER, escape_math, save_figure
from keras_regen.plotting.tiles import tile

_DPI = 100


class Canvas:
    """A figure of images at given pixel positions, without smoothing.

    Args:
        width: Integer: width in pixels.
        height: Integer: height in pixels.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting.canvas import Canvas
        >>> canvas = Canvas(100, 50)
        >>> canvas.add_image(np.zeros((8, 8, 1)), left=10, top=10, scale=2, frame="#ff0000")
        >>> canvas.pixels[9, 10], canvas.pixels[10, 10]
        (array([255,   0,   0], dtype=uint8), array([0, 0, 0], dtype=uint8))
    """

    def __init__(self, width: int, height: int):
        self.pixels = np.full((height, width, 3), 255, "uint8")
        self._texts = []

    def add_image(
        self, image: np.ndarray, left: int, top: int, scale: int = 1, frame: str | None = None
    ) -> None:
        """Adds an image.

        Args:
            image: Array `(height, width, channels)`.
            left: Integer: x of its upper left pixel.
            top: Integer: y of its upper left pixel.
            scale: Integer: side in pixels of the square that each pixel becomes.
            frame: Color of a frame of 3 pixels around the image, or `None` for no frame.
        """
        pixels = tile(np.asarray(image)[None], columns=1, scale=scale)
        bottom, right = top + pixels.shape[0], left + pixels.shape[1]
        if frame is not None:
            color = np.round(np.multiply(matplotlib.colors.to_rgb(frame), 255))
            self.pixels[top - 3 : bottom + 3, left - 3 : right + 3] = color
        self.pixels[top:bottom, left:right] = pixels

    def add_text(self, text: str, x: float, y: float, size: float = 9, **style: Any) -> None:
        """Adds text.

        Args:
            text: The text.
            x: Float: pixels from the left.
            y: Float: pixels from the top.
            size: Float: font size in points.
            **style: Other properties of a `matplotlib.text.Text`, such as `ha` and `va`.
        """
        self._texts.append((text, x, y, {"fontsize": size, "color": INK, **style}))

    def save(self, path: str | os.PathLike) -> None:
        """Writes the figure to a file, completely or not at all.

        Args:
            path: Path of the PNG file.
        """
        height, width = self.pixels.shape[:2]
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
        figure.figimage(self.pixels, origin="upper")
        for text, x, y, style in self._texts:
            figure.text(x / width, 1 - y / height, escape_math(text), **style)
        save_figure(figure, path)


def text_width(text: str, size: float = 9) -> int:
    """Returns the width of a text on a `Canvas`, in pixels.

    Args:
        text: The text.
        size: Float: font size in points.

    Returns:
        Integer, at least the width.

    Examples:
        >>> from keras_regen.plotting.canvas import text_width
        >>> text_width("wide words") > text_width("words") > text_width("") == 0
        True
    """
    if not text.strip():
        return 0
    with matplotlib.rc_context(FONT):
        points = TextPath((0, 0), escape_math(text), size=size).get_extents().width
    # matplotlib rounds each letter to whole pixels.
    return int(np.ceil(1.05 * points * _DPI / 72))
