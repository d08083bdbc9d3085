"""Folders of tiny pictures whose pixels tell which file they came from."""

import os

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def make_folder(tmp_path):
    """Writes `{path below the root: pixel value or picture}` and gives the root."""

    def make(pictures, root="pictures", size=(4, 5)):
        folder = tmp_path / root
        folder.mkdir(exist_ok=True)
        for path, picture in pictures.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(picture, bytes):
                file.write_bytes(picture)
                continue
            if not isinstance(picture, Image.Image):
                picture = Image.fromarray(np.full(size, picture, "uint8"))
            picture.save(file)
        return str(folder)

    return make


@pytest.fixture
def real_data():
    """The folder of real data sets, where there is one."""
    folder = os.environ.get("KERAS_REGEN_DATA_DIR")
    if not folder:
        pytest.skip("KERAS_REGEN_DATA_DIR does not name a folder of real data")
    return folder


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch, request):
    """Keeps tests on made-up data from finding the real data of the machine."""
    if "real_data" not in request.fixturenames:
        monkeypatch.delenv("KERAS_REGEN_DATA_DIR", raising=False)
    monkeypatch.setenv("TFDS_DATA_DIR", "/nowhere")
