"""TFDS: small datasets that the test prepares, and mocked large datasets."""

import builtins
import importlib.util

import numpy as np
import pytest

from keras_regen.datasets import catalog, list_datasets, load
from keras_regen.datasets import tfds as tfds_source

tfds = pytest.importorskip("tensorflow_datasets")

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 5, 6, 3), dtype="uint8")


class SmallShapes(tfds.core.GeneratorBasedBuilder):
    """Twelve images in three classes: nine training and three test images."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(5, 6, 3), encoding_format="png"),
            "label": tfds.features.ClassLabel(names=["circle", "square", "star"]),
            "number": np.int64,
        }
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _split_generators(self, dl_manager):
        return {"train": self._generate(range(9)), "test": self._generate(range(9, 12))}

    def _generate(self, numbers):
        for number in numbers:
            yield number, {"image": IMAGES[number], "label": number % 3, "number": number}

    def _generate_examples(self):
        raise NotImplementedError


class SmallShapesWithoutTest(SmallShapes):
    """The same images, all in the training split."""

    def _split_generators(self, dl_manager):
        return {"train": self._generate(range(12))}


class SmallNumbers(SmallShapes):
    """Labels that are numbers instead of class labels."""

    def _info(self):
        features = {"image": tfds.features.Image(shape=(5, 6, 3)), "label": np.int64}
        features["number"] = np.int64
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))


class SmallSizes(SmallShapes):
    """Images of two sizes."""

    def _info(self):
        features = {
            "image": tfds.features.Image(shape=(None, None, 3), encoding_format="png"),
            "label": tfds.features.ClassLabel(num_classes=3),
        }
        return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(features))

    def _generate(self, numbers):
        for number in numbers:
            yield number, {"image": IMAGES[number, : 3 + number % 2], "label": number % 3}


def sorted_samples(images, labels):
    return sorted(
        (int(label), image.tobytes()) for image, label in zip(images, labels, strict=True)
    )


@pytest.fixture
def tfds_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("file_format", [None, "array_record", "tfrecord"])
def test_dataset_with_both_splits(tfds_folder, file_format):
    if file_format:
        builder = SmallShapes(data_dir=tfds_folder, file_format=file_format)
        builder.download_and_prepare()
    if file_format == "tfrecord":
        pytest.importorskip("tensorflow")
    data = load("tfds:small_shapes")
    assert data.name == "tfds:small_shapes"
    assert data.class_names == ("circle", "square", "star")
    labels = np.arange(12) % 3
    assert sorted_samples(data.x_train, data.y_train) == sorted_samples(IMAGES[:9], labels[:9])
    assert sorted_samples(data.x_test, data.y_test) == sorted_samples(IMAGES[9:], labels[9:])


def test_tfrecords_without_tensorflow_raise(tfds_folder, monkeypatch):
    SmallShapes(data_dir=tfds_folder, file_format="tfrecord").download_and_prepare()
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *args: None if name == "tensorflow" else find_spec(name, *args),
    )
    with pytest.raises(ImportError, match="only TensorFlow reads"):
        load("tfds:small_shapes")


def test_dataset_without_test_images_is_split(tfds_folder):
    data = load("tfds:small_shapes_without_test", test_fraction=0.25, seed=1)
    assert np.bincount(data.y_test).tolist() == [1, 1, 1]
    assert np.bincount(data.y_train).tolist() == [3, 3, 3]
    images = np.concatenate([data.x_train, data.x_test])
    labels = np.concatenate([data.y_train, data.y_test])
    assert sorted_samples(images, labels) == sorted_samples(IMAGES, np.arange(12) % 3)


def test_image_size_and_color_mode(tfds_folder):
    data = load("tfds:small_shapes", image_size=(7, 8), color_mode="grayscale")
    assert data.image_shape == (7, 8, 1)


def test_two_sizes_need_image_size(tfds_folder):
    with pytest.raises(ValueError, match=r"small_sizes train\[\d\] of \dx6 and"):
        load("tfds:small_sizes")
    assert load("tfds:small_sizes", image_size=4).image_shape == (4, 4, 3)
    assert set(load("tfds:small_sizes", image_size=4).class_names) == {"0", "1", "2"}


def test_dataset_without_class_labels_raises(tfds_folder):
    with pytest.raises(ValueError, match=r"features `image` and `label`.*image, label"):
        load("tfds:small_numbers")
    assert not list(tfds_folder.iterdir())  # the error comes before the download


def test_mocked_dataset():
    with tfds.testing.mock_data(num_examples=30):
        data = load("tfds:mnist")
    assert data.image_shape == (28, 28, 1) and data.class_names == tuple("0123456789")
    assert len(data.x_train) + len(data.x_test) == 30


def test_mocked_dataset_without_images_raises():
    with (
        tfds.testing.mock_data(num_examples=3),
        pytest.raises(ValueError, match=r"features `image` and `label`.*tfds:imdb_reviews"),
    ):
        load("tfds:imdb_reviews")


def test_unknown_dataset_raises():
    with pytest.raises(ValueError, match=r"no dataset of this name.*tfds:unknown_dataset"):
        load("tfds:unknown_dataset")


def test_failed_preparation_raises(tfds_folder, monkeypatch):
    def fail(self, dl_manager):
        raise ConnectionError("no network")

    monkeypatch.setattr(SmallShapes, "_split_generators", fail)
    with pytest.raises(ValueError, match=r"(?s)could not prepare.*no network.*TFDS_DATA_DIR"):
        load("tfds:small_shapes")


def test_missing_tensorflow_datasets_raises(monkeypatch):
    real_import = builtins.__import__

    def no_tfds(name, *args, **kwargs):
        if name == "tensorflow_datasets":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_tfds)
    with pytest.raises(ImportError, match=r'pip install "keras_regen\[datasets\]"'):
        load("tfds:mnist")


def test_known_dataset_is_loaded_from_tfds_only_if_prepared(tfds_folder, monkeypatch):
    monkeypatch.setitem(
        catalog.KERAS_DATASETS, "small_shapes", (("star", "square", "circle"), (5, 6, 3))
    )

    def source():
        return {source.name: source for source in list_datasets()}["small_shapes"]

    assert source().kind == "download"
    SmallShapes(data_dir=tfds_folder, file_format="array_record").download_and_prepare()
    assert source().kind == "tfds" and source().location.endswith("small_shapes/1.0.0")

    data = load("small_shapes")
    assert data.name == "small_shapes" and data.class_names == ("star", "square", "circle")
    labels = 2 - np.arange(12) % 3  # the names in `KERAS_DATASETS` have the reverse order
    assert sorted_samples(data.x_train, data.y_train) == sorted_samples(IMAGES[:9], labels[:9])


def test_newest_prepared_version_is_used(tfds_folder):
    for version in ("3.0.1", "2.11.0", "3.0.10"):
        folder = tfds_folder / "mnist" / version
        folder.mkdir(parents=True)
        (folder / "dataset_info.json").write_text("{}")
    (tfds_folder / "mnist" / "4.0.0").mkdir()
    assert tfds_source.prepared_folder("mnist") == str(tfds_folder / "mnist" / "3.0.10")
    assert tfds_source.prepared_folder("cifar10") is None
