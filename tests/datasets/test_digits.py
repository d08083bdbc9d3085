"""The embedded digits against the dataset of scikit-learn."""

import numpy as np
import pytest
import sklearn.datasets

from keras_regen.datasets import load

pytestmark = pytest.mark.any_backend


def test_all_digits_are_included_and_scaled_to_0_to_255():
    digits = load("digits")
    source = sklearn.datasets.load_digits()
    assert len(digits.x_train) + len(digits.x_test) == 1797
    assert digits.x_train.dtype == np.uint8 and digits.y_train.dtype == np.int64
    assert digits.image_shape == (8, 8, 1)
    assert digits.class_names == tuple("0123456789")
    assert digits.num_classes == 10 and digits.skipped == ()
    expected = sorted(
        (label, *(round(float(value) * 255 / 16) for value in image.ravel()))
        for image, label in zip(source.images, source.target, strict=True)
    )
    images = np.concatenate([digits.x_train, digits.x_test]).reshape(1797, 64)
    labels = np.concatenate([digits.y_train, digits.y_test])
    samples = sorted((int(label), *image) for image, label in zip(images, labels, strict=True))
    assert samples == expected


def test_split_depends_on_fraction_and_seed():
    counts = np.bincount(sklearn.datasets.load_digits().target)
    digits = load("digits", test_fraction=0.1, seed=3)
    np.testing.assert_allclose(np.bincount(digits.y_test), counts * 0.1, atol=0.5)
    same = load("digits", test_fraction=0.1, seed=3)
    other = load("digits", test_fraction=0.1, seed=4)
    np.testing.assert_array_equal(digits.x_test, same.x_test)
    assert (digits.x_test != other.x_test).any()


def test_image_size_and_color_mode():
    digits = load("digits", image_size=(10, 12), color_mode="rgb")
    assert digits.image_shape == (10, 12, 3)


def test_repr_is_short():
    assert len(repr(load("digits"))) < 120
