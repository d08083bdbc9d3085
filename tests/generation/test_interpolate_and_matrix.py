"""interpolate and matrix: endpoints, ratios, and invalid arguments."""

import numpy as np
import pytest

from keras_regen import CSAE, interpolate, matrix, reconstruct


def test_interpolation_ends_at_the_given_images_and_classes(digits_model, digits):
    images = digits.x_test[:2]
    between = interpolate(digits_model, images[0], images[1], num_samples=5)
    np.testing.assert_allclose(between[[0, -1]], reconstruct(digits_model, images), atol=1e-5)
    classes = interpolate(digits_model, 0, "1", num_samples=3)
    means = np.asarray(digits_model.prior.mean)[:2]
    expected = digits_model.decode(np.stack([means[0], means.mean(axis=0), means[1]]))
    np.testing.assert_allclose(classes, expected, atol=1e-5)


def test_ratios_are_shares_of_the_end(digits_model, digits):
    start, end = digits.x_test[:2]
    ratios = [0.9, 0.1, 0.25]
    latents = digits_model.encode(digits.x_test[:2]).astype("float64")
    expected = digits_model.decode([(1 - r) * latents[0] + r * latents[1] for r in ratios])
    images = interpolate(digits_model, start, end, ratios=ratios)
    np.testing.assert_allclose(images, expected, atol=1e-5)


def test_interpolation_needs_two_images_and_known_classes(digits_model):
    with pytest.raises(ValueError, match="`num_samples` must be an integer, at least 2"):
        interpolate(digits_model, 0, 1, num_samples=1)
    with pytest.raises(ValueError, match="class_id=12"):
        interpolate(digits_model, 0, 12)
    with pytest.raises(ValueError, match=r"shape \(8, 8, 1\), a label.*shape \(9, 9, 1\)"):
        interpolate(digits_model, np.zeros((9, 9, 1)), 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ratios": [0.5], "num_samples": 3}, "num_samples=3, ratios="),
        ({"ratios": [0.5, 1.01]}, r"ratios=\[0.5, 1.01\]"),
        ({"ratios": [-0.1]}, "from 0"),
        ({"ratios": [np.nan]}, "nan"),
        ({"ratios": []}, r"a list of numbers. Received: ratios=\[\]"),
        ({"ratios": 0.5}, "a list of numbers"),
        ({"ratios": "half"}, "ratios='half'"),
    ],
)
def test_bad_ratios(digits_model, options, message):
    with pytest.raises(ValueError, match=message):
        interpolate(digits_model, 0, 1, **options)


def test_matrix_combines_every_pair(digits_model, digits):
    rows, columns = digits.x_test[:2], digits.x_test[2:5] / 255
    images = matrix(digits_model, rows, columns, ratio=0.3)
    assert images.shape == (2, 3, 8, 8, 1)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            (image,) = interpolate(digits_model, row, column.astype("float32"), ratios=[0.3])
            np.testing.assert_allclose(images[i, j], image, atol=1e-5)
    np.testing.assert_allclose(
        matrix(digits_model, rows, columns, ratio=0)[:, 2],
        reconstruct(digits_model, rows),
        atol=1e-5,
    )


def test_matrix_needs_images_and_a_single_ratio(digits_model):
    images = np.zeros((2, 8, 8, 1))
    with pytest.raises(ValueError, match=r"`columns` must be images of shape \(8, 8, 1\)"):
        matrix(digits_model, images, np.zeros((2, 9, 9, 1)))
    with pytest.raises(ValueError, match=r"`rows`.*Add the channel axis"):
        matrix(digits_model, images[..., 0], images)
    with pytest.raises(ValueError, match=r"ratio=1\.5"):
        matrix(digits_model, images, images, ratio=1.5)
    with pytest.raises(ValueError, match="a single number"):
        matrix(digits_model, images, images, ratio=[0.5, 0.5])
    encoder = CSAE.for_images((8, 8, 1), ["a", "b"], stem_filters=4, with_decoder=False)
    with pytest.raises(ValueError, match="it has no decoder"):
        matrix(encoder, images, images)
