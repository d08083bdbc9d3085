"""CSAE: training, its outputs, and a saved model in a fresh process."""

import keras
import numpy as np
import pytest

from keras_regen import generate
from keras_regen.layers import MirrorAndShift, NoisyLatent, PEDCCHead
from keras_regen.losses import LaplacianLoss
from keras_regen.models import CSAE
from keras_regen.networks import csae_decoder, csae_encoder
from tests.samples import check_fresh_process, striped_images


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    images, labels = striped_images(60)
    model = CSAE(
        csae_encoder((8, 8, 1), latent_dim=4, stem_filters=4),
        csae_decoder((8, 8, 1), latent_dim=4, stem_filters=4),
        PEDCCHead(3),
        NoisyLatent(0.04, seed=0),
        [keras.losses.MeanSquaredError(), LaplacianLoss()],
        loss_weights={"laplacian_loss": 0.1},
        class_names=["left", "middle", "right"],
    )
    model.compile("adam")
    history = model.fit(
        images, labels, epochs=12, batch_size=20, validation_data=(images, labels), verbose=0
    )
    return model, images, labels, history.history


def test_training_reports_every_term_and_learns(trained):
    _, _, _, history = trained
    terms = {"loss", "centroid_loss", "mean_squared_error", "laplacian_loss", "accuracy"}
    assert set(history) == terms | {f"val_{term}" for term in terms}
    assert history["centroid_loss"][-1] < history["centroid_loss"][0]


def test_evaluate_equals_the_terms_computed_by_hand(trained):
    model, images, labels, _ = trained
    outputs = model.predict(images, verbose=0)
    scaled = images / 255
    centroids = np.asarray(keras.ops.convert_to_numpy(model.head.centroids))
    centroid = np.mean((outputs["latent"] - centroids[labels]) ** 2)
    squared = np.mean((outputs["reconstruction"] - scaled) ** 2)
    measured = model.evaluate(images, labels, verbose=0, return_dict=True)
    np.testing.assert_allclose(measured["centroid_loss"], centroid, rtol=1e-4)
    np.testing.assert_allclose(measured["mean_squared_error"], squared, rtol=1e-4)
    total = centroid + squared + 0.1 * measured["laplacian_loss"]
    np.testing.assert_allclose(measured["loss"], total, rtol=1e-4)


def test_augmentation_changes_images_in_training_and_the_target_with_them():
    images = striped_images(6)[0] / np.float32(255)
    model = CSAE.for_images((8, 8, 1), ["a", "b"], stem_filters=2, latent_dim=4, shift=2)
    outputs = model(images, training=True)
    target = keras.ops.convert_to_numpy(outputs["image"])
    assert not np.allclose(target, images)
    # A second layer with the same seed makes the same changes.
    expected = MirrorAndShift(False, 2, seed=0)(images, training=True)
    np.testing.assert_allclose(target, keras.ops.convert_to_numpy(expected), atol=1e-6)
    latent = model.encoder(target, training=True)
    np.testing.assert_allclose(
        *(keras.ops.convert_to_numpy(values) for values in (outputs["latent"], latent)), atol=1e-4
    )
    # Outside of training, the encoder sees the images as they are.
    np.testing.assert_array_equal(
        *map(keras.ops.convert_to_numpy, (model(images)["latent"], model.encoder(images)))
    )
    plain = CSAE.for_images((8, 8, 1), ["a", "b"], stem_filters=2, latent_dim=4)
    assert plain.augmentation is None


@pytest.mark.parametrize("backend", ["same", "next"])
def test_saved_model_is_the_same_in_a_fresh_process(trained, tmp_path, backend):
    model, images, _, _ = trained
    check_fresh_process(model, images, tmp_path, backend)


def test_bad_input_raises_at_the_call(trained):
    model, images, labels, _ = trained
    with pytest.raises(ValueError, match="needs labels"):
        model.fit(images, verbose=0)
    with pytest.raises(ValueError):
        model.fit(images, labels + 1, verbose=0)
    with pytest.raises(ValueError):
        model.fit(images[:10], labels, verbose=0)
    with pytest.raises(ValueError, match="middle"):
        generate(model, "top")
    with pytest.raises(ValueError, match="its own losses"):
        model.compile("adam", loss="mse")
