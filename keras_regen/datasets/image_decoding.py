"""Decodes image files to 8-bit grayscale or RGB, and converts arrays of images likewise."""

from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

# Pillow reads more formats, some of them by calling other programs. Only image files are allowed.
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP")
GRAYSCALE_MODES = ("1", "L", "LA", "La")  # `_from_sixteen_bits` converts 16-bit modes
RESAMPLING = Image.Resampling.BICUBIC  # Pillow widens the kernel to shrink an image: no aliasing


class UnreadableImageError(ValueError):
    """Raised if a file is not a complete image. The message states the reason."""


def check_image_size(image_size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    """Returns `image_size` as `(height, width)`, or `None`.

    Args:
        image_size: `(height, width)`, an integer for square images, or `None`.

    Returns:
        `(height, width)`, or `None`.

    Raises:
        ValueError: If it is neither an integer nor a pair of integers, or is less than 1.
    """
    if image_size is None:
        return None
    pair = (image_size, image_size) if isinstance(image_size, int | np.integer) else image_size
    try:
        height, width = pair
        valid = int(height) == height >= 1 and int(width) == width >= 1
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(
            "`image_size` must be an integer or a pair (height, width), each at least 1. "
            f"Received: image_size={image_size!r}."
        )
    return int(height), int(width)


def check_color_mode(color_mode: str | None) -> None:
    """Raises a `ValueError` unless `color_mode` is `None`, `"grayscale"` or `"rgb"`."""
    if color_mode not in (None, "grayscale", "rgb"):
        raise ValueError(
            f'`color_mode` must be None, "grayscale" or "rgb". Received: color_mode={color_mode!r}.'
        )


def decode_image(
    file: str | BinaryIO,
    image_size: tuple[int, int] | None = None,
    color_mode: str | None = None,
) -> np.ndarray:
    """Decodes an image file.

    The image is rotated by its EXIF orientation. Transparent pixels are blended with white.
    16-bit grayscale is scaled to 8 bits. An animation is read as its first frame.

    Args:
        file: Path, or an open binary file.
        image_size: `(height, width)` to resize to, with antialiasing, or `None` to keep the size.
        color_mode: `"grayscale"` for 1 channel, `"rgb"` for 3, or `None` to keep the file's mode.

    Returns:
        Array `(height, width, channels)`, `uint8`.

    Raises:
        UnreadableImageError: If the file is not an image, is truncated, or has no 8-bit form.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            image = _eight_bits(_upright(image))
            if color_mode is not None:
                image = image.convert("L" if color_mode == "grayscale" else "RGB")
            if image_size is not None:
                image = image.resize(image_size[::-1], RESAMPLING)
            pixels = np.asarray(image)
    except MemoryError:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableImageError(f"not an image ({', '.join(FORMATS)})") from error
    except Exception as error:  # Pillow raises many types of errors for a damaged file
        raise UnreadableImageError(f"{type(error).__name__}: {error}") from error
    return pixels.reshape(*pixels.shape[:2], -1)


def convert_images(
    images: np.ndarray, image_size: tuple[int, int] | None, color_mode: str | None
) -> np.ndarray:
    """Converts the size and the channels of an array of images as `decode_image` does.

    Args:
        images: `uint8` in 0..255 or `float32` in 0..1, `(num_images, height, width, channels)`.
        image_size: `(height, width)`, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.

    Returns:
        Array of the same type, `(num_images, height, width, channels)`.
    """
    if color_mode == "grayscale" and images.shape[-1] == 3:
        images = np.stack([_luma(image) for image in images])
    elif color_mode == "rgb" and images.shape[-1] == 1:
        images = np.repeat(images, 3, axis=-1)
    if image_size is not None and images.shape[1:3] != image_size:
        images = np.stack([_resize(image, image_size) for image in images])
    return images


def _upright(image: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(image) if "exif" in image.info else image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Converts an image of any Pillow mode to `"L"` if it is grayscale, else to `"RGB"`."""
    if image.mode in ("L", "RGB") and not image.has_transparency_data:
        return image
    if image.mode.startswith("I"):
        return _from_sixteen_bits(image)
    if image.mode == "F":
        raise ValueError("float pixels have no known range; save the image with 8 bits")
    grayscale = image.mode in GRAYSCALE_MODES
    palette = image.mode in ("P", "PA")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert("RGB")
    if palette:  # grayscale images are often stored with a palette of grays
        pixels = np.asarray(image)
        grayscale = bool((pixels == pixels[..., :1]).all())
    return image.convert("L") if grayscale else image


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype("int64")
    if values.min() < 0 or values.max() > 65535:
        raise ValueError(f"pixel values must lie in 0..65535, not {values.min()}..{values.max()}")
    return Image.fromarray(((values + 128) // 257).astype("uint8"))


def _luma(image: np.ndarray) -> np.ndarray:
    if image.dtype == np.uint8:
        return np.asarray(Image.fromarray(image).convert("L"))[..., None]
    luma = image @ np.array([0.299, 0.587, 0.114], image.dtype)
    return luma.clip(0, 1)[..., None]  # the sum of the weights is 1 up to rounding


def _resize(image: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    planes = [
        np.asarray(Image.fromarray(plane).resize(image_size[::-1], RESAMPLING))
        for plane in np.moveaxis(image, -1, 0)
    ]
    resized = np.stack(planes, axis=-1)
    # The bicubic kernel overshoots at edges. Pillow clips 8-bit pixels, but not floats.
    return resized if resized.dtype == np.uint8 else resized.clip(0, 1)
