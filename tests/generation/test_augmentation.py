"""augment: the added images, their dtype and order, and invalid arguments."""

import numpy as np
import pytest

from keras_regen import Acceptance, AcceptanceError, augment, generate
from keras_regen.datasets import load
from tests.generation.linear_csae import linear_csae


@pytest.fixture(scope="module")
def model():
    return linear_csae()


@pytest.fixture(scope="module")
def real():
    digits = load("digits")
    return digits.x_train[:100], digits.y_train[:100]


def test_a_type_without_the_pixels_of_new_images_is_an_error(model, real):
    x, y = real
    with pytest.raises(ValueError, match=r"type for the pixels of new images.*int8"):
        augment(model, (x // 2).astype("int8"), y, accept=None)


def test_generated_images_follow_the_real_ones(model, real):
    x, y = real
    images, labels = augment(model, x, y, 0.5, accept=None, seed=3, shuffle=False)
    counts = [round(0.5 * np.sum(y == label)) for label in range(10)]
    new_labels = np.repeat(np.arange(10), counts)
    np.testing.assert_array_equal(images[:100], x)
    np.testing.assert_array_equal(labels, np.concatenate([y, new_labels]))
    assert (images.dtype, labels.dtype) == (np.uint8, y.dtype)
    generated = generate(model, new_labels, seed=3)
    np.testing.assert_allclose(images[100:], 255 * generated, atol=0.5001)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_the_dtype_and_range_of_the_real_images(model, real, dtype):
    x, y = real
    x = (x.astype(dtype) / 255).astype(dtype) if dtype.startswith("float") else x.astype(dtype)
    images, _ = augment(model, x, y, accept=None, seed=0, shuffle=False)
    assert images.dtype == dtype
    assert len(images) == 200
    high = 1 if dtype.startswith("float") else 255
    assert images.min() >= 0 and 0.5 * high < images[100:].max() <= high


def test_shuffling_changes_only_the_order(model, real):
    x, y = real
    images, labels = augment(model, x, y, accept=None, seed=1, shuffle=False)
    shuffled, shuffled_labels = augment(model, x, y, accept=None, seed=1)

    def rows(images, labels):
        return sorted((int(b), a.tobytes()) for a, b in zip(images, labels, strict=True))

    assert not np.array_equal(labels, shuffled_labels)
    assert rows(images, labels) == rows(shuffled, shuffled_labels)


def test_only_accepted_images_are_added(model, real):
    x, y = real
    # About one image in 25 is rejected: with 300 images, some are rejected on any machine.
    images, labels = augment(model, x, y, 3, seed=0, shuffle=False)
    accepted, report = generate(model, labels[100:], seed=0, accept=True, return_report=True)
    assert report.tries.sum() > len(accepted) == len(images) - 100
    np.testing.assert_allclose(images[100:], 255 * accepted, atol=0.5001)
    with pytest.raises(AcceptanceError):
        augment(model, x, y, 5, accept=Acceptance(max_tries=1), seed=0)


def test_a_factor_of_zero_and_missing_classes(model, real):
    x, y = real
    images, labels = augment(model, x, y, 0, seed=0, shuffle=False)
    np.testing.assert_array_equal(images, x)
    np.testing.assert_array_equal(labels, y)
    first_classes = y < 3
    x, y = x[first_classes], y[first_classes]
    _, labels = augment(model, x, y, accept=None, seed=0)
    assert np.bincount(labels).tolist() == (2 * np.bincount(y)).tolist()


@pytest.mark.parametrize("factor", [-0.1, np.nan, np.inf, "half", True, None])
def test_bad_factor(model, real, factor):
    with pytest.raises(ValueError, match="`factor` must be a number, at least 0"):
        augment(model, *real, factor)


def test_bad_data(model, real):
    x, y = real
    with pytest.raises(ValueError, match="`x` must be images of shape"):
        augment(model, x[:, :4], y)
    with pytest.raises(ValueError, match="`y` must hold one label per image"):
        augment(model, x, y[:5])
    with pytest.raises(ValueError, match=r"`y` must lie in 0\.\.9"):
        augment(model, x, y + 5)
