"""Autoencoder: training without classes, priors with and without classes, and saving."""

import keras
import numpy as np
import pytest

from keras_regen import Autoencoder, generate
from keras_regen.models.autoencoder import reconstruction_loss
from keras_regen.networks import csae_linear_decoder, csae_linear_encoder
from keras_regen.priors import ClassGaussianPrior, StandardNormalPrior
from tests.samples import check_fresh_process, striped_images

IMAGES, LABELS = striped_images(60)
SHAPE = IMAGES.shape[1:]


def build(**options):
    keras.utils.set_random_seed(0)
    model = Autoencoder(
        csae_linear_encoder(SHAPE, latent_dim=4, hidden=16),
        csae_linear_decoder(SHAPE, latent_dim=4, hidden=16),
        **options,
    )
    model.compile(keras.optimizers.Adam(5e-3), metrics={"reconstruction": ["mae"]})
    return model


@pytest.fixture(scope="module")
def trained():
    model = build()
    data = {"epochs": 8, "batch_size": 20, "validation_data": (IMAGES, LABELS), "verbose": 0}
    return model, model.fit(IMAGES, LABELS, **data).history


def test_training_reports_every_term_and_learns(trained):
    _, history = trained
    terms = {"loss", "mse_loss", "reconstruction_mae"}
    assert set(history) == terms | {f"val_{term}" for term in terms}
    assert history["loss"][-1] < 0.5 * history["loss"][0]


def test_evaluate_equals_the_error_computed_by_hand(trained):
    model, _ = trained
    outputs = model.predict(IMAGES, verbose=0)
    assert set(outputs) == {"latent", "reconstruction"}
    np.testing.assert_allclose(outputs["latent"], model.encode(IMAGES), atol=1e-5)
    np.testing.assert_allclose(outputs["reconstruction"], model.reconstruct(IMAGES), atol=1e-5)
    difference = outputs["reconstruction"] - IMAGES / 255
    measured = model.evaluate(IMAGES, verbose=0, return_dict=True)
    np.testing.assert_allclose(measured["mse_loss"], np.mean(difference**2), rtol=1e-4)
    np.testing.assert_allclose(measured["loss"], measured["mse_loss"], rtol=1e-5)
    np.testing.assert_allclose(
        measured["reconstruction_mae"], np.mean(np.abs(difference)), rtol=1e-4
    )


@pytest.mark.any_backend
def test_labels_do_not_change_the_result():
    def weights(labels):
        model = build()
        model.fit(IMAGES, labels, batch_size=30, shuffle=False, verbose=0)
        return [*model.get_weights(), *model.prior.get_weights()]

    for first, second in zip(weights(None), weights(np.full(60, 99)), strict=True):
        np.testing.assert_array_equal(first, second)


def test_images_are_generated_without_classes(trained):
    model, _ = trained
    images, report = generate(model, num_samples=2000, seed=0, return_report=True)
    assert images.shape == (2000, *SHAPE) and set(report.labels) == {-1}
    latents = model.encode(IMAGES)
    np.testing.assert_allclose(
        report.latents.mean(axis=0), latents.mean(axis=0), atol=0.2 * latents.std(axis=0).max()
    )
    with pytest.raises(ValueError, match="without regard to classes"):
        generate(model, class_id=1)


def test_a_prior_with_classes_needs_labels_and_samples_by_class():
    model = build(prior=ClassGaussianPrior(3), class_names=["left", "middle", "right"])
    with pytest.raises(ValueError, match="needs labels"):
        model.fit(IMAGES, verbose=0)
    model.fit(IMAGES, LABELS, verbose=0)
    expected = model.encode(IMAGES[LABELS == 1]).mean(axis=0)
    np.testing.assert_allclose(model.prior.class_mean(1), expected, atol=1e-5)
    _, report = generate(model, "middle", 4, seed=0, return_report=True)
    assert report.labels.tolist() == [1] * 4
    assert build(prior=ClassGaussianPrior(3)).class_names == ("0", "1", "2")


def test_a_model_without_a_head_does_not_classify(trained):
    for call in (trained[0].classify, build(prior=ClassGaussianPrior(3)).classify):
        with pytest.raises(ValueError, match="does not classify"):
            call(IMAGES)
    with pytest.raises(ValueError, match="has no classes to calibrate"):
        trained[0].calibrate(IMAGES, LABELS)


def test_saved_model_is_the_same_in_a_fresh_process(trained, tmp_path):
    check_fresh_process(trained[0], IMAGES, tmp_path, "next")


def test_networks_for_images_of_a_shape():
    model = Autoencoder.for_images(SHAPE, latent_dim=5, stem_filters=2)
    assert (model.latent_dim, model.num_classes) == (5, 0)
    images = model.decoder.predict(100 * np.ones((2, 5)), verbose=0)
    assert images.min() >= 0 and images.max() <= 1
    names = [reconstruction_loss(name).name for name in ("mse", "bernoulli", "gaussian")]
    assert names == ["mse_loss", "bernoulli_loss", "gaussian_loss"]
    with pytest.raises(ValueError, match=r"bernoulli.*image_loss='ssim'"):
        Autoencoder.for_images(SHAPE, image_loss="ssim")


def test_parts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"\(4,\) -> \(8, 8, 1\).*\(5,\) -> \(8, 8, 1\)"):
        Autoencoder(csae_linear_encoder(SHAPE, 4, 2), csae_linear_decoder(SHAPE, 5, 2))
    with pytest.raises(ValueError, match=r"prior knows 3 classes. Received: 2 class names"):
        build(prior=ClassGaussianPrior(3), class_names=["a", "b"])
    with pytest.raises(ValueError, match=r"4 dimensions. Received: a prior of 5"):
        build(prior=StandardNormalPrior(5))
    with pytest.raises(ValueError, match=r"`loss_weights`.*'kl_loss'"):
        build(loss_weights={"kl_loss": 1})
