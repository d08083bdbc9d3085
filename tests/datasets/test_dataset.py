"""`with_classes`: a dataset with the labels of a model."""

import dataclasses

import numpy as np
import pytest

from keras_regen.datasets import load

pytestmark = pytest.mark.any_backend


def dataset(names):
    """A dataset whose pixel values are the labels; the test images are in reverse order."""
    labels = np.arange(len(names))
    images = labels.astype("uint8")[:, None, None, None] * np.ones((1, 2, 2, 1), "uint8")
    return dataclasses.replace(
        load("digits"),
        x_train=images,
        y_train=labels,
        x_test=images[::-1],
        y_test=labels[::-1],
        class_names=names,
    )


@pytest.mark.parametrize(
    ("names", "model_names"),
    [
        (("cat", "dog", "eel"), ("cat", "dog", "eel")),
        (("cat", "dog", "eel"), ("eel", "cat", "dog")),
        (("dog", "cat"), ("ape", "cat", "dog", "eel")),
        (("T-shirt_top", "Trouser"), ("Trouser", "Bag", "T-shirt/top")),
        (("a_b", "a/b"), ("a/b", "a_b")),
    ],
)
def test_labels_follow_the_names(names, model_names):
    data = dataset(names)
    converted = data.with_classes(list(model_names))
    assert converted.class_names == model_names and converted.name == data.name
    for split in ("train", "test"):
        images, labels = getattr(converted, f"x_{split}"), getattr(converted, f"y_{split}")
        assert labels.dtype == np.int64
        for image, label in zip(images, labels, strict=True):
            assert model_names[label].replace("/", "_") == names[image[0, 0, 0]].replace("/", "_")


@pytest.mark.parametrize(
    ("names", "model_names"),
    [
        (("cat", "cow"), ("cat", "dog")),
        (("cat", "dog"), ("cat",)),
        (("Cat", "Dog"), ("cat", "dog")),
        (("a/b", "a_b"), ("a_b", "c")),
        (("a_b", "c"), ("a/b", "a\\b", "c")),
    ],
)
def test_names_that_the_model_does_not_have_raise(names, model_names):
    with pytest.raises(ValueError) as caught:
        dataset(names).with_classes(model_names)
    assert str(names) in str(caught.value) and str(model_names) in str(caught.value)


def test_ambiguous_folder_names_are_matched_exactly():
    assert dataset(("a_b", "a/b")).with_classes(("a/b", "a_b")).y_train.tolist() == [1, 0]
