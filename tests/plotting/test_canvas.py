"""Pixels and text: the correct values at the correct positions."""

import numpy as np
import pytest
from PIL import Image

from keras_regen import plotting
from keras_regen.plotting.canvas import Canvas, text_width
from tests.plotting.image_helpers import find_image, random_images, read_pixels

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_are_arranged_in_rows(channels):
    images = random_images(5, 4, 3, channels)
    grid = plotting.tile(images, columns=2, gap=1, scale=2)
    assert grid.shape == (3 * 8 + 2, 2 * 6 + 1, channels)
    for index, image in enumerate(images):
        row, column = divmod(index, 2)
        part = grid[row * 9 : row * 9 + 8, column * 7 : column * 7 + 6]
        np.testing.assert_array_equal(part[::2, ::2], image)
        np.testing.assert_array_equal(part[1::2, 1::2], image)
    assert (grid[8] == 255).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_saved_image_has_the_same_pixels(tmp_path, channels):
    image = random_images(6, 5, channels)
    plotting.save_image(image / np.float32(255), tmp_path / "image.png")
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "image.png")).reshape(image.shape), image
    )


def test_canvas_shows_exact_pixels_and_frames(tmp_path):
    image = random_images(4, 5, 3)
    canvas = Canvas(80, 61)
    canvas.add_image(image, left=20, top=30, scale=3, frame="#ff0000")
    canvas.save(tmp_path / "canvas.png")
    plot = read_pixels(tmp_path / "canvas.png")
    assert plot.shape == (61, 80, 3)
    assert find_image(plot, image, 3) == (30, 20)
    red = np.zeros((61, 80), bool)
    red[27:45, 17:38] = True
    red[30:42, 20:35] = False
    np.testing.assert_array_equal((plot == [255, 0, 0]).all(axis=-1), red)


@pytest.mark.parametrize("text", ["Ankle boot", "WWWWWWWW", "0.00321"])
def test_text_width_is_correct(tmp_path, text):
    canvas = Canvas(200, 40)
    canvas.add_text(text, 10, 20, 9, va="center")
    canvas.save(tmp_path / "text.png")
    dark = np.flatnonzero((read_pixels(tmp_path / "text.png") < 200).any(axis=(0, 2)))
    assert 0.9 * text_width(text, 9) < dark[-1] - dark[0] < text_width(text, 9)


def test_error_leaves_no_file(tmp_path):
    canvas = Canvas(20, 20)
    with pytest.raises(ValueError, match="not supported"):
        canvas.save(tmp_path / "canvas.nonsense")
    assert list(tmp_path.iterdir()) == []
