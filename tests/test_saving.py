"""load_model: what it reads, and what it says of files that are no model."""

import json
import zipfile

import keras
import numpy as np
import pytest

from keras_regen import load_model


def test_a_file_and_its_folder(tmp_path, digits_model):
    latents = np.ones((2, 12), "float32")
    digits_model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(again.decode(latents), digits_model.decode(latents), atol=1e-6)
    again = load_model(tmp_path)
    np.testing.assert_allclose(again.decode(latents), digits_model.decode(latents), atol=1e-6)


def test_missing_truncated_foreign_and_damaged_files(tmp_path, digits_run):
    with pytest.raises(FileNotFoundError, match=r"without the file model\.keras"):
        load_model(tmp_path)
    whole = (digits_run / "model.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="truncated or of another format"):
        load_model(tmp_path / "cut.keras")
    (tmp_path / "text.keras").write_text("not a model")
    with pytest.raises(ValueError, match="truncated or of another format"):
        load_model(tmp_path / "text.keras")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match=r"it has no \['config.json', 'model.weights.h5'\]"):
        load_model(tmp_path / "other.keras")


def test_a_class_that_is_not_known(tmp_path):
    """Two files: with a layer of somebody's own, and of a model of somebody's own."""
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for which, described in (("layer", "Sequential"), ("model", "somebody>Own")):
        config = json.loads(parts["config.json"])
        foreign = config if which == "model" else config["config"]["layers"][-1]
        foreign |= {"module": None, "class_name": "Own", "registered_name": "somebody>Own"}
        with zipfile.ZipFile(tmp_path / "b.keras", "w") as archive:
            for name, content in (parts | {"config.json": json.dumps(config)}).items():
                archive.writestr(name, content)
        with pytest.raises(ValueError, match=f"holds a {described} that.*class 'Own'") as caught:
            load_model(tmp_path / "b.keras")
        assert len(str(caught.value)) < 600 and "build_config" not in str(caught.value)


def test_a_plain_functional_model_is_loaded(tmp_path):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.Dense(3, name="latent")(inputs))
    model.save(tmp_path / "plain.keras")
    x = np.ones((2, 4), "float32")
    again = load_model(tmp_path / "plain.keras")
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)
