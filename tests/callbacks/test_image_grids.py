"""`ImageGrids`: grids of a CSAE and a GAN as PNG files and as events of TensorBoard."""

import importlib.util

import numpy as np
import pytest
from PIL import Image

from keras_regen import CSAE, GAN
from keras_regen.callbacks import ImageGrids

pytestmark = pytest.mark.any_backend

X = np.random.default_rng(0).random((40, 8, 8, 1)).astype("float32")
Y = np.arange(40) % 4

needs_tensorboard = pytest.mark.skipif(
    not importlib.util.find_spec("tensorboard") or not importlib.util.find_spec("tensorflow"),
    reason="TensorFlow or TensorBoard is not installed",
)


def csae():
    model = CSAE.for_images((8, 8, 1), list("abcd"), network="linear", hidden=8, latent_dim=4)
    model.compile("adam")
    return model


def gan():
    model = GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
    model.compile("adam")
    return model


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


def test_png_files_of_each_second_epoch(tmp_path):
    folder = tmp_path / "logs"
    grids = ImageGrids(folder, X, Y, every=2, columns=5, format="png")
    csae().fit(X, Y, epochs=5, verbose=0, callbacks=[grids])
    names = [
        f"{name}-000{epoch}.png" for name in ("reconstructions", "samples") for epoch in (2, 4)
    ]
    assert sorted(path.name for path in folder.iterdir()) == names
    # Five columns of 64 pixels with gaps of 4, and the names of the classes at the left.
    assert pixels(folder / "samples-0002.png").shape[0] >= 4 * 64 + 3 * 4
    assert pixels(folder / "samples-0002.png").shape[1] >= 5 * 64 + 4 * 4
    # The model has learned between the two epochs.
    assert (pixels(folder / "samples-0002.png") != pixels(folder / "samples-0004.png")).any()


def test_a_gan_has_samples_only(tmp_path):
    gan().fit(X, epochs=1, verbose=0, callbacks=[ImageGrids(tmp_path, columns=3, format="png")])
    assert [path.name for path in tmp_path.iterdir()] == ["samples-0001.png"]


@needs_tensorboard
def test_events_of_tensorboard(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    grids = ImageGrids(tmp_path, X, Y, columns=2)
    assert grids.format == "tensorboard"
    csae().fit(X, Y, epochs=2, verbose=0, callbacks=[grids])
    assert [path.name for path in tmp_path.iterdir()] == ["train"]
    events = EventAccumulator(str(tmp_path / "train"), size_guidance={"tensors": 0})
    events.Reload()
    assert set(events.Tags()["tensors"]) == {"samples", "reconstructions"}
    assert [event.step for event in events.Tensors("samples")] == [0, 1]


def test_without_tensorboard_the_grids_are_files(tmp_path, monkeypatch):
    from keras_regen.callbacks import image_grids

    monkeypatch.setattr(
        image_grids.importlib.util, "find_spec", lambda name: name != "tensorboard" or None
    )
    assert ImageGrids(tmp_path).format == "png"
    with pytest.raises(ValueError, match="pip install tensorflow tensorboard"):
        ImageGrids(tmp_path, format="tensorboard")


def test_wrong_arguments_and_models():
    for arguments in ({"every": 0}, {"columns": 1.5}, {"seed": -1}, {"format": "gif"}):
        with pytest.raises(ValueError, match=next(iter(arguments))):
            ImageGrids("logs", **arguments)
    with pytest.raises(ValueError, match="Pass training images"):
        csae().fit(X, Y, verbose=0, callbacks=[ImageGrids("logs")])
    classifier = CSAE.for_images(
        (8, 8, 1), list("abcd"), network="linear", hidden=8, latent_dim=4, with_decoder=False
    )
    classifier.compile("adam")
    with pytest.raises(ValueError, match="a model with a decoder"):
        classifier.fit(X, Y, verbose=0, callbacks=[ImageGrids("logs", X, Y)])
