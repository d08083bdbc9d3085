"""An AdversarialLoss among the image losses of each autoencoding model."""

import keras
import numpy as np
import pytest

from keras_regen import models
from keras_regen.callbacks import LossWeightSchedule
from keras_regen.layers import PEDCCHead
from keras_regen.losses import AdversarialLoss, WaveletLoss
from keras_regen.networks import (
    csae_decoder,
    csae_encoder,
    projection_discriminator,
    regene_classifier,
    regene_decoder,
)
from tests.contract import to_numpy
from tests.samples import check_fresh_process, striped_images

SHAPE = (8, 8, 1)


def build_csae(adversarial, num_classes=3):
    keras.utils.set_random_seed(0)
    losses = [WaveletLoss()]
    if adversarial:
        losses.append(AdversarialLoss(projection_discriminator(SHAPE, num_classes, filters=4)))
    return models.CSAE(
        csae_encoder(SHAPE, latent_dim=4, stem_filters=2),
        csae_decoder(SHAPE, latent_dim=4, stem_filters=2),
        PEDCCHead(3),
        image_losses=losses,
    )


@pytest.fixture(scope="module")
def trained():
    model = build_csae(True)
    model.compile({"autoencoder": "adam", "discriminator": "adam"})
    images, labels = striped_images(60)
    later = LossWeightSchedule(
        [(1, 1, {"adversarial_loss": 0.0}), (2, 3, {"adversarial_loss": 1.0})]
    )
    history = model.fit(
        images,
        labels,
        epochs=3,
        batch_size=20,
        validation_data=(images, labels),
        callbacks=[later],
        verbose=0,
    )
    return model, images, labels, history.history


def test_logs(trained):
    _, _, _, history = trained
    own = {"adversarial_loss", "discriminator_loss"}
    assert own <= set(history) and {f"val_{name}" for name in own} <= set(history)
    assert trained[0].loss_weights["adversarial_loss"] == 1.0
    total = np.add(history["val_centroid_loss"], history["val_wavelet_loss"])
    np.testing.assert_allclose(history["val_loss"], total, rtol=1e-4)


def test_both_networks_learn(trained):
    model, _, _, _ = trained
    start = build_csae(True)
    for part in ("encoder", "decoder"):
        before, after = (getattr(x, part).trainable_weights[0] for x in (start, model))
        assert not np.allclose(to_numpy(before), to_numpy(after))
    discriminator = model.image_losses[1].discriminator
    before = start.image_losses[1].discriminator.trainable_weights[0]
    assert not np.allclose(to_numpy(before), to_numpy(discriminator.trainable_weights[0]))


def test_saved_model_is_the_same_on_another_backend(trained, tmp_path):
    model, images, _, _ = trained
    check_fresh_process(model, images, tmp_path, "next")


def test_a_loaded_model_has_both_optimizers_and_trains(trained, tmp_path):
    model, images, labels, _ = trained
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras")
    for first, second in zip(model.variables, restored.variables, strict=True):
        np.testing.assert_array_equal(to_numpy(first), to_numpy(second))
    optimizers = [x.optimizer.variables for x in (model, restored)]
    for first, second in zip(*optimizers, strict=True):
        np.testing.assert_array_equal(to_numpy(first), to_numpy(second))
    assert len(restored.optimizer.optimizers) == 2
    history = restored.fit(images, labels, batch_size=20, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def test_a_weight_of_zero_changes_nothing():
    plain, adversarial = build_csae(False), build_csae(True)
    for part in ("encoder", "decoder"):
        getattr(adversarial, part).set_weights(getattr(plain, part).get_weights())
    adversarial.loss_weights = {"adversarial_loss": 0.0, "discriminator_loss": 0.0}
    before = adversarial.image_losses[1].discriminator.get_weights()
    images, labels = striped_images(40)
    for model in (plain, adversarial):
        model.noise.beta = 0.0
        model.compile(keras.optimizers.SGD(0.01))
        model.fit(images, labels, batch_size=20, shuffle=False, adapt_prior=False, verbose=0)
    # Neither the weights nor the moving averages of the decoder.
    for part in ("encoder", "decoder"):
        for first, second in zip(
            getattr(plain, part).get_weights(),
            getattr(adversarial, part).get_weights(),
            strict=True,
        ):
            np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)
    for first, second in zip(
        before, adversarial.image_losses[1].discriminator.get_weights(), strict=True
    ):
        np.testing.assert_allclose(first, second, rtol=1e-2, atol=1e-6)


def regularized_discriminator():
    """A discriminator whose variables have other paths after loading."""
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.Conv2D(2, 3, strides=2),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(1, kernel_regularizer="l2"),
        ]
    )


