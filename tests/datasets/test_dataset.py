"""`with_classes`: a dataset with the class numbers of a model."""

import dataclasses

import numpy as np
import pytest

from keras_regen.datasets import load

pytestmark = pytest.mark.any_backend


def dataset(names):
    """Images whose pixels are their class, `y_test` backwards."""
    numbers = np.arange(len(names))
    images = numbers.astype("uint8")[:, None, None, None] * np.ones((1, 2, 2, 1), "uint8")
    return dataclasses.replace(
        load("digits"),
        x_train=images,
        y_train=numbers,
        x_test=images[::-1],
        y_test=numbers[::-1],
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
def test_numbers_follow_the_names(names, model_names):
    data = dataset(names)
    found = data.with_classes(list(model_names))
    assert found.class_names == model_names and found.name == data.name
    for part in ("train", "test"):
        images, labels = getattr(found, f"x_{part}"), getattr(found, f"y_{part}")
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
def test_names_that_the_model_does_not_have(names, model_names):
    with pytest.raises(ValueError) as caught:
        dataset(names).with_classes(model_names)
    assert str(names) in str(caught.value) and str(model_names) in str(caught.value)


def test_ambiguous_names_are_not_guessed():
    assert dataset(("a_b", "a/b")).with_classes(("a/b", "a_b")).y_train.tolist() == [1, 0]
