"""Pixels and words: the right ones, in the right places."""

import numpy as np
import pytest
from PIL import Image

from keras_regen import plotting
from keras_regen.plotting.sheet import Sheet, text_width
from tests.plotting.pixels import find, read, some_images

pytestmark = pytest.mark.any_backend


@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_lie_in_rows(channels):
    images = some_images(5, 4, 3, channels)
    canvas = plotting.tile(images, columns=2, gap=1, scale=2)
    assert canvas.shape == (3 * 8 + 2, 2 * 6 + 1, channels)
    for index, image in enumerate(images):
        row, column = divmod(index, 2)
        part = canvas[row * 9 : row * 9 + 8, column * 7 : column * 7 + 6]
        np.testing.assert_array_equal(part[::2, ::2], image)
        np.testing.assert_array_equal(part[1::2, 1::2], image)
    assert (canvas[8] == 255).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_comes_back_from_its_file(tmp_path, channels):
    image = some_images(6, 5, channels)
    plotting.save_image(image / np.float32(255), tmp_path / "image.png")
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "image.png")).reshape(image.shape), image
    )


def test_a_sheet_shows_the_very_pixels_and_frames(tmp_path):
    image = some_images(4, 5, 3)
    sheet = Sheet(80, 61)
    sheet.put(image, left=20, top=30, scale=3, frame="#ff0000")
    sheet.save(tmp_path / "sheet.png")
    picture = read(tmp_path / "sheet.png")
    assert picture.shape == (61, 80, 3)
    assert find(picture, image, 3) == (30, 20)
    red = np.zeros((61, 80), bool)
    red[27:45, 17:38] = True
    red[30:42, 20:35] = False
    np.testing.assert_array_equal((picture == [255, 0, 0]).all(axis=-1), red)


@pytest.mark.parametrize("text", ["Ankle boot", "WWWWWWWW", "0.00321"])
def test_words_are_as_wide_as_is_said(tmp_path, text):
    sheet = Sheet(200, 40)
    sheet.write(text, 10, 20, 9, va="center")
    sheet.save(tmp_path / "words.png")
    inked = np.flatnonzero((read(tmp_path / "words.png") < 200).any(axis=(0, 2)))
    assert 0.9 * text_width(text, 9) < inked[-1] - inked[0] < text_width(text, 9)


def test_nothing_half_written(tmp_path):
    sheet = Sheet(20, 20)
    with pytest.raises(ValueError, match="not supported"):
        sheet.save(tmp_path / "sheet.nonsense")
    assert list(tmp_path.iterdir()) == []
