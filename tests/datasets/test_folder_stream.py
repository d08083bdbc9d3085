"""The stream of a folder against `load` of the same folder, and its use in `fit`."""

import io
import os
import warnings

import keras
import numpy as np
import pytest
from PIL import Image

from keras_regen.datasets import ImageFolderStream, as_dataset, load


def random_images(num=9):
    rng = np.random.default_rng(0)
    return {
        f"{name}/{i}.png": Image.fromarray(rng.integers(0, 256, (4, 5), dtype="uint8"))
        for name in ("cat", "dog", "eel")
        for i in range(num)
    }


def all_batches(stream):
    batches = list(stream)
    return tuple(np.concatenate(part) for part in zip(*batches, strict=True))


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"seed": 3, "test_fraction": 0.4},
        {"image_size": (6, 3)},
        {"image_size": (6, 3), "center_crop": (3, 4)},
        {"image_size": 8, "color_mode": "rgb"},
        {"color_mode": "rgb"},
    ],
)
@pytest.mark.parametrize("kind", ["plain", "mixed", "split"])
def test_stream_equals_load(make_folder, split, options, kind):
    files = random_images()
    if kind == "mixed":  # color, a palette, 16 bits and a truncated file
        content = io.BytesIO()
        Image.new("L", (5, 4)).save(content, "PNG")
        files["dog/color.png"] = Image.new("RGB", (5, 4), (1, 2, 3))
        files["cat/palette.png"] = Image.new("P", (5, 4), 1)
        files["eel/sixteen_bits.png"] = Image.fromarray(np.full((4, 5), 12345, "uint16"))
        files["eel/truncated.png"] = content.getvalue()[:44]
    if kind == "split":
        files = {
            f"{part}/{path}": image for part in ("train", "test") for path, image in files.items()
        }
    folder = make_folder(files)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = load(folder, **options)
        stream = as_dataset(folder, split=split, batch_size=4, shuffle=False, **options)
    images, labels = all_batches(stream)
    assert images.dtype == np.uint8 and labels.dtype == np.int64
    np.testing.assert_array_equal(images, getattr(data, f"x_{split}"))
    np.testing.assert_array_equal(labels, getattr(data, f"y_{split}"))
    assert stream.class_names == data.class_names and stream.num_classes == 3
    assert stream.image_shape == data.image_shape
    assert stream.skipped == data.skipped and len(stream.skipped) == (kind == "mixed")


def test_order_depends_on_seed_and_epoch_only(make_folder):
    folder = make_folder(random_images())
    unshuffled = all_batches(as_dataset(folder, seed=5, shuffle=False))
    stream = as_dataset(folder, seed=5, epoch=2, batch_size=4, num_threads=1)
    for epoch in (2, 3):
        order = np.random.default_rng([5, epoch]).permutation(len(unshuffled[1]))
        for values, expected in zip(all_batches(stream), unshuffled, strict=True):
            np.testing.assert_array_equal(values, expected[order])
        stream.on_epoch_end()


def test_fit_evaluate_and_predict_read_the_stream(make_folder):
    rng = np.random.default_rng(0)
    folder = make_folder(
        {
            f"{name}/{i}.png": Image.fromarray(rng.integers(low, low + 80, (4, 5), dtype="uint8"))
            for name, low in (("dark", 0), ("light", 170))
            for i in range(20)
        }
    )
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4, 5, 1)),
            keras.layers.Rescaling(1 / 127.5, offset=-1),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    train, test = as_dataset(folder, batch_size=6), as_dataset(folder, batch_size=6, split="test")
    history = model.fit(train, validation_data=test, epochs=4, verbose=0)
    assert history.history["val_accuracy"][-1] == 1
    assert model.evaluate(test, verbose=0, return_dict=True)["accuracy"] == 1
    assert model.predict(test, verbose=0).shape == (8, 2)


def test_stream_raises_the_errors_of_load(make_folder, tmp_path):
    folder = make_folder({**random_images(), "dog/big.png": Image.new("L", (9, 9))})
    with pytest.raises(ValueError, match="unless `image_size` is given"):
        as_dataset(folder)
    folder = make_folder({**random_images(), "dog/bad.png": b"no"}, "other")
    with pytest.raises(ValueError, match=r"bad\.png"):
        as_dataset(folder, strict=True)
    with pytest.raises(FileNotFoundError, match="missing"):
        as_dataset(tmp_path / "missing")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"split": "val"}, "`split`"),
        ({"batch_size": 0}, "`batch_size`"),
        ({"num_threads": 0}, "`num_threads`"),
        ({"seed": -1}, "`seed`"),
        ({"epoch": -1}, "`epoch`"),
        ({"image_size": 0}, "`image_size`"),
        ({"color_mode": "x"}, "`color_mode`"),
        ({"test_fraction": 0}, "`test_fraction`"),
    ],
)
def test_arguments_are_checked_before_the_folder(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        ImageFolderStream(tmp_path / "missing", **options)


def test_removed_file_is_named_in_the_error(make_folder):
    folder = make_folder(random_images())
    stream = as_dataset(folder, shuffle=False)
    os.remove(stream.files[0])
    with pytest.raises(ValueError, match="No such file"):
        stream[0]


def test_the_shard_is_checked_before_the_folder_is_read():
    with pytest.raises(ValueError, match="multiple of the 3 parts of `shard`"):
        ImageFolderStream("no/such/folder", batch_size=8, shard=(0, 3))
