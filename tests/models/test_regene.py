"""ReGene: its parts, training with and without cached latents, and saving."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen import ReGene, generate
from keras_regen.callbacks import LossWeightSchedule
from keras_regen.datasets import ShuffledArrays
from keras_regen.layers import PEDCCHead
from keras_regen.losses import PerceptualLoss, SSIMLoss
from keras_regen.networks import regene_classifier, regene_decoder
from keras_regen.priors import ClassGaussianPrior, ConvexCombinationPrior
from tests.samples import check_fresh_process, striped_images

IMAGES, LABELS = striped_images(60)


def build(**options):
    keras.utils.set_random_seed(0)
    classifier = regene_classifier((8, 8, 1), 3, width=0.03)
    latent_dim = classifier.get_layer("latent").output.shape[1]
    model = ReGene(
        classifier,
        regene_decoder((8, 8, 1), latent_dim, width=0.03),
        class_names=["left", "middle", "right"],
        **options,
    )
    model.compile(keras.optimizers.Adam(5e-3))
    return model


@pytest.fixture(scope="module")
def trained():
    model = build(prior=ConvexCombinationPrior(3, bank_size=20))
    model.fit_classifier(IMAGES, LABELS, epochs=6, batch_size=10, verbose=0)
    before = model.classifier.get_weights()
    history = model.fit(
        IMAGES, LABELS, epochs=8, batch_size=10, validation_data=(IMAGES, LABELS), verbose=0
    )
    model.calibrate(IMAGES, LABELS)
    return model, before, history.history


def test_fit_trains_only_the_decoder(trained):
    model, before, history = trained
    terms = {"loss", "mae_loss", "ssim_loss", "accuracy"}
    assert set(history) == terms | {f"val_{term}" for term in terms}
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert history["val_accuracy"][-1] > 0.9
    for first, second in zip(before, model.classifier.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_encoder_and_head_are_the_two_parts_of_the_classifier(trained):
    model, _, _ = trained
    outputs = model.predict(IMAGES, verbose=0)
    expected = model.classifier.predict(IMAGES / 255.0, verbose=0)
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(model.encode(IMAGES), outputs["latent"], atol=1e-5)
    np.testing.assert_allclose(model._latent_probabilities(outputs["latent"]), expected, atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(IMAGES), outputs["reconstruction"], atol=1e-5)


def test_cached_latents_do_not_change_the_losses():
    def losses(cache_latents):
        model = build()
        model.cache_latents = cache_latents
        model.fit_classifier(IMAGES, LABELS, epochs=4, shuffle=False, verbose=0)
        keras.utils.set_random_seed(1)
        history = model.fit(
            IMAGES,
            LABELS,
            epochs=2,
            batch_size=20,
            shuffle=False,
            verbose=0,
        )
        return history.history["loss"], model.prior.class_mean(1)

    (cached, mean), (uncached, other_mean) = losses(True), losses(False)
    np.testing.assert_allclose(cached, uncached, rtol=1e-4)
    np.testing.assert_allclose(mean, other_mean, rtol=1e-3, atol=1e-5)


def test_evaluate_equals_the_terms_computed_by_hand(trained):
    model, _, _ = trained
    scaled = IMAGES / 255
    reconstructions = model.reconstruct(IMAGES)
    measured = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
    np.testing.assert_allclose(
        measured["mae_loss"], np.mean(np.abs(reconstructions - scaled)), rtol=1e-4
    )
    total = measured["mae_loss"] + measured["ssim_loss"]
    np.testing.assert_allclose(measured["loss"], total, rtol=1e-4)


def test_loss_weights_change_by_epoch():
    model = build()
    records = []
    schedule = LossWeightSchedule([(1, 1, {"ssim_loss": 0.5}), (3, 3, {"ssim_loss": 0})])
    recorder = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: records.append(
            (model.loss_weights["ssim_loss"], logs["loss"] - logs["mae_loss"], logs["ssim_loss"])
        )
    )
    with pytest.warns(UserWarning, match="not more than chance"):
        model.fit(
            IMAGES, LABELS, epochs=3, batch_size=60, verbose=0, callbacks=[schedule, recorder]
        )
    assert [weight for weight, _, _ in records] == [0.5, 0.5, 0.0]
    for weight, rest, ssim in records:
        np.testing.assert_allclose(rest, weight * ssim, rtol=1e-4, atol=1e-6)


def test_invalid_schedules():
    with pytest.raises(ValueError, match="1 to 200 and 200 to 300"):
        LossWeightSchedule([(1, 200, {}), (200, 300, {})])
    with pytest.raises(ValueError, match="from 5 to 4"):
        LossWeightSchedule([(5, 4, {})])
    model = build()
    model.cache_latents = False
    with pytest.raises(ValueError, match=r"\['mae_loss', 'ssim_loss'\]"):
        model.fit(IMAGES, LABELS, callbacks=[LossWeightSchedule([(1, 2, {"perceptual": 1})])])


def test_a_saved_model_draws_the_same_accepted_images_in_a_fresh_process(trained, tmp_path):
    model, _, _ = trained
    check_fresh_process(model, IMAGES, tmp_path, "next", threshold=0.5)


def test_a_classifier_with_fixed_centroids_and_a_gaussian_prior():
    """Any head, any loss and any prior fit together."""
    inputs = keras.Input((8, 8, 1))
    latent = layers.Dense(6, name="code")(layers.Flatten()(inputs))
    classifier = keras.Model(inputs, PEDCCHead(3)(latent))
    model = ReGene(
        classifier,
        regene_decoder((8, 8, 1), 6, width=0.02),
        latent_layer="code",
        image_losses=[keras.losses.MeanSquaredError(name="mse_loss"), SSIMLoss()],
        loss_weights={"ssim_loss": 0.5},
        prior=ClassGaussianPrior(3),
    )
    assert model.from_logits
    model.compile("adam")
    model.fit_classifier(IMAGES, LABELS, epochs=5, verbose=0)
    model.fit(IMAGES, LABELS, verbose=0)
    np.testing.assert_allclose(
        model.predict(IMAGES, verbose=0)["probabilities"].sum(axis=1), 1, rtol=1e-4
    )
    assert generate(model, 2, 3, seed=0).shape == (3, 8, 8, 1)


@pytest.mark.any_backend
def test_a_perceptual_loss_on_features_of_the_classifier(tmp_path):
    model = build(image_losses=[PerceptualLoss("self"), SSIMLoss()])
    model.fit_classifier(IMAGES, LABELS, epochs=4, verbose=0)
    before = model.classifier.get_weights()
    model.fit(IMAGES, LABELS, verbose=0)
    for first, second in zip(before, model.classifier.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.image_losses[0].features.layers[1] in loaded.classifier.layers
    measured, expected = (copy.evaluate(IMAGES, LABELS, verbose=0) for copy in (loaded, model))
    np.testing.assert_allclose(measured, expected, rtol=1e-4)


def test_frozen_layers_stay_frozen():
    inputs = keras.Input((8, 8, 1))
    backbone = layers.Conv2D(2, 3, trainable=False, name="backbone")
    latent = layers.GlobalAveragePooling2D(name="latent")(backbone(inputs))
    classifier = keras.Model(inputs, layers.Dense(3, activation="softmax")(latent))
    model = ReGene(classifier, regene_decoder((8, 8, 1), 2, width=0.02))
    kernel, head = backbone.get_weights()[0], classifier.layers[-1].get_weights()[0]
    model.fit_classifier(IMAGES, LABELS, verbose=0)
    np.testing.assert_array_equal(backbone.get_weights()[0], kernel)
    assert not np.array_equal(classifier.layers[-1].get_weights()[0], head)
    assert not classifier.trainable


def test_parts_that_do_not_fit_are_refused():
    classifier = regene_classifier((8, 8, 1), 3, width=0.02)
    decoder = regene_decoder((8, 8, 1), 48, width=0.02)
    with pytest.raises(ValueError, match=r"no layer 'code'.*block1_conv1.*latent, probability"):
        ReGene(classifier, decoder, latent_layer="code")
    with pytest.raises(ValueError, match=r"return \(batch, latent_dim\).*'block1_conv1'"):
        ReGene(classifier, decoder, latent_layer="block1_conv1")
    with pytest.raises(ValueError, match=r"\(48,\) -> \(8, 8, 1\).*\(47,\) -> \(8, 8, 1\)"):
        ReGene(classifier, regene_decoder((8, 8, 1), 47, width=0.02))
    with pytest.raises(ValueError, match=r"3 classes. Received: 2 class names"):
        ReGene(classifier, decoder, class_names=["a", "b"])
    with pytest.raises(ValueError, match=r"Received: 4 classes of the prior"):
        ReGene(classifier, decoder, prior=ConvexCombinationPrior(4))
    with pytest.raises(ValueError, match=r"`loss_weights`.*'mae'"):
        ReGene(classifier, decoder, loss_weights={"mae": 1})
    with pytest.raises(ValueError, match="must have different names"):
        ReGene(classifier, decoder, image_losses=[SSIMLoss(), SSIMLoss()])
    relu = keras.Model(classifier.input, layers.ReLU()(classifier.output))
    with pytest.raises(ValueError, match="from_logits"):
        ReGene(relu, decoder)


def test_a_subclassed_classifier_raises():
    class Subclassed(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match="functional or sequential"):
        ReGene(Subclassed(), regene_decoder((8, 8, 1), 48, width=0.02))


def test_a_class_of_too_few_images_is_refused_before_training():
    model = build(prior=ConvexCombinationPrior(3, num_sources=3))
    labels = np.where(np.arange(60) < 2, 0, 1)
    for data in ((IMAGES, labels), (ShuffledArrays(IMAGES, labels, 20), None)):
        with pytest.raises(
            ValueError, match=r"num_sources=3 latents.*\[2\] latents.*classes \[0\]"
        ):
            model.fit(*data, verbose=0)
    assert int(model.optimizer.iterations) == 0
    with pytest.warns(UserWarning, match="not more than chance"):
        model.fit(IMAGES, labels, verbose=0, adapt_prior=False)


@pytest.mark.parametrize("stream", [False, True])
def test_a_warning_of_an_untrained_classifier(stream):
    model = build()
    labels = (model.classify(IMAGES) + 1) % 3  # the classifier is always wrong
    data = (ShuffledArrays(IMAGES, labels, 20), None) if stream else (IMAGES, labels)
    with pytest.warns(UserWarning, match=r"recognizes 0.0%.*not more than chance") as caught:
        model.fit(*data, verbose=0, adapt_prior=False)
    assert [warning.filename for warning in caught if "chance" in str(warning.message)] == [
        __file__
    ]
