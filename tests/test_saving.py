"""load_model: what it reads, and what it says of files that are no model."""

import zipfile

import numpy as np
import pytest

from keras_regen import load_model


def test_a_file_and_its_folder(digits_run, digits_model):
    latents = np.ones((2, 12), "float32")
    again = load_model(digits_run / "model.keras")
    np.testing.assert_allclose(again.decode(latents), digits_model.decode(latents), atol=1e-6)


def test_missing_truncated_foreign_and_damaged_files(tmp_path, digits_run):
    with pytest.raises(FileNotFoundError, match=r"there is no model\.keras"):
        load_model(tmp_path)
    whole = (digits_run / "model.keras").read_bytes()
    (tmp_path / "cut.keras").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="truncated or of another kind"):
        load_model(tmp_path / "cut.keras")
    (tmp_path / "text.keras").write_text("not a model")
    with pytest.raises(ValueError, match="truncated or of another kind"):
        load_model(tmp_path / "text.keras")
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match=r"it has no \['config.json', 'model.weights.h5'\]"):
        load_model(tmp_path / "other.keras")
