"""Compact files: the same model, in half precision and without its optimizer."""

import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

from keras_regen import CSAE, load_model
from keras_regen.zoo.compact_file import write_compact
from tests.samples import striped_images

pytestmark = pytest.mark.any_backend


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compact")
    keras.utils.set_random_seed(0)
    images, labels = striped_images(48)
    options = {"stem_filters": 4, "latent_dim": 8, "prior": "mixture"}
    model = CSAE.for_images((8, 8, 1), ["a", "b", "c"], **options)
    model.compile("adam")
    model.fit(images, labels, batch_size=16, epochs=2, verbose=0)
    model.calibrate(images, labels)
    model.save(folder / "model.keras")
    write_compact(folder / "model.keras", folder / "compact.keras")
    return folder / "model.keras", folder / "compact.keras"


def arrays(path):
    """Returns the arrays of the weights file by their paths."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content) as weights:
        weights.visititems(
            lambda name, item: found.update({name: item[()]}) if hasattr(item, "dtype") else None
        )
    return found


def test_networks_are_rounded_to_half_precision_and_the_prior_is_not(files):
    whole, compact = map(arrays, files)
    networks = {name for name in whole if not name.startswith("optimizer")}
    assert set(compact) == networks and any(name.startswith("optimizer") for name in whole)
    rounded = [name for name in compact if compact[name].dtype == "float16"]
    assert any(name.startswith("encoder") for name in rounded)
    assert not any("prior" in name or "head" in name for name in rounded)
    for name in networks:
        expected = whole[name].astype("float16") if name in rounded else whole[name]
        np.testing.assert_array_equal(compact[name], expected)
    assert files[1].stat().st_size < 0.5 * files[0].stat().st_size


def test_the_loaded_model_is_the_same_but_for_its_optimizer(files):
    whole, compact = map(load_model, files)
    assert whole.compiled and not compact.compiled
    images = striped_images(9)[0]
    np.testing.assert_array_equal(compact.classify(images), whole.classify(images))
    np.testing.assert_allclose(
        compact.generate(class_id="b", seed=1), whole.generate(class_id="b", seed=1), atol=0.02
    )
    compact.compile("adam")
    compact.fit(images, [0, 1, 2] * 3, verbose=0)


def test_the_same_weights_give_the_same_file(files, tmp_path):
    write_compact(files[0], tmp_path / "again.keras")
    assert (tmp_path / "again.keras").read_bytes() == files[1].read_bytes()
    with zipfile.ZipFile(files[1]) as archive:
        assert "compile_config" not in json.loads(archive.read("config.json"))
