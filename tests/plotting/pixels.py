"""What the tests of pictures share."""

import numpy as np
from PIL import Image


def read(path):
    """The picture's pixels `(height, width, 3)`."""
    return np.asarray(Image.open(path).convert("RGB"))


def find(picture, image, scale):
    """The only place `(top, left)` where an uint8 image lies, each pixel `scale` pixels wide."""
    wanted = np.broadcast_to(image, (*image.shape[:2], 3)).repeat(scale, 0).repeat(scale, 1)
    height, width = wanted.shape[:2]
    corners = picture[: len(picture) - height + 1, : picture.shape[1] - width + 1]
    places = [
        (top, left)
        for top, left in where(corners, wanted[0, 0])
        if np.array_equal(picture[top : top + height, left : left + width], wanted)
    ]
    assert len(places) == 1, f"{len(places)} places"
    return places[0]


def where(picture, color):
    """All places `(count, 2)` of pixels of a color."""
    return np.argwhere((picture == color).all(axis=-1))


def some_images(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype="uint8")
