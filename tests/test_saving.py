"""load_model: files, folders, and the errors for bad files."""

import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

from keras_regen import load_model
from keras_regen.saving import save_model


def test_a_file_and_its_folder(tmp_path, digits_model):
    latents = np.ones((2, 12), "float32")
    save_model(digits_model, tmp_path / "run/model.keras")
    for path in (tmp_path / "run", tmp_path / "run/model.keras"):
        loaded = load_model(path)
        np.testing.assert_allclose(loaded.decode(latents), digits_model.decode(latents), atol=1e-6)


def test_missing_truncated_foreign_and_damaged_files(tmp_path, digits_model):
    with pytest.raises(FileNotFoundError, match=r"without the file model\.keras"):
        load_model(tmp_path)
    save_model(digits_model, tmp_path / "whole.keras")
    content = (tmp_path / "whole.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="truncated or of another format"):
        load_model(tmp_path / "cut.keras")
    (tmp_path / "text.keras").write_text("not a model")
    with pytest.raises(ValueError, match="truncated or of another format"):
        load_model(tmp_path / "text.keras")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match=r"it has no \['config.json', 'model.weights.h5'\]"):
        load_model(tmp_path / "other.keras")


def test_an_unknown_class(tmp_path):
    """A file with a layer of an unknown class, and a file with a model of an unknown class."""
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        files = {file: archive.read(file) for file in archive.namelist()}
    for part, name in (("layer", "Sequential"), ("model", "unknown>Custom")):
        config = json.loads(files["config.json"])
        custom = config if part == "model" else config["config"]["layers"][-1]
        custom |= {"module": None, "class_name": "Custom", "registered_name": "unknown>Custom"}
        with zipfile.ZipFile(tmp_path / "b.keras", "w") as archive:
            for file, content in (files | {"config.json": json.dumps(config)}).items():
                archive.writestr(file, content)
        with pytest.raises(ValueError, match=f"holds a {name} that.*class 'Custom'") as caught:
            load_model(tmp_path / "b.keras")
        assert len(str(caught.value)) < 600 and "build_config" not in str(caught.value)


def test_a_plain_functional_model(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(3, name="latent")(inputs))
    model.save(tmp_path / "plain.keras")
    x = np.ones((2, 4), "float32")
    loaded = load_model(tmp_path / "plain.keras")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)


def _rewritten(source, path, **contents):
    """Copies a `.keras` file with other contents of some of its files."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(path, "w", 8) as copy:
        for name in archive.namelist():
            copy.writestr(name, contents.get(name.split(".")[0], archive.read(name)))


def test_files_that_would_fill_the_memory(tmp_path, digits_model, monkeypatch):
    save_model(digits_model, tmp_path / "whole.keras")
    _rewritten(tmp_path / "whole.keras", tmp_path / "deep.keras", config="[" * 100_000)
    with pytest.raises(ValueError, match="holds a model of an unknown class that cannot be built"):
        load_model(tmp_path / "deep.keras")
    monkeypatch.setattr("keras_regen.compressed_files.HARMLESS", 2**20)
    _rewritten(tmp_path / "whole.keras", tmp_path / "bomb.keras", model=bytes(2**27))
    with pytest.raises(ValueError, match="300 times larger than the file"):
        load_model(tmp_path / "bomb.keras")
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file.create_dataset("vars/0", (2**40,), "float32")
    _rewritten(tmp_path / "whole.keras", tmp_path / "large.keras", model=weights.getvalue())
    with pytest.raises(ValueError, match="claim to have 4,398,046,511,104"):
        load_model(tmp_path / "large.keras")
