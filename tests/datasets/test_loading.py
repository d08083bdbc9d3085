"""Finding the source of a name: the order of the sources, and the errors."""

import shutil

import keras
import numpy as np
import pytest

from keras_regen.datasets import catalog, list_datasets, load
from keras_regen.datasets.loading import absolute_dataset_path

pytestmark = pytest.mark.any_backend

FASHION_FOLDERS = ["T-shirt_top", "Trouser", "Pullover", "Dress", "Coat"]
FASHION_FOLDERS += ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle-boot"]


def save_npz(path, value, num_classes=10):
    labels = np.arange(num_classes)
    images = np.full((num_classes, 3, 4), value, "uint8")
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def class_folders(value, names=tuple("0123456789")):
    return {f"{name}/{i}.png": value for name in names for i in range(2)}


@pytest.fixture
def downloaded(monkeypatch):
    """Replaces `keras.datasets.*.load_data` by a function that returns pixels of 77."""

    def data():
        images, labels = np.full((20, 2, 2), 77, "uint8"), np.arange(20)[:, None] % 10
        return (images, labels), (images, labels)

    for name in catalog.KERAS_DATASETS:
        monkeypatch.setattr(getattr(keras.datasets, name), "load_data", data)


@pytest.fixture
def no_network(monkeypatch):
    def fail():
        raise Exception("URL fetch failure: no network")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)


def test_order_of_the_sources(make_folder, tmp_path, downloaded):
    data_dir = tmp_path / "data"
    kinds = {source.name: source.kind for source in list_datasets()}
    assert kinds["mnist"] == "download"
    assert (load("mnist").x_train == 77).all()

    folder = make_folder(class_folders(3), "packed")
    data_dir.mkdir()
    shutil.make_archive(str(data_dir / "mnist_jpeg"), "xztar", folder)
    make_folder(class_folders(2), "data/mnist")
    save_npz(data_dir / "mnist.npz", 1)

    def kind_and_pixel():
        kind = {source.name: source.kind for source in list_datasets(data_dir)}["mnist"]
        return kind, int(load("mnist", data_dir=data_dir).x_train.max())

    assert kind_and_pixel() == ("npz", 1)
    (data_dir / "mnist.npz").unlink()
    assert kind_and_pixel() == ("folder", 2)
    shutil.rmtree(data_dir / "mnist")
    assert kind_and_pixel() == ("archive", 3)
    (data_dir / "mnist_jpeg.tar.xz").unlink()
    assert kind_and_pixel() == ("download", 77)


def test_environment_variable_names_the_data_folder(tmp_path, monkeypatch):
    save_npz(tmp_path / "mnist.npz", 1)
    save_npz(tmp_path / "mine.npz", 2, num_classes=3)
    monkeypatch.setenv("KERAS_REGEN_DATA_DIR", str(tmp_path))
    assert (load("mnist").x_train == 1).all()
    mine = load("mine")
    assert mine.name == "mine" and mine.num_classes == 3
    assert [source.name for source in list_datasets()][-1] == "mine"


@pytest.mark.parametrize("argument", [True, False])
def test_missing_data_folder_raises(tmp_path, monkeypatch, argument):
    missing = str(tmp_path / "missing")
    if not argument:
        monkeypatch.setenv("KERAS_REGEN_DATA_DIR", missing)
    expected = "`data_dir`" if argument else "KERAS_REGEN_DATA_DIR"
    with pytest.raises(FileNotFoundError, match=rf"{expected} to name a folder.*missing"):
        load("mnist", data_dir=missing if argument else None)


def test_failed_download_lists_other_ways(no_network):
    with pytest.raises(FileNotFoundError) as error:
        load("mnist")
    for way in ("no network", "mnist.npz", "KERAS_REGEN_DATA_DIR", "mnist/train", "tfds:mnist"):
        assert way in str(error.value)


def test_download_is_converted_like_other_sources(downloaded):
    data = load("cifar10", image_size=4)
    assert data.x_train.shape == (20, 4, 4, 1) and data.y_train.shape == (20,)
    assert data.class_names[0] == "airplane"


@pytest.mark.parametrize("names", [FASHION_FOLDERS, "0123456789"])
def test_folders_of_a_known_dataset_get_its_labels(make_folder, tmp_path, names):
    images = {f"{name}/{i}.png": label for label, name in enumerate(names) for i in range(2)}
    make_folder(images, "fashion_mnist")
    data = load("fashion_mnist", data_dir=tmp_path, test_fraction=0.5)
    assert data.name == "fashion_mnist" and data.class_names[0] == "T-shirt/top"
    np.testing.assert_array_equal(data.x_train[:, 0, 0, 0], data.y_train)
    np.testing.assert_array_equal(data.x_test[:, 0, 0, 0], data.y_test)


