"""Pixels and text: the correct values at the correct positions."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from keras_regen import plotting
from keras_regen.plotting.canvas import Canvas, text_width
from tests.plotting.image_helpers import find_image, pixels_of, random_images

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


def test_tile_checks_its_arguments():
    images = random_images(2, 4, 4, 1)
    for options, match in (
        ({"columns": 0}, "columns=0"),
        ({"columns": 1, "gap": -1}, "gap=-1"),
        ({"columns": 1, "scale": 0}, "scale=0"),
        ({"columns": 10**9}, "at most 2"),
    ):
        with pytest.raises(ValueError, match=match):
            plotting.tile(images, **options)


@pytest.mark.parametrize("channels", [1, 3])
def test_saved_image_has_the_same_pixels(tmp_path, channels):
    image = random_images(6, 5, channels)
    plotting.save_image(image / np.float32(255), tmp_path / "image.png")
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "image.png")).reshape(image.shape), image
    )


def test_saved_image_is_checked(tmp_path):
    with pytest.raises(ValueError, match=r"Received: shape=\(1, 6, 5, 1\)"):
        plotting.save_image(random_images(1, 6, 5, 1), tmp_path / "image.png")
    with pytest.raises(ValueError, match=r"\.png, \.tif, \.tiff or \.webp"):
        plotting.save_image(random_images(6, 5, 1), tmp_path / "image.pdf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(61, 80), (40, 333), (257, 61)])
def test_canvas_shows_exact_pixels_and_frames(size):
    image = random_images(4, 5, 3)
    canvas = Canvas(*size[::-1])
    canvas.add_image(image, left=20, top=20, scale=3, frame="#ff0000")
    plot = pixels_of(canvas.figure())
    assert plot.shape == (*size, 3)
    assert find_image(plot, image, 3) == (20, 20)
    red = np.zeros(size, bool)
    red[17:35, 17:38] = True
    red[20:32, 20:35] = False
    np.testing.assert_array_equal((plot == [255, 0, 0]).all(axis=-1), red)


def test_a_note_is_above_the_images():
    canvas = Canvas(30, 30, note="first 40 of 300 classes")
    canvas.add_image(np.zeros((8, 8, 1)), left=5, top=2)
    plot = pixels_of(canvas.figure())
    assert plot.shape[0] == 50 and plot.shape[1] > 100
    black = np.argwhere((plot == 0).all(axis=-1))
    assert black.min(axis=0).tolist() == [22, 5] and black.max(axis=0).tolist() == [29, 12]
    text = np.argwhere((plot[:20] < 250).any(axis=-1))
    assert len(text) and text[:, 1].max() < plot.shape[1] - 4


def test_an_axes_of_the_user_shows_images_and_text():
    figure = Figure(figsize=(4, 2), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    canvas = Canvas(800, 400)
    canvas.add_image(np.zeros((100, 100, 1)), left=400, top=200)
    canvas.add_text("name", 100, 50, size=10)
    assert canvas.figure(ax=axes) is figure
    # Half of the size: the square begins at half of its position.
    black = np.argwhere((pixels_of(figure) < 5).all(axis=-1))
    np.testing.assert_allclose(black.min(axis=0), [100, 200], atol=1)
    np.testing.assert_allclose(black.max(axis=0), [149, 249], atol=1)
    assert [text.get_fontsize() for text in axes.texts] == [5]


def test_a_canvas_has_a_bound():
    with pytest.raises(ValueError, match="8,000 x 8,000"):
        Canvas(8001, 10)


@pytest.mark.parametrize("text", ["Ankle boot", "WWWWWWWW", "0.00321"])
def test_text_width_is_correct(text):
    canvas = Canvas(200, 40)
    canvas.add_text(text, 10, 20, 9, va="center")
    dark = np.flatnonzero((pixels_of(canvas.figure()) < 200).any(axis=(0, 2)))
    assert 0.85 * text_width(text, 9) < dark[-1] - dark[0] < text_width(text, 9)
