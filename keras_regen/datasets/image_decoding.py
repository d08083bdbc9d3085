"""Decodes image files to 8-bit grayscale or RGB, and converts arrays of images likewise."""

import io
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from keras_regen.checks import check_choice
from keras_regen.compressed_files import is_damage

# Pillow reads more formats, some of them by calling other programs. Only image files are allowed.
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "PPM", "TIFF", "WEBP")
GRAYSCALE_MODES = ("1", "L", "LA", "La")  # `_from_sixteen_bits` converts 16-bit modes
RESAMPLING = Image.Resampling.BICUBIC  # Pillow widens the kernel to shrink an image: no aliasing


# An image of more pixels is left out: as a decompression bomb, it would take gigabytes of memory.
LARGEST_IMAGE = 100_000_000
FITS = ("crop", "pad", "stretch")


class UnreadableImageError(ValueError):
    """Raised if a file is not a complete image. The message states the reason."""


class TargetSize(NamedTuple):
    """The size that images are resized to.

    Args:
        height: Integer: height in pixels.
        width: Integer: width in pixels.
        fit: `"crop"`, `"pad"` or `"stretch"`, as in `keras_regen.datasets.load`.

    Examples:
        >>> from PIL import Image
        >>> from keras_regen.datasets.image_decoding import TargetSize
        >>> TargetSize(4, 6, "pad").resize(Image.new("L", (20, 20))).size
        (6, 4)
    """

    height: int
    width: int
    fit: str = "crop"

    def resize(self, image: Image.Image) -> Image.Image:
        """Resizes an image, with antialiasing."""
        size = self.width, self.height
        if self.fit == "stretch":
            return image.resize(size, RESAMPLING)
        if self.fit == "crop":
            return ImageOps.fit(image, size, RESAMPLING)
        black = (0,) * len(image.getbands()) if len(image.getbands()) > 1 else 0
        return ImageOps.pad(image, size, RESAMPLING, color=black)


def check_image_size(
    image_size: int | tuple[int, int] | None, fit: str = "crop"
) -> TargetSize | None:
    """Returns the size that `image_size` and `fit` describe, or `None`.

    Args:
        image_size: `(height, width)`, an integer for square images, or `None`.
        fit: `"crop"`, `"pad"` or `"stretch"`.

    Returns:
        The size, or `None` to keep the size of the images.

    Raises:
        ValueError: If `image_size` is neither an integer nor a pair of integers, or is less than 1,
            or `fit` is unknown.
    """
    check_choice("fit", fit, FITS)
    if image_size is None:
        return None
    pair = (image_size, image_size) if isinstance(image_size, int | np.integer) else image_size
    try:
        height, width = pair
        valid = int(height) == height >= 1 and int(width) == width >= 1
        valid = valid and not isinstance(image_size, bool)
    except (TypeError, ValueError):
        valid = False
    if not valid:
        raise ValueError(
            "`image_size` must be an integer or a pair (height, width), each at least 1. "
            f"Received: image_size={image_size!r}."
        )
    return TargetSize(int(height), int(width), fit)


def check_color_mode(color_mode: str | None) -> None:
    """Raises a `ValueError` unless `color_mode` is `None`, `"grayscale"` or `"rgb"`."""
    if color_mode is not None:
        check_choice("color_mode", color_mode, ("grayscale", "rgb"))


def decode_image(
    file: str | BinaryIO,
    image_size: TargetSize | None = None,
    color_mode: str | None = None,
) -> np.ndarray:
    """Decodes an image file.

    The image is rotated by its EXIF orientation. Transparent pixels are blended with white.
    16-bit grayscale is scaled to 8 bits. An animation is read as its first frame.

    Args:
        file: Path, or an open binary file.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"` for 1 channel, `"rgb"` for 3, or `None` to keep the file's mode.

    Returns:
        Array `(height, width, channels)`, `uint8`.

    Raises:
        UnreadableImageError: If the file is not an image, is truncated, or has no 8-bit form.
    """
    try:
        # A damaged file may claim a block of gigabytes. A read from memory ends with the content; a
        # read from a file would allocate the block first.
        content = Path(file).read_bytes() if isinstance(file, str) else file.read()
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > LARGEST_IMAGE:
                raise ValueError(
                    f"{image.width}x{image.height} pixels, more than {LARGEST_IMAGE:,}"
                )
            image = _eight_bits(_upright(image))
            if color_mode is not None:
                image = image.convert("L" if color_mode == "grayscale" else "RGB")
            if image_size is not None:
                image = image_size.resize(image)
            pixels = np.asarray(image)
    except UnidentifiedImageError as error:
        raise UnreadableImageError(f"not an image ({', '.join(FORMATS)})") from error
    except Exception as error:  # Pillow raises many types of errors for a damaged file
        # A broken link is an unreadable file of the folder.
        if not is_damage(error) and not isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise UnreadableImageError(f"{type(error).__name__}: {error}") from error
    return pixels.reshape(*pixels.shape[:2], -1)


def convert_images(
    images: np.ndarray, image_size: TargetSize | None, color_mode: str | None
) -> np.ndarray:
    """Converts the size and the channels of an array of images as `decode_image` does.

    Args:
        images: `uint8` in 0..255 or `float32` in 0..1, `(num_images, height, width, channels)`.
        image_size: The size to resize to, or `None` to keep the size.
        color_mode: `"grayscale"`, `"rgb"`, or `None` to keep the channels.

    Returns:
        Array of the same type, `(num_images, height, width, channels)`.
    """
    if color_mode == "grayscale" and images.shape[-1] == 3:
        images = np.stack([_luma(image) for image in images])
    elif color_mode == "rgb" and images.shape[-1] == 1:
        images = np.repeat(images, 3, axis=-1)
    if image_size is not None and images.shape[1:3] != image_size[:2]:
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


def _resize(image: np.ndarray, image_size: TargetSize) -> np.ndarray:
    planes = [
        np.asarray(image_size.resize(Image.fromarray(plane))) for plane in np.moveaxis(image, -1, 0)
    ]
    resized = np.stack(planes, axis=-1)
    # The bicubic kernel overshoots at edges. Pillow clips 8-bit pixels, but not floats.
    return resized if resized.dtype == np.uint8 else resized.clip(0, 1)
