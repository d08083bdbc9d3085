"""generate: shapes, seeds, classes, priors, and invalid arguments."""

import numpy as np
import pytest

from keras_regen import CSAE, Classifier, generate
from keras_regen.priors import ClassGaussianPrior, ConvexCombinationPrior


def test_images_are_decoded_latents_of_the_prior(digits_model):
    images, report = generate(digits_model, 3, 7, seed=5, return_report=True)
    # The mean of the prior, plus the square root of its covariance times the noise of the seed.
    noise = np.random.default_rng([5, 3]).standard_normal((7, 12))
    prior = digits_model.prior
    expected = np.asarray(prior.mean)[3] + noise @ np.asarray(prior.scale)[3]
    np.testing.assert_allclose(report.latents, expected, atol=1e-5)
    decoded = np.clip(digits_model.decoder.predict(report.latents, verbose=0), 0, 1)
    np.testing.assert_allclose(images, decoded, atol=1e-6)
    assert images.dtype == "float32"
    assert report.labels.tolist() == [3] * 7
    assert report.seed == 5
    assert report.tries.tolist() == [0, 0, 0, 7] + [0] * 6
    assert report.latent_tries.tolist() == report.tries.tolist()
    assert report.confidence is None


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


def test_the_latents_of_a_class_do_not_depend_on_the_other_classes(digits_model):
    _, alone = generate(digits_model, 4, 3, seed=2, return_report=True)
    _, mixed = generate(digits_model, [4, 1, 4, 9, 4], seed=2, return_report=True)
    np.testing.assert_allclose(mixed.latents[[0, 2, 4]], alone.latents, atol=1e-6)


def test_another_prior(combining):
    prior = combining.prior.combining(num_sources=3)
    _, report = generate(combining, 6, 8, seed=0, prior=prior, return_report=True)
    sources, ratios = prior.sample_sources(8, 6, np.random.default_rng([0, 6]))
    bank = combining.prior.class_latents(6)
    expected = [
        sum(ratio * bank[source] for ratio, source in zip(*row, strict=True))
        for row in zip(ratios, sources, strict=True)
    ]
    assert sources.shape == (8, 3)
    np.testing.assert_allclose(report.latents, expected, atol=1e-5)


@pytest.mark.parametrize("dim", [1, 5])
def test_a_prior_of_other_latents(digits_model, dim):
    prior = ConvexCombinationPrior(10)
    prior.adapt(np.zeros((20, dim)), np.arange(20) % 10)
    with pytest.raises(ValueError, match=rf"\(num_samples, 12\). Received: \(4, {dim}\)"):
        generate(digits_model, 3, 4, prior=prior)


def test_batches_do_not_change_the_images(digits_model):
    whole = generate(digits_model, num_samples=50, seed=1)
    parts = generate(digits_model, num_samples=50, seed=1, batch_size=2)
    np.testing.assert_allclose(whole, parts, atol=1e-5)


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
        ({"accept": "yes"}, "accept='yes'"),
        ({"prior": "normal"}, "prior='normal'"),
        ({"prior": ClassGaussianPrior(3)}, "10 classes.*a prior of 3"),
        ({"prior": ClassGaussianPrior(10)}, "not adapted"),
    ],
)
def test_bad_arguments(digits_model, arguments, message):
    with pytest.raises(ValueError, match=message):
        generate(digits_model, **arguments)


def test_a_model_that_cannot_generate():
    model = CSAE.from_preset("csae_digits")
    with pytest.raises(ValueError, match="not adapted"):
        generate(model)
    model.prior = None
    with pytest.raises(ValueError, match="it has no prior"):
        generate(model)
    with pytest.raises(ValueError, match="it has no decoder"):
        generate(Classifier.for_images((8, 8, 1), ["a", "b"], stem_filters=4))
    encoder = CSAE.for_images((8, 8, 1), ["a", "b"], stem_filters=4, with_decoder=False)
    encoder.adapt_prior(np.zeros((4, 8, 8, 1)), np.array([0, 1, 0, 1]))
    with pytest.raises(ValueError, match="it has no decoder"):
        generate(encoder)
