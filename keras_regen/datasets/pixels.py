"""Pixels: any picture file or array to 8-bit (or float) grayscale or RGB of the size asked for."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from operator import length_hint
from typing import BinaryIO, TypeVar

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

# Pillow can open far more, some of it by calling other programs: only plain picture files here.
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP")
GRAYSCALE_MODES = ("1", "L", "LA", "La")  # the 16-bit ones are dealt with before
RESAMPLING = Image.Resampling.BICUBIC  # Pillow widens the kernel when it shrinks: no aliasing.
NUM_THREADS = 4
_CHUNK = 64

Item = TypeVar("Item")
Result = TypeVar("Result")


class UnreadableImageError(ValueError):
    """A file that is not a whole picture; the message says why."""


def check_size(image_size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    """Gives `image_size` as `(height, width)`, or `None`; an integer stands for a square.

    Raises:
        ValueError: When it is neither an integer nor a pair of integers, or is less than 1.
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
    """Reads one picture file as `uint8` `(height, width, channels)`.

    The picture is turned as its EXIF orientation says. Transparent parts show white. 16-bit
    grayscale is scaled to 8 bits. Of an animation the first picture is taken.

    Args:
        file: Path, or an open binary file.
        image_size: `(height, width)` to resize to, with antialiasing, or `None` to keep the size.
        color_mode: `"grayscale"` for 1 channel, `"rgb"` for 3, or `None` for what the file has.

    Raises:
        UnreadableImageError: When the file is not a picture, is cut short, or has no 8-bit form.
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
        raise UnreadableImageError(f"not a picture ({', '.join(FORMATS)})") from error
    except Exception as error:  # a damaged file makes Pillow's readers raise nearly anything
        raise UnreadableImageError(f"{type(error).__name__}: {error}") from error
    return pixels.reshape(*pixels.shape[:2], -1)


def map_in_threads(
    function: Callable[[Item], Result], items: Iterable[Item], num_threads: int = NUM_THREADS
) -> list[Result]:
    """Applies `function` to all items in threads, and gives the results in order."""

    def run(chunk: list[Item]) -> list[Result]:
        return [function(item) for item in chunk]

    # One task per item would cost small pictures more in thread switches than it gains; but every
    # thread shall have a part of a batch that is smaller than a chunk for each.
    share = -(-length_hint(items, _CHUNK * num_threads) // num_threads)
    size = max(1, min(_CHUNK, share))
    iterator = iter(items)
    pool = ThreadPoolExecutor(num_threads)
    try:
        futures = []
        while chunk := list(islice(iterator, size)):
            futures.append(pool.submit(run, chunk))
        return [result for future in futures for result in future.result()]
    finally:
        pool.shutdown(cancel_futures=True)  # so that Ctrl-C does not wait for thousands of files


def convert_images(
    images: np.ndarray, image_size: tuple[int, int] | None, color_mode: str | None
) -> np.ndarray:
    """Gives an array of images the size and the channels asked for, like `decode_image` does.

    Args:
        images: `uint8` in 0..255 or `float32` in 0..1, `(num_images, height, width, channels)`.
        image_size: `(height, width)`, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.
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
    """Gives a picture of any Pillow mode as mode `"L"` if it is grayscale, else as `"RGB"`."""
    if image.mode in ("L", "RGB") and not image.has_transparency_data:
        return image
    if image.mode.startswith("I"):
        return _from_sixteen_bits(image)
    if image.mode == "F":
        raise ValueError("float pixels have no known range; save the picture with 8 bits")
    grayscale = image.mode in GRAYSCALE_MODES
    palette = image.mode in ("P", "PA")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    image = image.convert("RGB")
    if palette:  # grayscale pictures are often stored with a palette of grays
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
    return luma.clip(0, 1)[..., None]  # the weights add up to 1 only within rounding


def _resize(image: np.ndarray, image_size: tuple[int, int]) -> np.ndarray:
    planes = [
        np.asarray(Image.fromarray(plane).resize(image_size[::-1], RESAMPLING))
        for plane in np.moveaxis(image, -1, 0)
    ]
    resized = np.stack(planes, axis=-1)
    # The bicubic kernel overshoots at edges; Pillow clips 8-bit pixels by itself.
    return resized if resized.dtype == np.uint8 else resized.clip(0, 1)
