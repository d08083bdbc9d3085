"""Folders of class folders: files that are read, their order, and errors."""

import io
import os
import warnings

import numpy as np
import pytest
from PIL import Image

from keras_regen.datasets import load

pytestmark = pytest.mark.any_backend


def png(value=0, size=(4, 5)):
    file = io.BytesIO()
    Image.fromarray(np.full(size, value, "uint8")).save(file, "PNG")
    return file.getvalue()


def two_classes(per_class=5):
    """`cat/0.png` has the pixels 0, `cat/1.png` 1, ...; `dog/0.png` 100, ..."""
    return {
        f"{name}/{i}.png": start + i
        for name, start in (("cat", 0), ("dog", 100))
        for i in range(per_class)
    }


def test_images_labels_and_class_names(make_folder):
    folder = make_folder(two_classes(10))
    data = load(folder, test_fraction=0.3)
    assert data.name == "images" and data.class_names == ("cat", "dog")
    assert data.image_shape == (4, 5, 1) and data.x_train.dtype == np.uint8
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert np.bincount(data.y_train).tolist() == [7, 7]
    assert np.bincount(data.y_test).tolist() == [3, 3]
    values = np.concatenate([data.x_train, data.x_test])
    assert (values == values[:, :1, :1]).all()
    assert sorted(values[:, 0, 0, 0].tolist()) == [*range(10), *range(100, 110)]
    labels = np.concatenate([data.y_train, data.y_test])
    assert ((values[:, 0, 0, 0] >= 100) == labels).all()


def test_train_and_test_folders_define_the_split(make_folder):
    folder = make_folder(
        {
            "train/b/2.png": 12,
            "train/b/1.jpg": 11,
            "train/a/x.bmp": 1,
            "test/a/y.png": 2,
            "test/b/z.png": 13,
            "val/c/w.png": 99,
            "README.md": b"about",
        }
    )
    data = load(folder, test_fraction=0.5)
    assert data.x_train[:, 0, 0, 0].tolist() == [1, 11, 12]
    assert data.y_train.tolist() == [0, 1, 1]
    assert data.x_test[:, 0, 0, 0].tolist() == [2, 13]
    assert data.y_test.tolist() == [0, 1]


@pytest.mark.parametrize("names", [("train", "bus"), ("test", "bus")])
def test_class_may_be_called_train(make_folder, names):
    folder = make_folder({f"{name}/{i}.png": i for name in names for i in range(2)})
    assert load(folder, test_fraction=0.5).class_names == tuple(sorted(names))


@pytest.mark.parametrize("outer", ["cifar10", "a/b/c", "train"])
def test_outer_folders_do_not_matter(make_folder, outer):
    expected = load(make_folder(two_classes(), "plain"))
    images = {f"{outer}/{path}": value for path, value in two_classes().items()}
    data = load(make_folder(images, "nested"))
    assert data.class_names == expected.class_names
    np.testing.assert_array_equal(data.x_train, expected.x_train)


def test_hidden_files_and_folders_are_ignored(make_folder):
    folder = make_folder({**two_classes(), ".git/a": b"", "cat/.DS_Store": b"", ".x/1.png": 3})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = load(folder)
    assert data.class_names == ("cat", "dog") and data.skipped == ()


def test_single_color_image_makes_all_images_rgb(make_folder):
    color_image = Image.new("RGB", (5, 4), (1, 2, 3))
    folder = make_folder({**two_classes(), "dog/9.png": color_image})
    data = load(folder, test_fraction=0.5)
    assert data.image_shape == (4, 5, 3)
    images = np.concatenate([data.x_train, data.x_test])
    colors = {tuple(image[0, 0]) for image in images}
    assert colors == {*((v, v, v) for v in (*range(5), *range(100, 105))), (1, 2, 3)}
    assert load(folder, color_mode="grayscale").image_shape == (4, 5, 1)


def test_grayscale_images_as_rgb(make_folder):
    assert load(make_folder(two_classes()), color_mode="rgb").image_shape == (4, 5, 3)


