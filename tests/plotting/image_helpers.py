"""Functions that render plots and find images in them."""

import io

import numpy as np
from PIL import Image


def read_pixels(path):
    """Returns the pixels `(height, width, 3)` of an image file."""
    return np.asarray(Image.open(path).convert("RGB"))


def pixels_of(figure):
    """Returns the pixels `(height, width, 3)` of a figure at its own resolution."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figure.dpi)
    return read_pixels(buffer)


def tick_names(axis):
    """Returns the tick labels of an axis, without escapes."""
    return [text.get_text().replace(r"\$", "$") for text in axis.get_ticklabels()]


def texts_of(axes):
    """Returns the texts in an axes."""
    return [text.get_text() for text in axes.texts]


def find_image(plot, image, scale):
    """Returns the only position `(top, left)` of an enlarged uint8 image in a plot."""
    pixels = np.broadcast_to(image, (*image.shape[:2], 3)).repeat(scale, 0).repeat(scale, 1)
    height, width = pixels.shape[:2]
    corners = plot[: len(plot) - height + 1, : plot.shape[1] - width + 1]
    positions = [
        (top, left)
        for top, left in find_color(corners, pixels[0, 0])
        if np.array_equal(plot[top : top + height, left : left + width], pixels)
    ]
    assert len(positions) == 1, f"{len(positions)} positions"
    return positions[0]


def find_color(plot, color):
    """Returns the positions `(count, 2)` of all pixels of a color."""
    return np.argwhere((plot == color).all(axis=-1))


def random_images(*shape, seed=0):
    """Returns random uint8 images."""
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")
