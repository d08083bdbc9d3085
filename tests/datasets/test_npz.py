"""`.npz` files: arrays that they may hold, and errors."""

import io
import os
import zipfile

import numpy as np
import pytest

from keras_regen.datasets import load

pytestmark = pytest.mark.any_backend

RNG = np.random.default_rng(0)


def arrays(**changes):
    defaults = {
        "x_train": RNG.integers(0, 256, (6, 4, 5), dtype="uint8"),
        "y_train": np.array([0, 1, 2, 0, 1, 2]),
        "x_test": RNG.integers(0, 256, (3, 4, 5), dtype="uint8"),
        "y_test": np.array([2, 1, 0], "uint8"),
    }
    return {key: value for key, value in {**defaults, **changes}.items() if value is not None}


@pytest.fixture
def save(tmp_path):
    def save(**changes):
        path = tmp_path / "saved.npz"
        np.savez(path, **arrays(**changes))
        return path

    return save


def test_arrays_are_loaded(save):
    images = RNG.integers(0, 256, (6, 4, 5), dtype="uint8")
    data = load(save(x_train=images))
    assert data.name == "saved" and data.class_names == ("0", "1", "2")
    np.testing.assert_array_equal(data.x_train, images[..., None])
    assert data.y_test.tolist() == [2, 1, 0] and data.y_test.dtype == np.int64


def test_class_names(save):
    assert load(save(class_names=np.array(["a", "b", "c"]))).class_names == ("a", "b", "c")
    assert load(save(class_names=np.array([b"a", b"b", b"c", b"d"]))).num_classes == 4


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_become_float32(save, dtype):
    images = RNG.uniform(size=(6, 4, 5, 3)).astype(dtype)
    data = load(save(x_train=images, x_test=images[:3]))
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    np.testing.assert_array_equal(data.x_train, images.astype("float32"))


def test_int64_becomes_uint8(save):
    images = RNG.integers(0, 256, (6, 4, 5))
    data = load(save(x_train=images))
    assert data.x_train.dtype == np.uint8
    np.testing.assert_array_equal(data.x_train[..., 0], images)


def test_labels_of_shape_n_1_are_flattened(save):
    assert load(save(y_train=np.array([[0], [1], [2], [0], [1], [2]]))).y_train.ndim == 1


def test_image_size_and_color_mode(save):
    assert load(save(), image_size=(8, 9), color_mode="rgb").image_shape == (8, 9, 3)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"x_test": None}, "without x_test"),
        ({"x_train": None, "y_train": None}, "without x_train, y_train"),
        ({"x_train": np.zeros((6, 20), "uint8")}, r"x_train.*shape=\(6, 20\)"),
        ({"x_train": np.zeros((6, 4, 5, 2), "uint8")}, "x_train.*1 channel"),
        ({"x_test": np.zeros((3, 4, 6), "uint8")}, r"x_test.*\(4, 5, 1\)"),
        ({"x_test": np.zeros((0, 4, 5), "uint8")}, "x_test.*at least one pixel"),
        ({"x_train": np.full((6, 4, 5), 300)}, "x_train.*0..255.*300"),
        ({"x_train": np.full((6, 4, 5), -1)}, "x_train.*0..255.*-1"),
        ({"x_train": np.full((6, 4, 5), 7.0)}, "x_train.*0..1.*7"),
        ({"x_train": np.full((6, 4, 5), np.nan)}, "x_train.*NaN"),
        ({"x_train": np.zeros((6, 4, 5))}, "both be integers or both be floats"),
        ({"y_train": np.array([0, 1, 2])}, "y_train.*6 in all.*3 labels"),
        ({"y_test": np.array([0, 1])}, "y_test.*3 in all.*2 labels"),
        ({"y_train": np.eye(3)[[0, 1, 2, 0, 1, 2]]}, "y_train.*argmax"),
        ({"y_train": np.arange(6.0)}, "y_train.*float64"),
        ({"y_train": np.arange(6) - 1}, "y_train.*-1 at index 0"),
        ({"y_test": np.array([0, 1, 3])}, r"y_test.*0\.\.2.*3 at index 2"),
        ({"y_train": np.array([1, 2, 3, 1, 2, 3])}, "every label from 0.*1 to 3"),
        ({"y_train": np.zeros(6, int), "y_test": np.zeros(3, int)}, "at least 2 names"),
        ({"class_names": np.array([1, 2, 3])}, "array of strings"),
        ({"class_names": np.array(["a", "b"])}, r"y_train.*0\.\.1.*2 at index 2"),
        ({"class_names": np.array(["a", "b", "a"])}, "must differ"),
    ],
)
def test_invalid_arrays_raise(save, changes, message):
    path = save(**changes)
    with pytest.raises(ValueError, match=message) as error:
        load(path)
    assert str(path) in str(error.value)


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("pickle-was-run",)


def test_objects_are_not_unpickled(save, tmp_path, monkeypatch):
    path = save(class_names=np.array([Malicious(), Malicious(), Malicious()]))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="without Python objects"):
        load(path)
    assert not os.path.exists("pickle-was-run")


def test_damaged_and_other_files_raise(save, tmp_path):
    complete = save().read_bytes()
    for content in (b"", b"hello", complete[: len(complete) // 2]):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(ValueError, match=r"(?s)without Python objects.*bad\.npz"):
            load(tmp_path / "bad.npz")
    with open(tmp_path / "single.npz", "wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match="not a zip file"):
        load(tmp_path / "single.npz")


@pytest.mark.parametrize(
    "name, mean, class_name", [("mnist", 33.3, "7"), ("fashion_mnist", 72.9, "Sneaker")]
)
def test_real_datasets(real_data, name, mean, class_name):
    data = load(name)
    assert data.x_train.shape == (60000, 28, 28, 1) and data.x_test.shape == (10000, 28, 28, 1)
    assert data.x_train.dtype == np.uint8 and data.class_names[7] == class_name
    # 0.1307 and 0.2860 of 255: the published means of the training images.
    assert abs(data.x_train.mean() - mean) < 0.1


def test_an_array_that_claims_to_be_larger_than_its_file_raises(save, tmp_path):
    """NumPy would ask for 64 TiB of memory."""
    path = save()
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (2**46, 1)}
    )
    files["x_train.npy"] = header.getvalue() + bytes(10)
    with zipfile.ZipFile(tmp_path / "large.npz", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match=r"large\.npz.*claims to have 70,368,744,177,664"):
        load(tmp_path / "large.npz")


def test_a_file_that_expands_too_much_raises(save, tmp_path, monkeypatch):
    monkeypatch.setattr("keras_regen.compressed_files.HARMLESS", 2**20)
    images = np.zeros((3, 2000, 2000), "uint8")
    np.savez_compressed(
        tmp_path / "bomb.npz", x_train=images, y_train=[0, 1, 1], x_test=images, y_test=[0, 1, 1]
    )
    with pytest.raises(ValueError, match=r"bomb\.npz.*300 times larger than the file"):
        load(tmp_path / "bomb.npz")


def test_a_method_of_compression_that_is_unknown_raises(save):
    """A wrong byte in the header of a ZIP file is a NotImplementedError of Python."""
    path = save()
    content = bytearray(path.read_bytes())
    start = content.rindex(b"PK\x01\x02")
    content[start + 10] = 77
    content[content.index(b"PK\x03\x04") + 8] = 77
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match="cannot be read"):
        load(path)
