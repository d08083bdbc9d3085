"""What the pictures are made of: colors, whole pixels, words, and files written whole."""

import os

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from PIL import Image

from keras_regen.atomic_files import atomic_write
from keras_regen.pixel_range import unit_range

INK, PAPER, MUTED = "#1a1a2e", "white", "#8d99ae"
COLORS = ("#3a5ba0", "#c8553d", "#588157", "#7a5195", "#e0a030")

_DPI = 100
_IMAGE_SIDE = 64
_FONT = {"font.family": "sans-serif"}


def tile(images: np.ndarray, columns: int, gap: int = 1, scale: int = 1) -> np.ndarray:
    """Lays images out in rows as one image.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        columns: Integer: images in one row.
        gap: Integer: white pixels between images.
        scale: Integer: pixels to a side that each pixel becomes.

    Returns:
        Array `(rows, columns, channels)` of pixels, uint8.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import tile
        >>> tile(np.zeros((6, 8, 8, 1)), columns=3).shape
        (17, 26, 1)
    """
    pixels = np.round(np.clip(unit_range(np.asarray(images)), 0, 1) * 255).astype("uint8")
    pixels = pixels.repeat(scale, axis=1).repeat(scale, axis=2)
    count, height, width, channels = pixels.shape
    rows = -(-count // columns)
    canvas = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, "uint8"
    )
    for index, image in enumerate(pixels):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        canvas[top : top + height, left : left + width] = image
    return canvas


def save_image(image: np.ndarray, path: str | os.PathLike) -> None:
    """Writes one image as a picture file; the suffix names the kind, `.png` best.

    Args:
        image: Array `(height, width, channels)` with 1 or 3 channels; integers 0..255 or floats
            0..1.
        path: Where to write.
    """
    pixels = tile(np.asarray(image)[None], columns=1)
    with atomic_write(path) as partial:
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(partial)


class Sheet:
    """A picture of whole pixels: images are put where they belong, and nothing is smoothed.

    Args:
        width: Integer: pixels.
        height: Integer: pixels.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting.sheet import Sheet
        >>> sheet = Sheet(100, 50)
        >>> sheet.put(np.zeros((8, 8, 1)), left=10, top=10, scale=2, frame="#ff0000")
        >>> sheet.pixels[9, 10], sheet.pixels[10, 10]
        (array([255,   0,   0], dtype=uint8), array([0, 0, 0], dtype=uint8))
    """

    def __init__(self, width: int, height: int):
        self.pixels = np.full((height, width, 3), 255, "uint8")
        self._words = []

    def put(
        self, image: np.ndarray, left: int, top: int, scale: int = 1, frame: str | None = None
    ) -> None:
        """Puts an image with its upper left pixel at a place.

        Args:
            image: Array `(height, width, channels)`.
            left: Integer: pixels from the left.
            top: Integer: pixels from the top.
            scale: Integer: pixels to a side that each pixel becomes.
            frame: Color of a frame of 3 pixels around the image, or `None` for none.
        """
        pixels = tile(np.asarray(image)[None], columns=1, scale=scale)
        bottom, right = top + pixels.shape[0], left + pixels.shape[1]
        if frame is not None:
            color = np.round(np.multiply(matplotlib.colors.to_rgb(frame), 255))
            self.pixels[top - 3 : bottom + 3, left - 3 : right + 3] = color
        self.pixels[top:bottom, left:right] = pixels

    def write(self, text: str, x: float, y: float, size: float = 9, **style) -> None:
        """Writes words at a place.

        Args:
            text: The words.
            x: Float: pixels from the left.
            y: Float: pixels from the top.
            size: Float: size of the font, in points.
            **style: Further properties of a `matplotlib.text.Text`, such as `ha` and `va`.
        """
        self._words.append((text, x, y, {"fontsize": size, "color": INK, **style}))

    def save(self, path: str | os.PathLike) -> None:
        """Writes the picture.

        Args:
            path: Where to write the PNG.
        """
        height, width = self.pixels.shape[:2]
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
        figure.figimage(self.pixels, origin="upper")
        for text, x, y, style in self._words:
            figure.text(x / width, 1 - y / height, plain(text), **style)
        save_figure(figure, path)


def image_scale(image_shape: tuple[int, ...]) -> int:
    """Gives the pixels to a side that each pixel of a small image becomes, to be seen well.

    Examples:
        >>> from keras_regen.plotting.sheet import image_scale
        >>> image_scale((8, 8, 1)), image_scale((28, 28, 1)), image_scale((128, 128, 3))
        (8, 2, 1)
    """
    return max(1, round(_IMAGE_SIDE / image_shape[0]))


def text_width(text: str, size: float = 9) -> int:
    """Gives the pixels from the left to the right of words on a `Sheet`.

    Examples:
        >>> from keras_regen.plotting.sheet import text_width
        >>> text_width("wide words") > text_width("words") > text_width("") == 0
        True
    """
    if not text.strip():
        return 0
    with matplotlib.rc_context(_FONT):
        points = TextPath((0, 0), plain(text), size=size).get_extents().width
    # Letters are widened to whole pixels when they are drawn.
    return int(np.ceil(1.05 * points * _DPI / 72))


def plain(text: str) -> str:
    r"""Gives words as matplotlib shows them as they are: a class may be called `$x$`.

    Examples:
        >>> from keras_regen.plotting.sheet import plain
        >>> print(plain("$x$"))
        \$x\$
    """
    return text.replace("$", r"\$")


def save_figure(figure: Figure, path: str | os.PathLike) -> None:
    """Writes a figure, whole or not at all.

    Args:
        figure: The figure.
        path: Where to write the PNG.

    Examples:
        >>> import os, tempfile
        >>> from matplotlib.figure import Figure
        >>> from keras_regen.plotting.sheet import save_figure
        >>> folder = tempfile.mkdtemp()
        >>> save_figure(Figure(), f"{folder}/empty.png")
        >>> os.listdir(folder)
        ['empty.png']
    """
    with atomic_write(path) as partial, matplotlib.rc_context(_FONT):
        figure.savefig(partial, dpi=figure.dpi)
