"""generate, reconstruct, interpolate: shapes, seeds, classes, and what they refuse."""

import numpy as np
import pytest

from keras_regen import CSAE, Classifier, generate, interpolate, reconstruct
from keras_regen.datasets import load


def test_images_are_decoded_latents_of_the_prior(digits_model):
    images, report = generate(digits_model, 3, 7, seed=5, return_report=True)
    # By hand: the prior's mean plus its square root of the covariance times the seed's noise.
    noise = np.random.default_rng(5).standard_normal((7, 12))
    prior = digits_model.prior
    expected = np.asarray(prior.mean)[3] + noise @ np.asarray(prior.scale)[3]
    np.testing.assert_allclose(report.latents, expected, atol=1e-5)
    decoded = np.clip(digits_model.decoder.predict(report.latents, verbose=0), 0, 1)
    np.testing.assert_allclose(images, decoded, atol=1e-6)
    assert images.dtype == "float32"
    assert report.labels.tolist() == [3] * 7
    assert report.seed == 5
    assert report.tries.tolist() == [0, 0, 0, 7] + [0] * 6


@pytest.mark.parametrize(
    ("class_id", "num_samples", "labels"),
    [
        (None, None, [*range(10), *range(6)]),
        (None, 3, [0, 1, 2]),
        (4, None, [4] * 16),
        ("4", 2, [4, 4]),
        ([7, "1", np.int64(7)], None, [7, 1, 7]),
        (np.array([2, 5]), 2, [2, 5]),
    ],
)
def test_class_ids(digits_model, class_id, num_samples, labels):
    images, report = generate(digits_model, class_id, num_samples, seed=0, return_report=True)
    assert report.labels.tolist() == labels
    assert images.shape == (len(labels), 8, 8, 1)


def test_seeds(digits_model):
    first, report = generate(digits_model, num_samples=4, return_report=True)
    np.testing.assert_array_equal(first, generate(digits_model, num_samples=4, seed=report.seed))
    assert not np.array_equal(first, generate(digits_model, num_samples=4))


def test_batches_do_not_change_the_images(digits_model):
    whole = generate(digits_model, num_samples=50, seed=1)
    parts = generate(digits_model, num_samples=50, seed=1, batch_size=2)
    np.testing.assert_allclose(whole, parts, atol=1e-5)


def test_interpolation_ends_at_what_was_given(digits_model):
    images = load("digits").x_test[:2]
    between = interpolate(digits_model, images[0], images[1], num_samples=5)
    np.testing.assert_allclose(between[[0, -1]], reconstruct(digits_model, images), atol=1e-5)
    classes = interpolate(digits_model, 0, "1", num_samples=3)
    means = np.asarray(digits_model.prior.mean)[:2]
    expected = digits_model.decode(np.stack([means[0], means.mean(axis=0), means[1]]))
    np.testing.assert_allclose(classes, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"class_id": 10}, "0 '0', 1 '1'.*Received: class_id=10"),
        ({"class_id": "eleven"}, "9 '9'.*Received: class_id='eleven'"),
        ({"class_id": True}, "Received: class_id=True"),
        ({"class_id": []}, "at least one"),
        ({"class_id": [1, 2], "num_samples": 3}, "2 classes and num_samples=3"),
        ({"num_samples": 0}, "`num_samples` must be an integer, at least 1"),
        ({"num_samples": 1.5}, "num_samples=1.5"),
        ({"seed": -1}, "`seed`"),
        ({"batch_size": 0}, "`batch_size`"),
    ],
)
def test_bad_arguments(digits_model, arguments, message):
    with pytest.raises(ValueError, match=message):
        generate(digits_model, **arguments)


def test_a_model_that_cannot_draw():
    with pytest.raises(ValueError, match="not adapted"):
        generate(CSAE.from_preset("csae_digits"))
    with pytest.raises(ValueError, match="it has no prior"):
        generate(Classifier.for_images((8, 8, 1), ["a", "b"], stem_filters=4))
    encoder = CSAE.for_images((8, 8, 1), ["a", "b"], stem_filters=4, with_decoder=False)
    encoder.adapt_prior(np.zeros((4, 8, 8, 1)), np.array([0, 1, 0, 1]))
    with pytest.raises(ValueError, match="it has no decoder"):
        generate(encoder)


def test_interpolation_needs_two_images_and_known_classes(digits_model):
    with pytest.raises(ValueError, match="`num_samples` must be an integer, at least 2"):
        interpolate(digits_model, 0, 1, num_samples=1)
    with pytest.raises(ValueError, match="class_id=12"):
        interpolate(digits_model, 0, 12)
    with pytest.raises(ValueError, match=r"images of shape \(9, 9, 1\)"):
        interpolate(digits_model, np.zeros((9, 9, 1)), 1)