def test_folder_with_other_classes_than_the_known_dataset_raises(make_folder, tmp_path):
    make_folder(class_folders(0, ("cat", "dog")), "cifar10")
    with pytest.raises(ValueError, match=r"classes of cifar10.*Received: \('cat', 'dog'\)"):
        load("cifar10", data_dir=tmp_path, test_fraction=0.5)


def test_npz_of_a_known_dataset_may_order_its_classes_differently(tmp_path):
    names = catalog.KERAS_DATASETS["cifar10"][0]
    labels = np.arange(10)
    images = np.broadcast_to(labels[::-1, None, None, None], (10, 2, 2, 3)).astype("uint8")
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(tmp_path / "cifar10.npz", **arrays, class_names=names[::-1])
    data = load("cifar10", data_dir=tmp_path)
    assert data.class_names == names
    np.testing.assert_array_equal(data.x_train[:, 0, 0, 0], data.y_train)


def test_path_with_a_known_name_keeps_its_classes(make_folder, tmp_path):
    folder = make_folder(class_folders(0, ("cat", "dog")), "cifar10")
    assert load(folder, test_fraction=0.5).class_names == ("cat", "dog")
    save_npz(tmp_path / "mnist.npz", 1, num_classes=3)
    assert load(tmp_path / "mnist.npz").num_classes == 3


def test_npz_of_a_known_dataset_with_other_classes_raises(tmp_path):
    save_npz(tmp_path / "mnist.npz", 1, num_classes=12)
    with pytest.raises(ValueError, match=r"mnist\.npz.*y_train.*0\.\.9.*10 at index 10"):
        load("mnist", data_dir=tmp_path)


@pytest.mark.parametrize(
    "name, nearest", [("minst", "mnist"), ("digit", "digits"), ("fashion-mnist", "fashion_mnist")]
)
def test_unknown_name_suggests_a_similar_name(name, nearest):
    with pytest.raises(ValueError, match=f"Did you mean '{nearest}'") as error:
        load(name)
    assert "digits, mnist, fashion_mnist, cifar10, tfds:NAME" in str(error.value)


def test_unknown_name_without_a_similar_name():
    with pytest.raises(ValueError, match=r"Received: 'qqqqqq'\.$"):
        load("qqqqqq")


@pytest.mark.parametrize("path", ["./missing", "some/where/x.npz"])
def test_missing_path_raises(path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        load(path)


def test_unsupported_file_raises(tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    with pytest.raises(ValueError, match=r"Expected a folder.*data\.csv"):
        load(tmp_path / "data.csv")


def test_name_has_priority_over_a_folder(make_folder, monkeypatch, tmp_path):
    make_folder(class_folders(9), "digits")
    monkeypatch.chdir(tmp_path)
    assert load("digits").x_train.shape[1:] == (8, 8, 1)
    assert load("./digits", test_fraction=0.5).x_train.shape[1:] == (4, 5, 1)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"image_size": 0}, "image_size"),
        ({"color_mode": "gray"}, "color_mode"),
        ({"test_fraction": 1}, "test_fraction"),
        ({"seed": None}, "seed"),
        ({"seed": -1}, "seed"),
    ],
)
def test_arguments_out_of_range_raise(options, message):
    with pytest.raises(ValueError, match=f"`{message}`"):
        load("digits", **options)


def test_list_datasets(make_folder, tmp_path):
    make_folder(class_folders(0, ("cat", "dog")), "pets")
    make_folder({"notes/1.txt": b""}, "other")
    save_npz(tmp_path / "mnist.npz", 1)
    (tmp_path / "README.md").write_text("about")
    (tmp_path / "birds_jpeg.tar.xz").write_bytes(b"")
    sources = {source.name: source for source in list_datasets(tmp_path)}
    assert list(sources) == ["digits", "mnist", "fashion_mnist", "cifar10", "birds", "pets"]
    assert sources["digits"].kind == "embedded" and sources["digits"].image_shape == (8, 8, 1)
    assert sources["mnist"].location == str(tmp_path / "mnist.npz")
    assert sources["mnist"].num_classes == 10
    assert sources["cifar10"].kind == "download" and sources["cifar10"].image_shape == (32, 32, 3)
    assert sources["pets"].class_names == ("cat", "dog") and sources["pets"].image_shape is None
    assert sources["birds"].kind == "archive" and sources["birds"].num_classes is None


def test_absolute_dataset_path(tmp_path, monkeypatch):
    for name in ("mnist", "flowers"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert absolute_dataset_path("mnist") == "mnist"
    assert absolute_dataset_path("flowers") == str(tmp_path / "flowers")
    assert absolute_dataset_path("nowhere") == "nowhere"
