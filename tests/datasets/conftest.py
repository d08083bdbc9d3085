"""Folders of tiny images, each with another pixel value."""

import os

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def make_folder(tmp_path):
    """Returns a function that writes `{path: pixel value, image or bytes}` into a folder."""

    def make(images, root="images", size=(4, 5)):
        folder = tmp_path / root
        folder.mkdir(exist_ok=True)
        for path, image in images.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(image, bytes):
                file.write_bytes(image)
                continue
            if not isinstance(image, Image.Image):
                image = Image.fromarray(np.full(size, image, "uint8"))
            image.save(file)
        return str(folder)

    return make


@pytest.fixture
def real_data():
    """The folder of real datasets; without it the test is skipped."""
    folder = os.environ.get("KERAS_REGEN_DATA_DIR")
    if not folder:
        pytest.skip("KERAS_REGEN_DATA_DIR does not name a folder of real data")
    return folder


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch, request):
    """Hides the real data of the machine from tests on synthetic data."""
    if "real_data" not in request.fixturenames:
        monkeypatch.delenv("KERAS_REGEN_DATA_DIR", raising=False)
    monkeypatch.setenv("TFDS_DATA_DIR", "/nowhere")