def test_any_discriminator_is_saved_and_its_regularization_is_no_part_of_the_loss(tmp_path):
    keras.utils.set_random_seed(0)
    squared = keras.losses.MeanSquaredError(name="mse_loss")
    model = models.Autoencoder(
        csae_encoder(SHAPE, latent_dim=4, stem_filters=2),
        csae_decoder(SHAPE, latent_dim=4, stem_filters=2),
        [squared, AdversarialLoss(regularized_discriminator())],
    )
    model.compile("adam")
    images, _ = striped_images(20)
    model.fit(images, batch_size=20, verbose=0)
    results = model.evaluate(images, verbose=0, return_dict=True)
    np.testing.assert_allclose(results["loss"], results["mse_loss"], rtol=1e-5)
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras")
    for first, second in zip(model.optimizer.variables, restored.optimizer.variables, strict=True):
        np.testing.assert_array_equal(to_numpy(first), to_numpy(second))
    history = restored.fit(images, batch_size=20, verbose=0).history
    assert np.isfinite(history["adversarial_loss"]).all()


def other_models():
    squared = keras.losses.MeanSquaredError(name="mse_loss")

    def losses():
        return [squared, AdversarialLoss(projection_discriminator(SHAPE, filters=2))]

    def encoder(dim=4):
        return csae_encoder(SHAPE, latent_dim=dim, stem_filters=2)

    def decoder():
        return csae_decoder(SHAPE, latent_dim=4, stem_filters=2)

    return {
        "Autoencoder": lambda: models.Autoencoder(encoder(), decoder(), losses()),
        "VAE": lambda: models.VAE(encoder(8), decoder(), losses()),
        "ReGene": lambda: models.ReGene(
            regene_classifier(SHAPE, num_classes=3, width=0.05),
            regene_decoder(SHAPE, latent_dim=96, width=0.05),
            image_losses=losses(),
        ),
    }


@pytest.mark.parametrize("name", ["Autoencoder", "VAE", "ReGene"])
@pytest.mark.filterwarnings("ignore:The classifier recognizes")
def test_other_models(name):
    keras.utils.set_random_seed(0)
    model = other_models()[name]()
    model.compile("adam")
    images, labels = striped_images(20)
    before = to_numpy(model.image_losses[1].discriminator.trainable_weights[0])
    history = model.fit(images, labels, batch_size=20, verbose=0).history
    assert np.isfinite(history["adversarial_loss"]).all()
    after = to_numpy(model.image_losses[1].discriminator.trainable_weights[0])
    assert not np.allclose(before, after)


def test_a_discriminator_of_other_classes():
    model = build_csae(True, num_classes=4)
    with pytest.raises(ValueError, match="takes labels of 4 classes, and the model has 3"):
        model.compile("adam")
    model = other_models()["Autoencoder"]()
    labelled = projection_discriminator(SHAPE, 3, filters=2)
    model = models.Autoencoder(
        model.encoder, model.decoder, [model.image_losses[0], AdversarialLoss(labelled)]
    )
    with pytest.raises(ValueError, match="the model has no labels"):
        model.compile("adam")


def test_a_dict_of_other_networks():
    with pytest.raises(ValueError, match="'autoencoder', 'discriminator'"):
        build_csae(True).compile({"encoder": "adam", "discriminator": "adam"})
    with pytest.raises(ValueError, match="optimizer of Keras"):
        build_csae(True).compile("adm")


def test_optimizers_as_other_models_take_them():
    model = build_csae(True)
    model.compile(None)
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
    model.compile(scaled)
    model.compile(model.optimizer)
    assert len(model.optimizer.optimizers) == 2
    adam = keras.optimizers.Adam()
    for _ in range(2):
        other = build_csae(True)
        other.compile(adam)
        images, labels = striped_images(12)
        if not adam.built:
            other.fit(images, labels, verbose=0)
    with pytest.raises(ValueError, match="optimizer was built for other weights"):
        other.fit(images, labels, verbose=0)


def test_options_of_the_preset():
    options = {"stem_filters": 2, "image_shape": SHAPE, "class_names": list("abc")}
    small = {"latent_dim": 4, "prior": "gaussian", "epochs": 1, "batch_size": 12}
    images, labels = striped_images(12)
    plain = models.CSAE.from_preset(
        "csae_adversarial_mnist", adversarial_weight=0.0, num_samples=12, **options, **small
    )
    assert "adversarial_loss" not in plain.fit(images, labels, verbose=0).history
    model = models.CSAE.from_preset("csae_adversarial_mnist", num_samples=12, **options, **small)
    with pytest.warns(UserWarning, match="learning rate is zero after"):
        model.fit(images, labels, epochs=3, verbose=0)
    with pytest.raises(ValueError, match="`adversarial_weight` needs a decoder"):
        models.CSAE.for_images(SHAPE, list("abc"), with_decoder=False, adversarial_weight=0.3)
    with pytest.raises(ValueError, match="`perceptual_weight` needs a decoder"):
        models.CSAE.for_images(SHAPE, list("abc"), with_decoder=False, perceptual_weight=1.0)
    with pytest.raises(ValueError, match="AAE has a discriminator of latents"):
        models.AAE(
            csae_encoder(SHAPE, latent_dim=4, stem_filters=2),
            csae_decoder(SHAPE, latent_dim=4, stem_filters=2),
            keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]),
            [keras.losses.MeanSquaredError(), model.image_losses[-1]],
        )
