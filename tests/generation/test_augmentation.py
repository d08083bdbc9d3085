"""augment: what it adds, in which type and order, and what it refuses."""

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


def test_generated_images_follow_the_real_ones(model, real):
    x, y = real
    images, labels = augment(model, x, y, 0.5, accept=None, seed=3, shuffle=False)
    counts = [round(0.5 * np.sum(y == label)) for label in range(10)]
    wanted = np.repeat(np.arange(10), counts)
    np.testing.assert_array_equal(images[:100], x)
    np.testing.assert_array_equal(labels, np.concatenate([y, wanted]))
    assert (images.dtype, labels.dtype) == (np.uint8, y.dtype)
    drawn = generate(model, wanted, seed=3)
    np.testing.assert_allclose(images[100:], 255 * drawn, atol=0.5001)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_the_type_and_range_of_the_real_images(model, real, dtype):
    x, y = real
    x = (x.astype(dtype) / 255).astype(dtype) if dtype.startswith("float") else x.astype(dtype)
    images, _ = augment(model, x, y, accept=None, seed=0, shuffle=False)
    assert images.dtype == dtype
    assert len(images) == 200
    high = 1 if dtype.startswith("float") else 255
    assert images.min() >= 0 and 0.5 * high < images[100:].max() <= high


def test_shuffled_is_the_same_in_another_order(model, real):
    x, y = real
    plain, labels = augment(model, x, y, accept=None, seed=1, shuffle=False)
    mixed, mixed_labels = augment(model, x, y, accept=None, seed=1)

    def rows(images, labels):
        return sorted((int(b), a.tobytes()) for a, b in zip(images, labels, strict=True))

    assert not np.array_equal(labels, mixed_labels)
    assert rows(plain, labels) == rows(mixed, mixed_labels)


def test_only_accepted_images_are_added(model, real):
    x, y = real
    # So many that some are refused on any machine: it is one in 25.
    images, labels = augment(model, x, y, 3, seed=0, shuffle=False)
    drawn, report = generate(model, labels[100:], seed=0, accept=True, return_report=True)
    assert report.tries.sum() > len(drawn) == len(images) - 100
    np.testing.assert_allclose(images[100:], 255 * drawn, atol=0.5001)
    with pytest.raises(AcceptanceError):
        augment(model, x, y, 5, accept=Acceptance(max_tries=1), seed=0)


def test_nothing_and_missing_classes(model, real):
    x, y = real
    images, labels = augment(model, x, y, 0, seed=0, shuffle=False)
    np.testing.assert_array_equal(images, x)
    np.testing.assert_array_equal(labels, y)
    few = y < 3
    _, labels = augment(model, x[few], y[few], accept=None, seed=0)
    assert np.bincount(labels).tolist() == (2 * np.bincount(y[few])).tolist()


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