def test_two_sizes_need_image_size(make_folder):
    folder = make_folder({**two_classes(), "dog/big.png": png(7, (6, 9))})
    with pytest.raises(ValueError, match="image_size") as error:
        load(folder)
    assert os.path.join("cat", "0.png") + " of 4x5" in str(error.value)
    assert os.path.join("dog", "big.png") + " of 6x9" in str(error.value)
    assert load(folder, image_size=(3, 2)).image_shape == (3, 2, 1)
    assert load(folder, image_size=8).image_shape == (8, 8, 1)


def test_unreadable_files_are_skipped_with_a_single_warning(make_folder):
    content = png(size=(64, 64))
    unreadable = {
        "cat/truncated.png": content[: len(content) // 2],
        "dog/empty.jpg": b"",
        "dog/notes.txt": b"hello",
    }
    folder = make_folder({**two_classes(), **unreadable, "dog/more/1.png": 9})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = load(folder)
    skipped = {os.path.join(folder, path) for path in (*unreadable, "dog/more")}
    assert set(data.skipped) == skipped
    assert len(caught) == 1
    assert all(path in str(caught[0].message) for path in skipped)
    assert len(data.x_train) + len(data.x_test) == 10


def test_warning_lists_five_files_only(make_folder):
    folder = make_folder({**two_classes(), **{f"cat/{i}.txt": b"" for i in range(50)}})
    with pytest.warns(UserWarning, match="Left out 50 files") as caught:
        assert len(load(folder).skipped) == 50
    assert "and 45 more" in str(caught[0].message)


def test_strict_raises_for_an_unreadable_file(make_folder):
    folder = make_folder({**two_classes(), "dog/notes.txt": b"hello"})
    with pytest.raises(ValueError, match=r"notes\.txt"):
        load(folder, strict=True)
    os.remove(os.path.join(folder, "dog/notes.txt"))
    assert load(folder, strict=True).skipped == ()


def test_broken_link_is_an_unreadable_file(make_folder):
    folder = make_folder(two_classes())
    os.symlink("nowhere.png", os.path.join(folder, "cat", "link.png"))
    os.mkfifo(os.path.join(folder, "cat", "pipe.png"))
    with pytest.warns(UserWarning, match=r"link\.png"):
        data = load(folder)
    assert data.skipped == (os.path.join(folder, "cat", "link.png"),)


@pytest.mark.parametrize(
    "images, message",
    [
        ({}, "holds no folders and 0 files"),
        ({"1.png": 0, "2.png": 0}, "holds no folders and 2 files"),
        ({"cat/1.png": 0}, r"at least two class folders.*\['cat'\]"),
        ({"train/cat/1.png": 0, "test/cat/1.png": 0}, r"at least two class folders.*\['cat'\]"),
        ({"cat/1.png": 0, "dog/.keep": b""}, r"at least one readable.*\['dog'\]"),
        ({"cat/1.png": 0, "dog/1.png": b"no"}, r"at least one readable.*\['dog'\].*1\.png"),
        ({"x/cat/1.png": 0, "y/cat/1.png": 0}, r"readable.*\['x', 'y'\].*not read"),
        (
            {"train/a/1.png": 0, "train/b/1.png": 0, "test/a/1.png": 0, "test/c/1.png": 0},
            r"\['b'\] only in `train` and \['c'\] only in `test`",
        ),
        (
            {"train/a/1.png": 0, "train/b/1.png": 0, "test/a/1.png": 0, "test/b/1.png": b""},
            r"test, with none in the class folders \['b'\]",
        ),
        ({"cat/1.png": 0, "dog/1.png": 0}, "Too few samples for a test set"),
        (
            {"train/a/1.png": 0, "train/b/1.png": 0, "rest/a/1.png": 0, "rest/b/1.png": 0},
            r"must be called test, testing, val,.*with `train` and \['rest'\]",
        ),
        (
            {"train/a/1.png": 0, "train/b/1.png": 0, "test/1.png": 0, "val/1.png": 0},
            r"\['a', 'b'\] only in `train` and \[\] only in `test`",
        ),
    ],
)
def test_invalid_folders_raise(make_folder, images, message):
    with pytest.raises(ValueError, match=f"(?s){message}"):
        load(make_folder(images))


def test_missing_folder_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        load(tmp_path / "missing")


def test_file_without_permission_is_skipped(make_folder):
    folder = make_folder(two_classes())
    path = os.path.join(folder, "cat", "0.png")
    os.chmod(path, 0)
    if os.access(path, os.R_OK):
        pytest.skip("this user can read every file")
    with pytest.warns(UserWarning, match="Permission"):
        assert load(folder).skipped == (path,)


@pytest.mark.parametrize(
    "train, test",
    [("Train", "Test"), ("train", "val"), ("training", "Validation"), ("TRAIN", "valid")],
)
def test_other_names_of_the_training_and_test_folder(make_folder, train, test):
    files = {f"{train}/{name}/1.png": i for i, name in enumerate("ab")}
    files |= {f"{test}/{name}/1.png": 10 + i for i, name in enumerate("ab")}
    data = load(make_folder(files))
    assert data.x_train[:, 0, 0, 0].tolist() == [0, 1]
    assert data.x_test[:, 0, 0, 0].tolist() == [10, 11]


@pytest.mark.parametrize("unlabeled", ["test/", "test/images/"])
def test_a_test_folder_without_labels_is_not_read(make_folder, unlabeled):
    files = {f"train/{name}/1.png": i for i, name in enumerate("ab")}
    files |= {f"val/{name}/1.png": 10 + i for i, name in enumerate("ab")}
    data = load(make_folder(files | {f"{unlabeled}{i}.png": 20 for i in range(3)}), strict=True)
    assert data.x_train[:, 0, 0, 0].tolist() == [0, 1]
    assert data.x_test[:, 0, 0, 0].tolist() == [10, 11]
    files |= {f"test/{name}/1.png": 30 + i for i, name in enumerate("ab")}
    data = load(make_folder(files, "labeled"))
    assert data.x_test[:, 0, 0, 0].tolist() == [30, 31]


def test_classes_named_train_and_valid_are_classes(make_folder):
    files = {f"{name}/{i}.png": i for name in ("train", "valid", "wrong") for i in range(3)}
    assert load(make_folder(files)).class_names == ("train", "valid", "wrong")


def test_folders_named_by_numbers_are_in_the_order_of_the_numbers(make_folder):
    names = [str(number) for number in range(12)]
    data = load(make_folder({f"{n}/{i}.png": int(n) for n in names for i in range(2)}))
    assert data.class_names == tuple(names)
    assert (data.x_train[:, 0, 0, 0] == data.y_train).all()


def test_a_name_that_is_no_number_keeps_the_order_of_names(make_folder):
    files = {f"{name}/{i}.png": 0 for name in ("10", "9", "x") for i in range(2)}
    assert load(make_folder(files)).class_names == ("10", "9", "x")


def test_files_of_the_operating_system_are_ignored(make_folder):
    files = two_classes() | {"__MACOSX/cat/x.png": b"", "cat/Thumbs.db": b"", "desktop.ini": b""}
    data = load(make_folder(files), strict=True)
    assert data.class_names == ("cat", "dog") and data.skipped == ()


def test_a_class_folder_with_joined_characters(make_folder):
    name = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # Persian, with a non-joiner
    files = {f"{folder}/{i}.png": 0 for folder in ("a", name) for i in range(2)}
    assert load(make_folder(files)).class_names == ("a", name)


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such names")
def test_a_class_folder_with_an_escape_sequence_is_refused(make_folder):
    files = {"a/1.png": 0, "b\x1b[31m/1.png": 0}
    with pytest.raises(ValueError, match=r"no control characters.*\['b\\x1b\[31m'\]"):
        load(make_folder(files))
