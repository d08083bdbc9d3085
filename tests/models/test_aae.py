"""AAE: each loss trains only its own networks; a training step against NumPy."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import AAE, generate
from keras_regen.datasets import ShuffledArrays
from keras_regen.layers import StandardNoise
from keras_regen.networks import csae_linear_decoder, csae_linear_encoder, dense_discriminator
from keras_regen.priors import ClassGaussianPrior, StandardNormalPrior
from tests.contract import check_slopes, randomize, to_numpy
from tests.samples import check_fresh_process, striped_images

IMAGES, LABELS = striped_images(60)
SHAPE, DIM = IMAGES.shape[1:], 3
NETWORKS = ("encoder", "decoder", "discriminator")


def build(optimizer="adam", loss_weights=None, **options):
    keras.utils.set_random_seed(0)
    model = AAE(
        csae_linear_encoder(SHAPE, DIM, hidden=16),
        csae_linear_decoder(SHAPE, DIM, hidden=16),
        dense_discriminator((DIM,), hidden=(8,)),
        loss_weights=loss_weights,
        seed=1,
        **options,
    )
    model.compile(optimizer)
    return model


@pytest.fixture(scope="module")
def trained():
    model = build(keras.optimizers.Adam(1e-2))
    data = {"epochs": 8, "batch_size": 20, "validation_data": (IMAGES, LABELS), "verbose": 0}
    return model, model.fit(IMAGES, LABELS, **data).history


def weights(model):
    return {
        name: [to_numpy(weight) for weight in getattr(model, name).weights] for name in NETWORKS
    }


def changed_networks(model, before):
    return {
        name
        for name, values in weights(model).items()
        if any(np.any(first != second) for first, second in zip(values, before[name], strict=True))
    }


def softplus(x):
    return np.log1p(np.exp(x))


def test_training_reports_every_term_and_learns(trained):
    _, history = trained
    terms = {"loss", "mse_loss", "discriminator_loss", "encoder_loss"}
    assert set(history) == terms | {f"val_{term}" for term in terms}
    assert history["mse_loss"][-1] < 0.7 * history["mse_loss"][0]


def test_evaluate_equals_the_terms_computed_by_hand():
    model = build(loss_weights={"encoder_loss": 0.5})
    noise = to_numpy(StandardNoise(DIM, seed=1)(np.zeros((60, 1))))
    real = model.discriminator.predict(noise, verbose=0)
    fake = model.discriminator.predict(model.encode(IMAGES), verbose=0)
    expected = {
        "mse_loss": np.mean((model.reconstruct(IMAGES) - IMAGES / 255) ** 2),
        "discriminator_loss": np.mean(softplus(-real) + softplus(fake)),
        "encoder_loss": np.mean(softplus(-fake)),
    }
    measured = model.evaluate(IMAGES, batch_size=60, verbose=0, return_dict=True)
    total = measured["mse_loss"] + measured["discriminator_loss"] + 0.5 * measured["encoder_loss"]
    np.testing.assert_allclose(measured["loss"], total, rtol=1e-5)
    for name, value in expected.items():
        np.testing.assert_allclose(measured[name], value, rtol=1e-4)


@pytest.mark.parametrize(
    ("only", "learners"),
    [
        ("mse_loss", {"encoder", "decoder"}),
        ("discriminator_loss", {"discriminator"}),
        ("encoder_loss", {"encoder"}),
    ],
)
def test_each_loss_trains_only_its_own_networks(only, learners):
    names = ("mse_loss", "discriminator_loss", "encoder_loss")
    model = build(keras.optimizers.SGD(0.1), {name: float(name == only) for name in names})
    before = weights(model)
    model.fit(IMAGES, batch_size=30, verbose=0)
    assert changed_networks(model, before) == learners


@pytest.mark.parametrize("fixed", ["discriminator", "autoencoder"])
def test_a_learning_rate_of_zero_fixes_a_network(fixed):
    rates = {"discriminator": 0.1, "autoencoder": 0.1, fixed: 0.0}
    model = build({name: keras.optimizers.SGD(rate) for name, rate in rates.items()})
    before = weights(model)
    model.fit(IMAGES, batch_size=30, verbose=0)
    expected = {"discriminator"} if fixed == "autoencoder" else {"encoder", "decoder"}
    assert changed_networks(model, before) == expected


def test_a_step_updates_the_networks_simultaneously():
    """With dense layers only: the updates are slopes of the losses in NumPy."""
    count, encoder_weight = 6, 0.3
    image, latent, latent_input = keras.Input(SHAPE), keras.Input((DIM,)), keras.Input((DIM,))
    model = AAE(
        keras.Model(image, layers.Dense(DIM)(layers.Flatten()(image)), name="encoder"),
        keras.Model(latent, layers.Reshape(SHAPE)(layers.Dense(64)(latent)), name="decoder"),
        keras.Model(latent_input, layers.Dense(1)(latent_input), name="discriminator"),
        seed=1,
    )
    for name in NETWORKS:
        randomize(getattr(model, name))
    model.loss_weights = {"encoder_loss": encoder_weight}
    noise = to_numpy(StandardNoise(DIM, seed=1)(np.zeros((count, 1))))
    x = IMAGES[:count].reshape(count, -1) / 255.0
    before = weights(model)

    def logits(z, parameters):
        return (z @ parameters[0] + parameters[1])[:, 0]

    def autoencoder_loss(parameters):
        z = x @ parameters[0] + parameters[1]
        decoded = z @ parameters[2] + parameters[3]
        adversarial = softplus(-logits(z, before["discriminator"]))
        return np.mean((decoded - x) ** 2) + encoder_weight * adversarial.mean()

    def discriminator_loss(parameters):
        z = x @ before["encoder"][0] + before["encoder"][1]
        return np.mean(softplus(-logits(noise, parameters)) + softplus(logits(z, parameters)))

    model.compile(keras.optimizers.SGD(1.0))
    model.fit(IMAGES[:count], batch_size=count, shuffle=False, verbose=0)
    steps = {
        name: [first - second for first, second in zip(before[name], after, strict=True)]
        for name, after in weights(model).items()
    }
    check_slopes(
        steps["encoder"] + steps["decoder"],
        autoencoder_loss,
        before["encoder"] + before["decoder"],
    )
    check_slopes(steps["discriminator"], discriminator_loss, before["discriminator"])


def test_a_resumed_training_run_continues_the_noise(tmp_path):
    def fit(model, epoch, epochs):
        data = ShuffledArrays(IMAGES, None, 20, epoch=epoch)
        return model.fit(data, initial_epoch=epoch, epochs=epochs, shuffle=False, verbose=0)

    optimizers = {"discriminator": "sgd", "autoencoder": "adam"}
    whole = build(optimizers)
    fit(whole, 0, 2)
    model = build(optimizers)
    fit(model, 0, 1)
    model.save(tmp_path / "model.keras")
    resumed = keras.saving.load_model(tmp_path / "model.keras")
    fit(resumed, 1, 2)
    for first, second in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_latents_are_sampled_from_the_prior_without_classes(trained):
    model, _ = trained
    decoded, report = generate(model, num_samples=6, seed=3, return_report=True)
    np.testing.assert_allclose(decoded, model.decode(report.latents), atol=1e-6)
    expected = np.random.default_rng([3]).standard_normal((6, DIM), "float32")
    np.testing.assert_array_equal(report.latents, expected)
    with pytest.raises(ValueError, match="without regard to classes"):
        generate(model, class_id=1)


def test_saved_model_is_the_same_in_a_fresh_process(trained, tmp_path):
    check_fresh_process(trained[0], IMAGES, tmp_path, "next")


def test_networks_for_images_of_a_shape():
    model = AAE.for_images(
        SHAPE, latent_dim=5, stem_filters=2, hidden=(4,), objective="least_squares"
    )
    assert (model.latent_dim, model.num_classes, model.seed) == (5, 0, 0)
    assert model.loss_weights["encoder_loss"] == pytest.approx(0.01)


def test_parts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(batch, 3\) -> \(batch, 1\). Received: \(None, 4\)"):
        AAE(
            csae_linear_encoder(SHAPE, DIM, 2),
            csae_linear_decoder(SHAPE, DIM, 2),
            dense_discriminator((4,), (2,)),
        )
    with pytest.raises(ValueError, match=r"NoisePrior.*ClassGaussianPrior"):
        build(prior=ClassGaussianPrior(3))
    with pytest.raises(ValueError, match="Received: a prior of 4"):
        build(prior=StandardNormalPrior(4))
    with pytest.raises(ValueError, match=r"'wasserstein'\. .*objective='cosine'"):
        build(objective="cosine")
    with pytest.raises(ValueError, match=r"\['discriminator', 'autoencoder'\]"):
        build({"generator": "adam", "discriminator": "adam"})
