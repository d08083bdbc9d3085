"""Pictures: the right pixels in the right places, and files that open."""

import numpy as np
import pytest
from PIL import Image

from keras_regen import plotting


@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_lie_in_rows(channels):
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 3, channels), dtype="uint8")
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
    image = np.random.default_rng(0).integers(0, 256, (6, 5, channels), dtype="uint8")
    plotting.save_image(image / np.float32(255), tmp_path / "image.png")
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "image.png")).reshape(image.shape), image
    )


def test_grids_show_the_very_pixels(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), dtype="uint8")
    plotting.plot_samples(images, np.arange(6) // 3, ["zero", "one"], tmp_path / "grid.png")
    picture = np.asarray(Image.open(tmp_path / "grid.png").convert("L"))
    wanted = images[4, ..., 0].repeat(6, axis=0).repeat(6, axis=1)  # 48 pixels high
    windows = np.lib.stride_tricks.sliding_window_view(picture, wanted.shape)
    assert (windows == wanted).all(axis=(2, 3)).any()


def test_all_pictures_open(tmp_path):
    rng = np.random.default_rng(0)
    plotting.plot_history(
        {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "accuracy": [0.1, 0.9]}, tmp_path / "h.png"
    )
    plotting.plot_distances(
        rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), ["a", "b", "c"], tmp_path / "d.png"
    )
    plotting.plot_reconstructions(
        rng.random((5, 8, 8, 3)), rng.random((5, 8, 8, 3)), tmp_path / "r.png", columns=3
    )
    for name in "hdr":
        assert Image.open(tmp_path / f"{name}.png").size[0] > 100
    assert len(list(tmp_path.iterdir())) == 3
