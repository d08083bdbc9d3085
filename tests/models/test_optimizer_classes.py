"""The file of a model names no class of a backend, so that every backend loads and trains it."""

import json
import zipfile

import keras
import numpy as np
import pytest

from keras_regen import CSAE
from tests.elsewhere import use_elsewhere
from tests.samples import BACKENDS, striped_images

pytestmark = pytest.mark.any_backend

IMAGES, LABELS = striped_images(24)


def test_a_file_with_an_optimizer_of_pytorch_is_read_without_pytorch(tmp_path):
    """Keras on PyTorch writes such a file, and earlier versions of the package did."""
    model = CSAE.for_images(
        (8, 8, 1), ["left", "middle", "right"], network="linear", hidden=8, latent_dim=4
    )
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(IMAGES, LABELS, batch_size=8, verbose=0)
    model.save(tmp_path / "new.keras")
    with zipfile.ZipFile(tmp_path / "new.keras") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(files["config.json"])
    assert config["compile_config"]["optimizer"]["module"] == "keras.optimizers"
    config["compile_config"]["optimizer"]["module"] = (
        "keras.src.backend.torch.optimizers.torch_adam"
    )
    files["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "csae.keras", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    (tmp_path / "new.keras").unlink()
    generated = model.generate(seed=0)
    np.savez(tmp_path / "data.npz", images=IMAGES, labels=LABELS, csae=generated)
    for backend in BACKENDS:
        if backend != keras.backend.backend():
            use_elsewhere(tmp_path, backend)
