"""VAE: a training step against NumPy, the losses, generation and saving."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import VAE, Acceptance, generate
from keras_regen.datasets import ShuffledArrays
from keras_regen.layers import GaussianLatent
from keras_regen.losses import GaussianLoss
from keras_regen.networks import csae_linear_decoder, csae_linear_encoder
from tests.contract import check_slopes, to_numpy
from tests.samples import check_fresh_process, striped_images

IMAGES, LABELS = striped_images(60)
SHAPE, DIM = IMAGES.shape[1:], 3


def build(image_losses=None, **options):
    keras.utils.set_random_seed(0)
    model = VAE(
        csae_linear_encoder(SHAPE, 2 * DIM, hidden=16, name="posterior"),
        csae_linear_decoder(SHAPE, DIM, hidden=16, activation="sigmoid"),
        image_losses,
        seed=1,
        **options,
    )
    model.compile(keras.optimizers.Adam(2e-2))
    return model


@pytest.fixture(scope="module")
def trained():
    model = build(loss_weights={"kl_loss": 0.5})
    data = {"epochs": 8, "batch_size": 20, "validation_data": (IMAGES, LABELS), "verbose": 0}
    return model, model.fit(IMAGES, LABELS, **data).history


def test_training_reports_every_term_and_learns(trained):
    _, history = trained
    terms = {"loss", "bernoulli_loss", "kl_loss"}
    assert set(history) == terms | {f"val_{term}" for term in terms}
    assert history["loss"][-1] < 0.9 * history["loss"][0]


def bernoulli(images, decoded):
    return -np.sum(images * np.log(decoded) + (1 - images) * np.log(1 - decoded), axis=(1, 2, 3))


def kl(mean, log_variance):
    return np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance, axis=1) / 2


def test_evaluate_equals_the_terms_computed_by_hand(trained):
    model, _ = trained
    moments = model.posterior.predict(IMAGES / 255.0, verbose=0)
    mean, log_variance = moments[:, :DIM], moments[:, DIM:]
    decoded = model.decoder.predict(mean, verbose=0)
    outputs = model.predict(IMAGES, verbose=0)
    expected = {"latent": mean, "log_variance": log_variance, "reconstruction": decoded}
    assert set(outputs) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(outputs[name], value, atol=1e-5)
    np.testing.assert_allclose(model.encode(IMAGES), mean, atol=1e-5)

    measured = model.evaluate(IMAGES, verbose=0, return_dict=True)
    terms = bernoulli(IMAGES / 255, decoded).mean(), kl(mean, log_variance).mean()
    np.testing.assert_allclose(measured["bernoulli_loss"], terms[0], rtol=1e-4)
    np.testing.assert_allclose(measured["kl_loss"], terms[1], rtol=1e-4)
    np.testing.assert_allclose(measured["loss"], terms[0] + 0.5 * terms[1], rtol=1e-4)


def test_a_step_follows_the_slopes_of_the_loss_in_numpy():
    """With two dense layers, and the noise of a layer with the same seed."""
    count, weight = 5, 0.7
    keras.utils.set_random_seed(0)
    inputs = keras.Input(SHAPE)
    posterior = keras.Model(inputs, layers.Dense(2 * DIM)(layers.Flatten()(inputs)))
    latent = keras.Input((DIM,))
    pixels = layers.Dense(64, activation="sigmoid")(latent)
    decoder = keras.Model(latent, layers.Reshape(SHAPE)(pixels))
    model = VAE(posterior, decoder, loss_weights={"kl_loss": weight}, seed=4)
    noise = to_numpy(GaussianLatent(0.0, seed=4)(np.zeros((count, 2 * DIM)), training=True))
    images = IMAGES[:count] / 255.0

    def loss(parameters):
        kernel, bias, decoder_kernel, decoder_bias = parameters
        moments = images.reshape(count, -1) @ kernel + bias
        mean, log_variance = moments[:, :DIM], moments[:, DIM:]
        z = mean + np.exp(log_variance / 2) * noise
        decoded = 1 / (1 + np.exp(-(z @ decoder_kernel + decoder_bias)))
        terms = bernoulli(images, decoded.reshape(count, *SHAPE)) + weight * kl(mean, log_variance)
        return terms.mean()

    model.compile(keras.optimizers.SGD(1.0))
    before = [to_numpy(weight) for weight in [*posterior.weights, *decoder.weights]]
    options = {"batch_size": count, "shuffle": False, "verbose": 0}
    history = model.fit(IMAGES[:count], **options).history
    np.testing.assert_allclose(history["loss"][0], loss(before), rtol=1e-4)
    after = [to_numpy(weight) for weight in [*posterior.weights, *decoder.weights]]
    steps = [first - second for first, second in zip(before, after, strict=True)]
    check_slopes(steps, loss, before)


def test_other_image_losses_and_their_weights():
    losses = [GaussianLoss(0.5), keras.losses.MeanAbsoluteError(name="mae_loss")]
    model = build(losses, loss_weights={"mae_loss": 3.0, "kl_loss": 0.1})
    measured = model.evaluate(IMAGES, verbose=0, return_dict=True)
    total = measured["gaussian_loss"] + 3 * measured["mae_loss"] + 0.1 * measured["kl_loss"]
    np.testing.assert_allclose(measured["loss"], total, rtol=1e-5)


@pytest.mark.any_backend
def test_labels_do_not_change_the_losses():
    def losses(labels):
        return build().fit(IMAGES, labels, shuffle=False, verbose=0).history["loss"]

    assert losses(None) == losses(np.full(60, 99))


@pytest.mark.any_backend
@pytest.mark.filterwarnings("ignore:Skipping variable loading")
def test_adapted_tells_whether_a_model_was_trained(trained, tmp_path):
    model = build()
    assert model.adapted is False
    model.save(tmp_path / "untrained.keras")
    assert keras.saving.load_model(tmp_path / "untrained.keras").adapted is False
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "epoch.keras")
    model.fit(IMAGES, callbacks=checkpoint, verbose=0)
    assert model.adapted is True
    assert keras.saving.load_model(tmp_path / "epoch.keras").adapted is True
    copy = build()
    copy.set_weights(model.get_weights())
    assert copy.adapted is True


def test_a_resumed_training_run_continues_the_noise(tmp_path):
    def fit(model, epoch, epochs):
        data = ShuffledArrays(IMAGES, None, 20, epoch=epoch)
        return model.fit(data, initial_epoch=epoch, epochs=epochs, shuffle=False, verbose=0)

    whole = build()
    fit(whole, 0, 2)
    model = build()
    fit(model, 0, 1)
    model.save(tmp_path / "model.keras")
    resumed = keras.saving.load_model(tmp_path / "model.keras")
    fit(resumed, 1, 2)
    for first, second in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_latents_are_standard_normal_without_classes(trained):
    model, _ = trained
    decoded, report = generate(model, num_samples=6, seed=3, return_report=True)
    np.testing.assert_allclose(decoded, model.decode(report.latents), atol=1e-6)
    expected = np.random.default_rng([3]).standard_normal((6, DIM), "float32")
    np.testing.assert_array_equal(report.latents, expected)
    with pytest.raises(ValueError, match="without regard to classes"):
        generate(model, class_id=1)


def test_a_classifier_selects_the_images_of_a_class():
    """The decoder and the classifier are linear without bias, so no class is more frequent."""
    keras.utils.set_random_seed(0)
    options = {"use_bias": False, "kernel_initializer": keras.initializers.RandomNormal(0, 1)}
    latent = keras.Input((DIM,))
    pixels = layers.Dense(64, activation="sigmoid", **options)(latent)
    decoder = keras.Model(latent, layers.Reshape(SHAPE)(pixels))
    model = VAE(csae_linear_encoder(SHAPE, 2 * DIM, hidden=2), decoder)
    image = keras.Input(SHAPE)
    logits = layers.Dense(3, **options)(layers.Flatten()(layers.Rescaling(2, -1)(image)))
    classifier = keras.Model(image, layers.Softmax()(logits))

    accept = Acceptance(classifier, threshold=0.6)
    decoded, report = generate(model, num_samples=9, seed=0, accept=accept, return_report=True)
    assert report.labels.tolist() == [0, 1, 2] * 3
    probabilities = classifier.predict(decoded, verbose=0)[np.arange(9), report.labels]
    assert probabilities.min() >= 0.6 and report.tries.sum() > 9
    (image,) = generate(model, 2, 1, seed=0, accept=accept)
    assert classifier.predict(image[None], verbose=0)[0, 2] >= 0.6
    with pytest.raises(ValueError, match="cannot classify its own images"):
        generate(model, accept=True)


def test_saved_model_is_the_same_in_a_fresh_process(trained, tmp_path):
    check_fresh_process(trained[0], IMAGES, tmp_path, "next")


@pytest.mark.parametrize("options", [{"stem_filters": 2}, {"network": "degan", "width": 0.1}])
def test_networks_for_images_of_a_shape(options):
    model = VAE.for_images(SHAPE, latent_dim=DIM, kl_weight=0.3, **options)
    assert (model.latent_dim, model.num_classes, model.seed) == (DIM, 0, 0)
    assert model.loss_weights == {"kl_loss": pytest.approx(0.3), "bernoulli_loss": 1.0}
    assert model.decode(np.zeros((2, DIM))).shape == (2, *SHAPE)


def test_parts_that_do_not_fit_are_refused():
    decoder = csae_linear_decoder(SHAPE, DIM, 2)

    class Subclassed(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match=r"functional or sequential.*Subclassed"):
        VAE(Subclassed(), decoder)
    with pytest.raises(ValueError, match=r"\(batch, 2 \* latent_dim\).*5"):
        VAE(csae_linear_encoder(SHAPE, 5, 2), decoder)
    with pytest.raises(ValueError, match=r"\(2,\) -> \(8, 8, 1\).*\(3,\) -> \(8, 8, 1\)"):
        VAE(csae_linear_encoder(SHAPE, 4, 2), decoder)
    with pytest.raises(ValueError, match=r"'csae', 'degan'.*network='dcgan'"):
        VAE.for_images(SHAPE, network="dcgan")
