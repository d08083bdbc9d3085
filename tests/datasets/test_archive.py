"""Archives load like the folders that they contain, and are safe to read."""

import io
import os
import tarfile

import keras
import numpy as np
import pytest
from PIL import Image

from keras_regen.datasets import load

pytestmark = pytest.mark.any_backend

IMAGES = {
    **{f"train/{name}/{i}.png": 10 * i for name in ("b", "a") for i in range(3)},
    **{f"test/{name}/{i}.jpg": 10 * i for name in ("b", "a") for i in range(2)},
}


def png(value):
    file = io.BytesIO()
    Image.new("L", (3, 2), value).save(file, "PNG")
    return file.getvalue()


def write_tar(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize(
    "suffix, mode",
    [
        (".tar", "w"),
        (".tar.gz", "w:gz"),
        (".tgz", "w:gz"),
        (".tar.bz2", "w:bz2"),
        (".tar.xz", "w:xz"),
    ],
)
@pytest.mark.parametrize("outer", ["", "outer"])
def test_archive_equals_its_folder(make_folder, tmp_path, suffix, mode, outer):
    folder = make_folder(IMAGES)
    path = tmp_path / f"packed{suffix}"
    with tarfile.open(path, mode) as archive:
        archive.add(folder, outer or ".")
    before = sorted(os.listdir(tmp_path))
    expected, data = load(folder, color_mode="rgb"), load(path, color_mode="rgb")
    assert sorted(os.listdir(tmp_path)) == before
    assert data.name == "packed" and data.class_names == expected.class_names
    for field in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(data, field), getattr(expected, field))


def test_order_of_members_does_not_matter(tmp_path):
    members = [(f"{name}/{i}.png", png(i)) for name in "ab" for i in range(5)]
    write_tar(tmp_path / "forward.tar", members)
    write_tar(tmp_path / "backward.tar", members[::-1])
    forward, backward = load(tmp_path / "forward.tar"), load(tmp_path / "backward.tar")
    np.testing.assert_array_equal(forward.x_train, backward.x_train)


def test_only_regular_files_below_the_root_are_read(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(png(200))
    path = tmp_path / "malicious.tar"
    write_tar(path, [(f"{name}/{i}.png", png(1)) for name in "ab" for i in range(2)])
    with tarfile.open(path, "a") as archive:
        for name, kind in (("a/link.png", tarfile.SYMTYPE), ("b/hard.png", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(secret)
            archive.addfile(info)
        for name in ("../c/out.png", "a/../../out.png", "a/.hidden.png"):
            info = tarfile.TarInfo(name)
            info.size = len(png(2))
            archive.addfile(info, io.BytesIO(png(2)))
        info = tarfile.TarInfo("a/device")
        info.type = tarfile.CHRTYPE
        archive.addfile(info)
    data = load(path, test_fraction=0.5)
    assert data.class_names == ("a", "b") and data.skipped == ()
    assert len(data.x_train) + len(data.x_test) == 4
    assert (data.x_train == 1).all() and (data.x_test == 1).all()


def test_unreadable_members(tmp_path):
    path = tmp_path / "images.tar"
    members = [(f"{name}/{i}.png", png(1)) for name in "ab" for i in range(2)]
    write_tar(path, [*members, ("a/broken.png", png(1)[:20])])
    with pytest.warns(UserWarning, match=r"broken\.png"):
        assert load(path).skipped == (os.path.join(path, "a", "broken.png"),)
    with pytest.raises(ValueError, match=r"broken\.png"):
        load(path, strict=True)


@pytest.mark.parametrize("suffix, mode", [(".tar", "w"), (".tar.gz", "w:gz"), (".tar.xz", "w:xz")])
@pytest.mark.parametrize("place", [0, 300, 900])
def test_truncated_archive_raises(tmp_path, suffix, mode, place):
    path = tmp_path / f"truncated{suffix}"
    noise = np.random.default_rng(0).bytes(2000)
    write_tar(path, [(f"{name}/{i}.png", noise) for name in "ab" for i in range(9)], mode)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + place])
    with pytest.raises(ValueError, match="complete tar archive"):
        load(path)


def test_text_file_raises(tmp_path):
    path = tmp_path / "text.tar.xz"
    path.write_text("hello")
    with pytest.raises(ValueError, match="complete tar archive"):
        load(path)


def test_empty_archive_raises(tmp_path):
    write_tar(tmp_path / "empty.tar", [])
    with pytest.raises(ValueError, match="no folders"):
        load(tmp_path / "empty.tar")


def test_cifar10(real_data):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("reading 60,000 JPEG files takes long, and does not depend on the backend")
    data = load("cifar10")
    assert data.image_shape == (32, 32, 3)
    assert np.bincount(data.y_train).tolist() == [5000] * 10
    assert np.bincount(data.y_test).tolist() == [1000] * 10
    # The published mean of the training images. JPEG and the order of the files do not change it.
    mean = data.x_train.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(mean, [0.4914, 0.4822, 0.4465], atol=0.002)


@pytest.mark.parametrize("size", [(2000, 2000), (3, 2)])
def test_an_archive_that_fills_the_memory_raises(tmp_path, monkeypatch, size):
    """Large images of one color, or a large file that is no image."""
    monkeypatch.setattr("keras_regen.compressed_files.HARMLESS", 2**20)
    file = io.BytesIO()
    Image.new("L", size).save(file, "BMP")
    members = [(f"{name}/{i}.bmp", file.getvalue()) for name in "ab" for i in range(3)]
    if size == (3, 2):
        members.append(("a/zeros.bmp", bytes(10_000_000)))
    write_tar(tmp_path / "bomb.tar.gz", members, "w:gz")
    with pytest.raises(ValueError, match=r"bomb\.tar\.gz.*300 times larger than the file"):
        load(tmp_path / "bomb.tar.gz")


def test_a_file_of_the_archive_that_is_too_large_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_regen.datasets.archive.LARGEST_FILE", 2**20)
    members = [(f"{name}/{i}.png", png(10)) for name in "ab" for i in range(3)]
    members.append(("a/large.png", bytes(2**20 + 1)))
    write_tar(tmp_path / "large.tar", members)
    with pytest.warns(UserWarning, match=r"large\.png: a file of more than 1 MiB"):
        data = load(tmp_path / "large.tar")
    assert len(data.x_train) + len(data.x_test) == 6
