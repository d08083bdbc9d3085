"""DEGAN: its two stages of training, and saving."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import DEGAN, GAN, VAE, Acceptance, generate
from keras_regen.networks import csae_linear_decoder, dense_discriminator, dense_generator
from keras_regen.priors import DecoderEncoderPrior
from tests.contract import to_numpy
from tests.samples import check_fresh_process, confident_classifier, striped_images

IMAGES, LABELS = striped_images(30)
SHAPE, DIM = IMAGES.shape[1:], 4
TERMS = {
    "loss",
    "discriminator_loss",
    "generator_loss",
    "hidden_space_loss",
    "real_logits",
    "fake_logits",
}
FIT = {"batch_size": 10, "verbose": 0}


def build(**options):
    keras.utils.set_random_seed(0)
    image = keras.Input(SHAPE)
    x = layers.Dropout(0.5)(layers.Flatten()(image))
    posterior = keras.Model(image, layers.Dense(2 * DIM)(x), name="posterior")
    model = DEGAN(
        VAE(posterior, csae_linear_decoder(SHAPE, DIM, 8, activation="sigmoid")),
        dense_generator(SHAPE, DIM, (8,)),
        dense_discriminator(SHAPE, (8,)),
        **({"loss_weights": {"hidden_space_loss": 0.3}, "seed": 1} | options),
    )
    model.compile(keras.optimizers.Adam(0.01))
    return model


def weights(*models):
    return [to_numpy(weight) for model in models for weight in model.weights]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def stages():
    """A model whose stages were trained separately, with the weights and logs of each stage."""
    model = build()
    states = [(weights(model.vae), weights(model.generator, model.discriminator))]
    logs = [model.fit_vae(IMAGES, optimizer=keras.optimizers.Adam(0.01), epochs=2, **FIT).history]
    states.append((weights(model.vae), weights(model.generator, model.discriminator)))
    logs.append(model.fit(IMAGES, LABELS, epochs=2, **FIT).history)
    states.append((weights(model.vae), weights(model.generator, model.discriminator)))
    return model, states, logs


def test_the_first_stage_trains_only_the_vae(stages):
    model, states, logs = stages
    assert set(logs[0]) == {"loss", "bernoulli_loss", "kl_loss"}
    assert logs[0]["loss"][1] < logs[0]["loss"][0]
    (before, networks), (after, same_networks), _ = states
    # The scalars are the weights of the losses.
    assert all(not np.array_equal(a, b) for a, b in zip(before, after, strict=True) if a.ndim)
    assert same(networks, same_networks)
    assert model.vae.adapted and not model.vae.trainable_variables


def test_the_second_stage_trains_only_generator_and_discriminator(stages):
    model, states, logs = stages
    _, (vae, before), (same_vae, after) = states
    assert same(vae, same_vae)
    assert not any(map(np.array_equal, before, after))
    assert set(logs[1]) == TERMS
    expected = [*model.generator.trainable_weights, *model.discriminator.trainable_weights]
    assert set(map(id, model.trainable_weights)) == set(map(id, expected))


def test_the_loss_is_the_weighted_sum_of_its_terms(stages):
    model, _, (_, logs) = stages
    for measured in (
        {name: values[-1] for name, values in logs.items()},
        model.evaluate(IMAGES, verbose=0, return_dict=True),
    ):
        total = measured["discriminator_loss"] + measured["generator_loss"]
        total += 0.3 * measured["hidden_space_loss"]
        assert measured["loss"] == pytest.approx(total, rel=1e-4)


def test_the_generator_learns_from_latents_of_the_vae(stages):
    """The mean logits of images that are generated from noise step by step."""
    model = stages[0]
    state = keras.ops.convert_to_numpy(model._noise.seed_generator.state).copy()
    measured = model.evaluate(IMAGES, batch_size=30, verbose=0, return_dict=True)
    seed = keras.random.SeedGenerator(0)
    seed.state.assign(state)
    noise = to_numpy(keras.random.normal((30, 2 * DIM), seed=seed))
    images = model.vae.decoder.predict(noise[:, :DIM], verbose=0)
    moments = model.vae.posterior.predict(images, verbose=0)
    latents = moments[:, :DIM] + np.exp(moments[:, DIM:] / 2) * noise[:, DIM:]
    logits = model.discriminator.predict(model.generator.predict(latents, verbose=0), verbose=0)
    assert measured["fake_logits"] == pytest.approx(logits.mean(), rel=1e-3, abs=1e-5)


def test_fit_trains_both_stages():
    model = build()
    before = weights(model.vae), weights(model.generator, model.discriminator)
    model.vae_epochs = 3
    history = model.fit(IMAGES, epochs=1, **FIT)
    assert isinstance(model.vae.optimizer, keras.optimizers.Adam)
    assert int(model.vae.optimizer.iterations) == 9 and int(model.optimizer.iterations) == 3
    assert set(history.history) == TERMS
    after = weights(model.vae), weights(model.generator, model.discriminator)
    assert not same(before[0], after[0]) and not same(before[1], after[1])

    model.fit(IMAGES, **FIT)
    assert same(weights(model.vae), after[0])
    model.fit_vae(IMAGES, optimizer="sgd", **FIT)
    assert not same(weights(model.vae), after[0])
    assert isinstance(model.vae.optimizer, keras.optimizers.SGD)


def test_a_vae_whose_training_was_interrupted_is_trained_again():
    class Interruption(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model = build()
    with pytest.raises(KeyboardInterrupt):
        model.fit_vae(IMAGES, callbacks=[Interruption()], **FIT)
    assert not model.vae.adapted
    before = weights(model.vae)
    model.fit(IMAGES, **FIT)
    assert model.vae.adapted and not same(weights(model.vae), before)


def test_a_wrong_optimizer_is_an_error_before_the_vae_is_trained():
    model, other = build(), build()
    other.fit_vae(IMAGES, **FIT)
    other.fit(IMAGES, **FIT)
    model.compile(other.optimizer)
    with pytest.raises(ValueError, match="built for other weights"):
        model.fit(IMAGES, **FIT)
    assert not model.vae.adapted


def test_a_part_can_be_replaced(stages):
    """Another VAE with the same generator and discriminator; and a plain GAN with all parts."""
    model = stages[0]
    vae = build().vae
    replaced = DEGAN(vae, model.generator, model.discriminator)
    assert replaced.vae is vae and replaced.generator is model.generator
    with pytest.raises(ValueError, match=r"VAE is not trained.*fit_vae"):
        generate(replaced)
    gan = GAN(model.generator, model.discriminator, DecoderEncoderPrior(model.vae))
    images, expected = (generate(source, num_samples=3, seed=0) for source in (gan, model))
    np.testing.assert_allclose(images, expected, atol=1e-6)


def test_a_saved_model_can_be_trained_further(stages, tmp_path, recwarn):
    model = stages[0]
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert not [warning for warning in recwarn if "variable loading" in str(warning.message)]
    assert loaded.vae.adapted and not loaded.vae.trainable_variables
    assert (loaded.hidden_layer, loaded.posterior) == ("features", "sample")
    assert loaded.loss_weights == model.loss_weights
    vae, before = weights(loaded.vae), weights(loaded.generator)
    loaded.fit(IMAGES, **FIT)
    assert same(weights(loaded.vae), vae) and not same(weights(loaded.generator), before)
    loaded.fit_vae(IMAGES, **FIT)
    assert not same(weights(loaded.vae), vae)


def test_saved_model_is_the_same_in_a_fresh_process(stages, tmp_path):
    check_fresh_process(stages[0], IMAGES, tmp_path, "next", latents_atol=1e-4)


def test_images_have_no_class_without_a_classifier(stages):
    model = stages[0]
    images, report = generate(model, num_samples=100, seed=3, return_report=True)
    noise = np.random.default_rng([3]).standard_normal((100, 2 * DIM), "float32")
    np.testing.assert_allclose(report.latents, model.prior.latents(noise), atol=1e-6)
    expected = model.generator.predict(report.latents, verbose=0)
    np.testing.assert_allclose(images, expected, atol=1e-5)
    assert set(report.labels.tolist()) == {-1}
    with pytest.raises(ValueError, match="give `accept=Acceptance"):
        generate(model, class_id=1)
    classifier = confident_classifier(images, 3)
    accept = Acceptance(classifier, threshold=0.5)
    accepted = generate(model, [1, 2], seed=0, accept=accept)
    assert (classifier.predict(accepted, verbose=0)[[0, 1], [1, 2]] >= 0.5).all()


def test_the_mean_of_the_posterior_needs_half_the_noise():
    model = build(posterior="mean", hidden_layer=None, loss_weights={"generator_loss": 0.5})
    assert model.prior.noise_dim == DIM
    model.vae_epochs = 1
    logs = model.fit(IMAGES, **FIT).history
    assert set(logs) == TERMS - {"hidden_space_loss"}
    total = logs["discriminator_loss"][0] + 0.5 * logs["generator_loss"][0]
    assert logs["loss"][0] == pytest.approx(total, rel=1e-4)


def test_networks_for_images_of_a_shape():
    model = DEGAN.for_images(SHAPE, latent_dim=DIM, width=0.05, vae_width=0.1, hidden_weight=0.4)
    assert model.loss_weights == {
        "discriminator_loss": 1.0,
        "generator_loss": 1.0,
        "hidden_space_loss": 0.4,
    }
    assert (model.latent_dim, model.vae.latent_dim, model.num_classes) == (DIM, DIM, 0)
    other = DEGAN.for_images(SHAPE, vae=model.vae, latent_dim=9, width=0.05, hidden_layer=None)
    assert other.vae is model.vae and other.latent_dim == DIM
    assert "hidden_space_loss" not in other.loss_weights


def test_parts_that_do_not_fit_are_refused():
    model = build()
    for generator, message in (
        (
            dense_generator((9, 8, 1), DIM, (8,)),
            r"images of the same shape.*VAE of \(8, 8, 1\).*\(9, 8, 1\)",
        ),
        (
            dense_generator(SHAPE, DIM + 1, (8,)),
            r"latents of the same shape.*VAE of \(4,\).*\(5,\)",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            DEGAN(model.vae, generator, model.discriminator)
    with pytest.raises(ValueError, match="posterior='mode'"):
        DEGAN(model.vae, model.generator, model.discriminator, "mode")
    before = weights(model.generator, model.discriminator)
    model.vae_epochs = 0
    with pytest.raises(ValueError, match=r"VAE is not trained.*fit_vae"):
        model.fit(IMAGES, **FIT)
    with pytest.raises(ValueError, match=r"VAE is not trained.*fit_vae"):
        generate(model)
    assert same(before, weights(model.generator, model.discriminator))
    with pytest.raises(ValueError, match=r"\(7, 8, 1\)"):
        model.fit(IMAGES[:, :7], **FIT)
    assert not model.vae.adapted and not model.vae.trainable_variables


def test_a_generator_cannot_be_read_for_both_models():
    model = DEGAN.for_images((8, 8, 1), latent_dim=3, width=0.05, vae_epochs=1)
    model.compile("sgd")
    images = np.random.default_rng(0).random((4, 8, 8, 1)).astype("float32")
    with pytest.raises(ValueError, match=r"can be read only once\. Call `fit_vae`"):
        model.fit(((images,) for _ in range(3)), verbose=0)
    model.fit_vae(((images,) for _ in range(3)), verbose=0)
    history = model.fit(((images,) for _ in range(3)), verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_weights_of_the_images_weigh_the_loss_of_the_vae(monkeypatch):
    model = build()
    model.vae_epochs = 1
    weights = np.linspace(0, 2, 30)
    received = []
    fit = model.vae.fit
    monkeypatch.setattr(
        model.vae, "fit", lambda *data, **options: received.append(options) or fit(*data, **options)
    )
    model.fit(IMAGES, sample_weight=weights, **FIT)
    np.testing.assert_array_equal(received[0]["sample_weight"], weights)
