"""Reads a picture file that a visitor of a page uploaded, which may hold anything."""

import os

import numpy as np

from keras_regen.datasets.image_decoding import TargetSize, UnreadableImageError, decode_image

MAX_BYTES = 10_000_000


def read_upload(path: str | os.PathLike, image_shape: tuple[int, int, int]) -> np.ndarray:
    """Decodes an uploaded picture, and converts it to the size and channels of a model.

    The content decides whether the file is an image, and not its name. A file that claims to have
    more than 100 million pixels is not decoded. Nothing is written.

    Args:
        path: Path of the uploaded file.
        image_shape: `(height, width, channels)`.

    Returns:
        Array `(height, width, channels)`, uint8.

    Raises:
        ValueError: If the file is larger than 10 MB, or is not a readable image.

    Examples:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from keras_regen_app.uploads import read_upload
        >>> file = Path(tempfile.mkdtemp()) / "note.png"
        >>> _ = file.write_text("no picture")
        >>> read_upload(file, (8, 8, 1))
        Traceback (most recent call last):
        ...
        ValueError: 'note.png' is not a readable picture: not an image (JPEG, PNG, BMP, GIF, ...
    """
    name, size = os.path.basename(path), os.path.getsize(path)
    if size > MAX_BYTES:
        raise ValueError(
            f"A picture can have at most {MAX_BYTES / 1e6:.0f} MB. "
            f"Received: {name!r} of {size / 1e6:.1f} MB. Reduce the picture first."
        )
    height, width, channels = image_shape
    try:
        color_mode = "grayscale" if channels == 1 else "rgb"
        return decode_image(os.fspath(path), TargetSize(height, width), color_mode)
    except UnreadableImageError as error:
        raise ValueError(f"{name!r} is not a readable picture: {error}.") from error
