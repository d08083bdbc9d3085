"""Grids of images as an array of pixels, and writing an image to a file."""

import os

import numpy as np
import numpy.typing as npt
from PIL import Image

from keras_regen.arrays import as_array, check_images, unit_range
from keras_regen.atomic_files import atomic_write
from keras_regen.checks import check_integer
from keras_regen.plotting.arrays import as_images
from keras_regen.plotting.style import check_suffix

_TARGET_SIDE = 64
_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")


def tile(images: npt.ArrayLike, columns: int, gap: int = 1, scale: int = 1) -> np.ndarray:
    """Arranges images in rows, as a single image.

    Args:
        images: Array `(num_images, height, width, channels)`; integers 0..255 or floats 0..1.
        columns: Integer, at least 1: images per row.
        gap: Integer, at least 0: white pixels between images.
        scale: Integer, at least 1: side in pixels of the square that each pixel becomes.

    Returns:
        Array `(height, width, channels)` of pixels, uint8.

    Raises:
        ValueError: If `images` are no images, a number is out of range, or the result would have
            more than 2^30 pixels.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.plotting import tile
        >>> tile(np.zeros((6, 8, 8, 1)), columns=3).shape
        (17, 26, 1)
    """
    images = as_images("images", images)
    check_integer("columns", columns, 1)
    check_integer("gap", gap, 0)
    check_integer("scale", scale, 1)
    columns, gap, scale = int(columns), int(gap), int(scale)
    count, height, width, channels = images.shape
    height, width, rows = height * scale, width * scale, -(-count // columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, channels)
    if shape[0] * shape[1] > 2**30:
        raise ValueError(
            "The result can have at most 2^30 pixels. Choose smaller `columns`, `gap` and `scale`, "
            f"or fewer images. Received: arguments for {shape[1]:,} x {shape[0]:,} pixels."
        )
    pixels = np.round(np.clip(unit_range(images), 0, 1) * 255).astype("uint8")
    pixels = pixels.repeat(scale, axis=1).repeat(scale, axis=2)
    grid = np.full(shape, 255, "uint8")
    for index, image in enumerate(pixels):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        grid[top : top + height, left : left + width] = image
    return grid


def save_image(image: npt.ArrayLike, path: str | os.PathLike) -> None:
    """Writes an image to a file, completely or not at all.

    Args:
        image: Array `(height, width, channels)` with 1 or 3 channels; integers 0..255 or floats
            0..1.
        path: Path of the file. Its suffix, such as `.png`, selects the format.

    Raises:
        ValueError: If `image` is no image, or the suffix is unknown.
        OSError: If the file cannot be written.

    Examples:
        >>> import os, tempfile
        >>> import numpy as np
        >>> from keras_regen.plotting import save_image
        >>> folder = tempfile.mkdtemp()
        >>> save_image(np.zeros((8, 8, 1)), f"{folder}/black.png")
        >>> os.listdir(folder)
        ['black.png']
    """
    image = as_array("image", image)
    if image.ndim != 3:
        raise ValueError(
            f"`image` must have shape (height, width, channels). Received: shape={image.shape}."
        )
    check_images(image[None], name="image")
    checked = check_suffix(path, _SUFFIXES)
    pixels = tile(image[None], columns=1)
    with atomic_write(checked) as partial:
        Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(partial)


def image_scale(image_shape: tuple[int, ...]) -> int:
    """Returns the factor that enlarges small images to about 64 pixels.

    Args:
        image_shape: `(height, width, channels)`.

    Returns:
        Integer, at least 1.

    Examples:
        >>> from keras_regen.plotting.tiles import image_scale
        >>> image_scale((8, 8, 1)), image_scale((28, 28, 1)), image_scale((128, 128, 3))
        (8, 2, 1)
    """
    return max(1, round(_TARGET_SIDE / max(image_shape[:2])))
