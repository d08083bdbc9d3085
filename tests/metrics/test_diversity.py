"""relative_diversity against the paper's sums in a slow loop, and closed forms."""

import numpy as np
import pytest

from keras_regen.datasets import load
from keras_regen.datasets.dataset import dataset_from_arrays
from keras_regen.metrics import relative_diversity
from keras_regen.metrics.diversity import mean_diversity, training_diversity

pytestmark = pytest.mark.any_backend


def paper_diversity(images):
    """D(X) of definition 3."""
    mean = sum(images) / len(images)
    return sum(np.sum((image - mean) ** 2) for image in images)


def some_images(count, low=0, high=256, seed=0):
    return np.random.default_rng(seed).integers(low, high, (count, 4, 5, 3), dtype="uint8")


def test_equals_the_ratio_of_the_paper_for_equal_numbers_of_images():
    images, real = some_images(30, high=200), some_images(30, seed=1)
    labels = np.arange(30) % 3
    found = relative_diversity(images, labels, real, labels)
    for label in range(3):
        part, real_part = (both[labels == label] / 255 for both in (images, real))
        expected = paper_diversity(part) / paper_diversity(real_part)
        np.testing.assert_allclose(found[label], expected, rtol=1e-5)


@pytest.mark.parametrize("count", [2, 5, 20])
def test_its_expectation_does_not_depend_on_the_number_of_images(count):
    real = np.random.default_rng(0).random((2000, 4, 4, 1))
    drawn = np.random.default_rng(1).random((400, count, 4, 4, 1))
    labels = np.zeros(count, int)
    ratios = [relative_diversity(images, labels, real, np.zeros(2000, int))[0] for images in drawn]
    # With the number of images in place of the number less 1, the mean would be 1 - 1 / count.
    error = np.std(ratios) / np.sqrt(400)
    assert error < 0.02
    assert np.mean(ratios) == pytest.approx(1, abs=4 * error)


def test_repeated_images_have_the_variance_of_the_unbiased_estimate():
    images, labels = some_images(12), np.arange(12) % 2
    more = relative_diversity(np.concatenate([images] * 5), np.tile(labels, 5), images, labels)
    # The same squares, 5 times as many, over 29 in place of 5.
    np.testing.assert_allclose(more, 5 * 5 / 29)


def test_a_single_image_has_no_diversity():
    images, labels = some_images(5), np.array([0, 0, 0, 1, 2])
    real, real_labels = some_images(12, seed=1), np.arange(12) % 3
    found = relative_diversity(images, labels, real, real_labels)
    assert np.isnan(found).tolist() == [False, True, True]


def test_closed_forms():
    digits = load("digits")
    real, labels = digits.x_train / 255, digits.y_train
    np.testing.assert_allclose(relative_diversity(real, labels, real, labels), 1)
    copies = np.repeat(real[:10], 4, axis=0)
    copied = relative_diversity(copies, np.repeat(np.arange(10), 4), real, labels)
    np.testing.assert_allclose(copied, 0, atol=1e-12)
    # Half as far from the mean: a quarter; and so 4 the other way round.
    mean = np.stack([real[labels == label].mean(axis=0) for label in range(10)])[labels]
    shrunk = (real + mean) / 2
    np.testing.assert_allclose(relative_diversity(shrunk, labels, real, labels), 0.25, rtol=1e-5)
    np.testing.assert_allclose(relative_diversity(real, labels, shrunk, labels), 4, rtol=1e-5)


def test_integers_and_floats_are_the_same_images():
    images, real, labels = some_images(8, high=100), some_images(8, seed=1), np.arange(8) % 2
    found = relative_diversity(images, labels, real / 255, labels)
    np.testing.assert_allclose(found, relative_diversity(images / 255, labels, real, labels))


def test_classes_without_images_have_no_ratio():
    images, labels = some_images(12), np.array([0, 2, 4] * 4)
    present = labels != 2
    found = relative_diversity(images[present], labels[present], images, labels)
    np.testing.assert_allclose(found, [1, np.nan, np.nan, np.nan, 1])
    assert np.nanmean(found) == pytest.approx(1)


@pytest.mark.parametrize("as_floats", [False, True])
def test_a_class_without_two_different_training_images_has_no_ratio(as_floats):
    real = (some_images(9) / 255).astype("float32") if as_floats else some_images(9)
    real_labels = np.array([0, 0, 0, 0, 1, 2, 2, 2, 4])
    real[5:8] = real[5]
    images, labels = some_images(15, seed=1), np.arange(15) % 5
    data = dataset_from_arrays("few", (real, real_labels), (real, real_labels), list("abcdef"))
    found = training_diversity(data, images, labels)
    ratio = paper_diversity(images[labels == 0] / 255) / 2
    ratio /= paper_diversity(some_images(9)[:4] / 255) / 3
    np.testing.assert_allclose(found, [ratio, *[np.nan] * 5], rtol=1e-5)
    np.testing.assert_allclose(mean_diversity(found), ratio, rtol=1e-5)
    # All generated images are of classes without a ratio.
    assert np.isnan(mean_diversity(training_diversity(data, images[1:5], labels[1:5])))


IMAGES, LABELS = some_images(4), np.array([0, 0, 2, 2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": IMAGES[0]}, "`images` must have shape"),
        ({"real_images": IMAGES[:, :3]}, "`real_images` must be images of shape"),
        ({"labels": LABELS[:3]}, "`labels` must hold one label per image, 4 in all"),
        ({"labels": LABELS + 1}, r"`labels` must lie in 0..2. Received: 3 at index 2"),
        ({"real_labels": LABELS[:3]}, "`real_labels` must hold one label per image"),
        ({"real_labels": LABELS - 1}, "`real_labels` must be at least 0"),
        ({"labels": LABELS // 2}, "0 images of class 1"),
        ({"real_labels": np.array([0, 1, 2, 2])}, "1 images of class 0"),
        ({"real_images": IMAGES[[0, 0, 1, 2]]}, "2 images of class 0, all equal"),
    ],
)
def test_bad_input(arguments, message):
    good = {"images": IMAGES, "labels": LABELS, "real_images": IMAGES, "real_labels": LABELS}
    with pytest.raises(ValueError, match=message):
        relative_diversity(**{**good, **arguments})
