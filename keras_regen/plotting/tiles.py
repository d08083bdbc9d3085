"""Grids of images as an array of pixels, and writing an image to a file."""

import os

import numpy as np
from PIL import Image

from keras_regen.atomic_files import atomic_write
from keras_regen.pixel_range import unit_range

_TARGET_HEIGHT = 64


def tile(images: np.ndarray, columns: int, gap: int = 1, scale: int = 1) -> np.ndarray:
    """Arranges images in rows, as a single image.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        columns: Integer: images per row.
        gap: Integer: white pixels between images.
        scale: Integer: side in pixels of the square that each pixel becomes.

    Returns:
        Array `(height, width, channels)` of pixels, uint8.

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
    grid = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, "uint8"
    )
    for index, image in enumerate(pixels):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        grid[top : top + height, left : left + width] = image
    return grid


def save_image(image: np.ndarray, path: str | os.PathLike) -> None:
    """Writes an image to a file, completely or not at all.

    Args:
        image: Array `(height, width, channels)` with 1 or 3 channels; integers 0..255 or floats
            0..1.
        path: Path of the file. Its suffix, such as `.png`, selects the format.
    """
    pixels = tile(np.asarray(image)[None], columns=1)
    with atomic_write(path) as partial:
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(partial)


def image_scale(image_shape: tuple[int, ...]) -> int:
    """Returns the factor that enlarges small images to a height of about 64 pixels.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        Integer, at least 1.

    Examples:
        >>> from keras_regen.plotting.tiles import image_scale
        >>> image_scale((8, 8, 1)), image_scale((28, 28, 1)), image_scale((128, 128, 3))
        (8, 2, 1)
    """
    return max(1, round(_TARGET_HEIGHT / image_shape[0]))
