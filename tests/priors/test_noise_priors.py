"""The priors that map noise to latents, alone and before the decoders of other models."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import VAE, Acceptance, ReGene, generate
from keras_regen.networks import csae_linear_decoder, regene_decoder
from keras_regen.priors import DecoderEncoderPrior, StandardNormalPrior
from tests.contract import check_config, randomize, to_numpy
from tests.generation.linear_csae import LATENT_DIM as DIM
from tests.generation.linear_csae import linear_csae
from tests.samples import confident_classifier, striped_images

SHAPE = (8, 8, 1)


def untrained():
    """Returns a VAE with dropout in its encoder, which must be inactive outside of training."""
    image = keras.Input(SHAPE)
    x = layers.Dropout(0.5)(layers.Flatten()(image))
    posterior = keras.Model(image, layers.Dense(2 * DIM)(x))
    return VAE(posterior, csae_linear_decoder(SHAPE, DIM, hidden=4))


@pytest.fixture(scope="module")
def vae():
    model = untrained()
    model.compile("adam")
    model.fit(striped_images(30)[0], verbose=0)
    randomize(model.posterior)
    randomize(model.decoder)
    return model


@pytest.fixture(scope="module")
def csae():
    return linear_csae()


def decoded_and_encoded(vae, noise, posterior="sample"):
    """Expressions 8 and 9 of the paper; the encoder expects images in [0, 1]."""
    images = vae.decoder.predict(noise[:, :DIM], verbose=0)
    assert images.min() < -0.1 and images.max() > 1.1
    images = np.clip(images, 0, 1)
    moments = vae.posterior.predict(images, verbose=0).astype("float64")
    mean, variance = moments[:, :DIM], np.exp(moments[:, DIM:])
    return mean if posterior == "mean" else mean + np.sqrt(variance) * noise[:, DIM:]


def test_standard_normal_is_the_noise_itself():
    prior = StandardNormalPrior(3)
    assert (prior.latent_dim, prior.noise_dim, prior.adapted, prior.learns) == (3, 3, True, False)
    noise = np.random.default_rng(0).standard_normal((5, 3), "float32")
    np.testing.assert_array_equal(prior.sample(5, None, np.random.default_rng(0)), noise)
    np.testing.assert_array_equal(to_numpy(prior(noise)), noise)


@pytest.mark.parametrize(("posterior", "noise_dim"), [("sample", 2 * DIM), ("mean", DIM)])
def test_noise_passes_through_the_decoder_and_the_encoder(vae, posterior, noise_dim):
    prior = DecoderEncoderPrior(vae, posterior)
    assert (prior.latent_dim, prior.noise_dim) == (DIM, noise_dim)
    noise = np.random.default_rng(3).standard_normal((300, noise_dim), "float32")
    expected = decoded_and_encoded(vae, noise, posterior)
    np.testing.assert_allclose(prior.latents(noise), expected, atol=1e-4)
    np.testing.assert_allclose(to_numpy(prior(noise[:5])), expected[:5], atol=1e-4)
    samples = prior.sample(300, None, np.random.default_rng(3))
    assert samples.dtype == "float32"
    np.testing.assert_allclose(samples, expected, atol=1e-4)


@pytest.mark.parametrize("make", [lambda vae: StandardNormalPrior(DIM), DecoderEncoderPrior])
def test_a_sampler_continues_the_latents_of_sample(vae, make):
    prior = make(vae)
    latents = prior.sample(270, None, np.random.default_rng(0))
    sample = prior.sampler(None, np.random.default_rng(0))
    parts = [sample(count) for count in (3, 0, 260, 7)]
    np.testing.assert_allclose(np.concatenate(parts), latents, atol=1e-5)
    for label in (0, 7):
        again = prior.sample(270, label, np.random.default_rng(0))
        np.testing.assert_array_equal(again, latents)
    with pytest.raises(ValueError, match="has no classes"):
        prior.class_mean(0)


def test_the_vae_is_frozen_before_a_network_in_training(vae, tmp_path):
    prior = DecoderEncoderPrior(vae)
    assert not prior.trainable_variables and not vae.trainable_variables
    noise = keras.Input((2 * DIM,))
    dense = layers.Dense(1, use_bias=False)
    model = keras.Model(noise, dense(prior(noise)))
    assert model.trainable_variables == dense.variables
    before, kernel = vae.get_weights(), dense.get_weights()[0]
    x = np.random.default_rng(0).standard_normal((20, 2 * DIM), "float32")
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    model.fit(x, np.ones((20, 1)), verbose=0)
    assert not np.allclose(dense.get_weights()[0], kernel)
    for weight, trained in zip(before, vae.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, trained)

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, atol=1e-5)
    (loaded,) = (layer for layer in again.layers if isinstance(layer, DecoderEncoderPrior))
    assert loaded.adapted and not again.get_layer(loaded.name).trainable_variables


def test_config(vae):
    assert check_config(StandardNormalPrior(3)).latent_dim == 3
    again = check_config(DecoderEncoderPrior(vae, "mean"))
    assert (again.latent_dim, again.posterior, again.num_classes) == (DIM, "mean", None)


@pytest.fixture(scope="module")
def regene():
    image = keras.Input(SHAPE)
    latent = layers.Dense(DIM, name="latent")(layers.Flatten()(image))
    classifier = keras.Model(image, layers.Dense(3, activation="softmax")(latent))
    decoder = regene_decoder(SHAPE, DIM, width=0.03)
    return ReGene(randomize(classifier), randomize(decoder), class_names=["a", "b", "c"])


@pytest.mark.parametrize("name", ["csae", "regene"])
def test_before_the_decoder_of_another_model(vae, name, request):
    model = request.getfixturevalue(name)
    prior = DecoderEncoderPrior(vae)
    images, report = generate(model, num_samples=7, seed=4, prior=prior, return_report=True)
    assert report.labels.tolist() == [-1] * 7
    noise = np.random.default_rng([4]).standard_normal((7, 2 * DIM), "float32")
    np.testing.assert_allclose(report.latents, decoded_and_encoded(vae, noise), atol=1e-4)
    expected = np.clip(model.decoder.predict(report.latents, verbose=0), 0, 1)
    np.testing.assert_allclose(images, expected, atol=1e-5)
    with pytest.raises(ValueError, match="give `accept=Acceptance"):
        generate(model, 1, prior=prior)


@pytest.mark.parametrize("name", ["csae", "regene"])
def test_before_the_decoder_of_another_model_by_class(vae, name, request):
    model, prior = request.getfixturevalue(name), DecoderEncoderPrior(vae)
    images = generate(model, num_samples=100, seed=1, prior=prior)
    classifier = confident_classifier(images, model.num_classes)
    options = {"seed": 0, "prior": prior, "return_report": True}
    accept = Acceptance(classifier, threshold=0.6, check_latent=False)
    images, report = generate(model, [2, 1], accept=accept, **options)
    assert report.labels.tolist() == [2, 1] and report.tries.sum() > 2
    confidence = classifier.predict(images, verbose=0)[[0, 1], [2, 1]]
    assert (confidence >= 0.6).all()
    np.testing.assert_allclose(report.confidence, confidence, atol=1e-5)


def test_bad_input(vae, csae):
    with pytest.raises(ValueError, match=r"'sample', 'mean'. Received: posterior='mode'"):
        DecoderEncoderPrior(vae, "mode")
    with pytest.raises(ValueError, match="Received: latent_dim=0"):
        StandardNormalPrior(0)
    prior = DecoderEncoderPrior(untrained())
    assert not prior.adapted
    for call in (
        lambda: prior.sample(2, None, np.random.default_rng(0)),
        lambda: prior.latents(np.zeros((2, 2 * DIM))),
        lambda: generate(csae, prior=prior),
    ):
        with pytest.raises(ValueError, match=r"VAE is not trained.*`vae.fit\(images\)`"):
            call()
    with pytest.raises(ValueError, match=r"\(num_samples, 24\).*\(2, 12\)"):
        DecoderEncoderPrior(vae).latents(np.zeros((2, DIM)))
    with pytest.raises(ValueError, match=r"\(num_samples, 12\). Received: \(3, 5\)"):
        generate(csae, num_samples=3, prior=StandardNormalPrior(5))
