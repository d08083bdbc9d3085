"""latent_traversal: the ends of a path, the images between them, and invalid arguments."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_regen import CSAE, GAN, VAE, Classifier, generate, latent_traversal
from keras_regen.priors import (
    ClassGaussianPrior,
    DecoderEncoderPrior,
    NoisePrior,
    StandardNormalPrior,
)


@pytest.fixture(scope="module")
def gan():
    keras.utils.set_random_seed(0)
    return GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))


class RecordingPrior(NoisePrior):
    """Maps a noise number to itself and its negative, and records the noise."""

    latent_dim = 2

    def __init__(self):
        super().__init__(noise_dim=1)

    def latents(self, noise):
        self.noise = noise
        return np.concatenate([noise, -noise], axis=1)


def traversed_latents(model, monkeypatch, *arguments, **options):
    """The latents that a traversal decodes, `(num_traversals, num_samples, latent_dim)`."""
    decoded = []

    def decode(z, batch_size):
        decoded.append(z)
        return np.zeros((len(z), *model.image_shape), "float32")

    monkeypatch.setattr(model, "decode", decode)
    shape = latent_traversal(model, *arguments, **options).shape
    return decoded[0].reshape(*shape[:2], -1)


def test_the_noise_rotates_from_end_to_end(gan):
    images = latent_traversal(gan, 2, 4, seed=5)
    noise = np.random.default_rng(5).standard_normal((2, 2, 4))
    for row, (start, end) in zip(images, noise, strict=True):
        for image, degrees in zip(row, (0, 30, 60, 90), strict=True):
            angle = np.deg2rad(degrees)
            between = np.cos(angle) * start + np.sin(angle) * end
            np.testing.assert_allclose(image, gan.decode(between[None])[0], atol=1e-5)


@pytest.mark.parametrize("step", range(5))
def test_the_noise_of_every_step_is_standard_normal(step):
    """The noise has a single dimension: this holds without a sphere, too."""
    model = GAN.for_images((8, 8, 1), network="dense", latent_dim=2, hidden=(2, 2))
    prior = RecordingPrior()
    latent_traversal(model, 3000, 5, seed=0, prior=prior)
    noise = prior.noise.reshape(3000, 5)
    assert stats.kstest(noise[:, step], "norm").pvalue > 0.01
    # The middle of a straight line has a variance of a half.
    middle = (noise[:, 0] + noise[:, 4]) / 2
    assert stats.kstest(middle, "norm").pvalue < 1e-6


def test_latents_of_classes_follow_a_straight_line(calibrated, monkeypatch):
    latents = traversed_latents(calibrated, monkeypatch, 5, 4, seed=0)
    steps = np.diff(latents, axis=1)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-9)
    # Each end is a sample of a class, and the classes of both ends differ.
    classes = calibrated._latent_probabilities(latents[:, [0, -1]].reshape(10, -1))
    classes = np.argmax(classes, axis=1).reshape(5, 2)
    assert (classes[:, 0] != classes[:, 1]).all()
    assert len(np.unique(classes)) > 2


def test_a_prior_of_one_class(calibrated, monkeypatch):
    prior = ClassGaussianPrior(1)
    prior.adapt(np.random.default_rng(0).normal(size=(30, 12)), np.zeros(30, int))
    monkeypatch.setattr(calibrated, "num_classes", 0)  # a prior with other classes does not fit
    latents = traversed_latents(calibrated, monkeypatch, 2, 3, seed=0, prior=prior)
    assert np.abs(latents[:, 0] - latents[:, 2]).min() > 0


def test_any_prior_with_any_decoder(calibrated):
    vae = VAE.for_images((8, 8, 1), latent_dim=12, stem_filters=2)
    prior = DecoderEncoderPrior(vae)
    with pytest.raises(ValueError, match="VAE is not trained"):
        latent_traversal(calibrated, prior=prior)
    vae.compile("adam")
    vae.fit(np.random.default_rng(0).random((8, 8, 8, 1)), verbose=0)
    images = latent_traversal(calibrated, 1, 3, seed=2, prior=prior)
    start, end = np.random.default_rng(2).standard_normal((2, 24))
    middle = prior.latents(((start + end) / np.sqrt(2))[None])
    np.testing.assert_allclose(images[0, 1], calibrated.decode(middle)[0], atol=1e-5)


def test_seeds(gan):
    few, more = (
        latent_traversal(gan, 2, 3, seed=1),
        latent_traversal(gan, 4, 3, seed=1, batch_size=2),
    )
    np.testing.assert_allclose(more[:2], few, atol=1e-5)
    # A path with more images has the same ends.
    np.testing.assert_allclose(latent_traversal(gan, 2, 5, seed=1)[:, ::2], few, atol=1e-5)
    assert np.abs(latent_traversal(gan, 2, 3, seed=2) - few).max() > 1e-3
    assert np.abs(latent_traversal(gan, 2, 3) - latent_traversal(gan, 2, 3)).max() > 1e-3
    assert latent_traversal(gan).shape == (6, 8, 8, 8, 1)
    assert few.dtype == generate(gan).dtype and few.min() >= 0 and few.max() <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_traversals": 0}, "`num_traversals` must be an integer, at least 1"),
        ({"num_samples": 1}, "`num_samples` must be an integer, at least 2"),
        ({"seed": -1}, "`seed` must be"),
        ({"batch_size": 0}, "`batch_size` must be"),
        ({"prior": "normal"}, "prior='normal'"),
        ({"prior": StandardNormalPrior(5)}, r"shape \(num_samples, 4\)"),
    ],
)
def test_bad_arguments(gan, arguments, message):
    with pytest.raises(ValueError, match=message):
        latent_traversal(gan, **arguments)


def test_a_model_that_cannot_generate():
    model = CSAE.from_preset("csae_digits")
    with pytest.raises(ValueError, match="not adapted"):
        latent_traversal(model)
    model.prior = None
    with pytest.raises(ValueError, match="it has no prior"):
        latent_traversal(model)
    with pytest.raises(ValueError, match="it has no decoder"):
        latent_traversal(Classifier.for_images((8, 8, 1), ["a", "b"], stem_filters=4))
