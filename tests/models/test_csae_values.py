"""A CSAE by value: its losses, and the weights after one training step, by closed forms."""

import keras
import numpy as np
import pytest

from keras_regen import CSAE, NoisyLatent, PEDCCHead
from tests.samples import striped_images

IMAGES, LABELS = striped_images(12)
SCALED = (IMAGES / 255).reshape(12, 64)
DIM, WEIGHT, RATE = 6, 3.0, 0.05


def linear_csae(subspace):
    """A CSAE of one dense layer on each side, without noise."""
    keras.utils.set_random_seed(1)
    image = keras.Input((8, 8, 1))
    latent = keras.layers.Dense(DIM, name="to_latent")(keras.layers.Flatten()(image))
    code = keras.Input((DIM,))
    pixels = keras.layers.Dense(64, name="to_pixels")(code)
    model = CSAE(
        keras.Model(image, latent),
        keras.Model(code, keras.layers.Reshape((8, 8, 1))(pixels)),
        PEDCCHead(3, subspace=subspace, seed=0),
        NoisyLatent(0.0),
        keras.losses.MeanSquaredError(name="mse_loss"),
        loss_weights={"mse_loss": WEIGHT},
    )
    model.compile(keras.optimizers.SGD(RATE))
    return model


def closed_form(model, subspace):
    """The losses, and the weights after a step of gradient descent, in float64."""
    arrays = [
        keras.ops.convert_to_numpy(weight).astype("float64") for weight in model.trainable_variables
    ]
    kernel, bias, decoder_kernel, decoder_bias = arrays
    centroids = keras.ops.convert_to_numpy(model.head.centroids).astype("float64")[LABELS]
    latents = SCALED @ kernel + bias
    pixels = latents @ decoder_kernel + decoder_bias
    projection = np.eye(DIM)
    if subspace:
        # The span of the centroids, by another way than the head: their singular vectors.
        unique = keras.ops.convert_to_numpy(model.head.centroids).astype("float64")
        _, sizes, rows = np.linalg.svd(unique)
        span = rows[: (sizes > 1e-5).sum()]
        projection = span.T @ span
    pulled = (latents - centroids) @ projection
    losses = (pulled**2).sum(axis=1).mean() / DIM, ((pixels - SCALED) ** 2).mean()
    by_pixels = WEIGHT * 2 * (pixels - SCALED) / SCALED.size
    by_latents = by_pixels @ decoder_kernel.T + 2 * pulled / (DIM * len(SCALED))
    gradients = (
        SCALED.T @ by_latents,
        by_latents.sum(axis=0),
        latents.T @ by_pixels,
        by_pixels.sum(axis=0),
    )
    after = [value - RATE * gradient for value, gradient in zip(arrays, gradients, strict=True)]
    return losses, after


@pytest.mark.parametrize("subspace", [False, True])
def test_losses_and_a_training_step_are_those_of_the_closed_form(subspace):
    model = linear_csae(subspace)
    (centroid, squared), after = closed_form(model, subspace)
    logs = model.fit(IMAGES, LABELS, batch_size=12, verbose=0).history
    np.testing.assert_allclose(logs["centroid_loss"], [centroid], rtol=1e-5)
    np.testing.assert_allclose(logs["mse_loss"], [squared], rtol=1e-5)
    np.testing.assert_allclose(logs["loss"], [centroid + WEIGHT * squared], rtol=1e-5)
    for weight, value in zip(model.trainable_variables, after, strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(weight), value, rtol=1e-4, atol=1e-6)


def test_the_subspace_leaves_the_rest_of_the_latent_alone():
    model = linear_csae(subspace=True)
    (without, _), _ = closed_form(model, subspace=True)
    (everything, _), _ = closed_form(model, subspace=False)
    assert without < 0.9 * everything
    assert model.head.basis.shape == (DIM, 2)


@pytest.mark.parametrize("subspace", [False, True])
def test_the_nearest_centroid_classifies(subspace):
    model = linear_csae(subspace)
    latents = model.encode(IMAGES)
    centroids = keras.ops.convert_to_numpy(model.head.centroids)
    if subspace:
        # Two dimensions of the latent tell the three classes apart.
        _, _, rows = np.linalg.svd(centroids)
        latents, centroids = latents @ rows[:2].T, centroids @ rows[:2].T
    distances = ((latents[:, None] - centroids[None]) ** 2).sum(axis=-1)
    np.testing.assert_array_equal(model.classify(IMAGES), distances.argmin(axis=1))
    probabilities = model.classify(IMAGES, return_probabilities=True)
    expected = np.exp(-distances) / np.exp(-distances).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, expected, atol=1e-4)


def test_the_perceptual_loss_of_the_own_encoder_changes_only_what_it_should():
    """Its gradient reaches the decoder, and the encoder through the latent only.

    The features are those of the encoder before the step, in inference mode.
    """
    keras.utils.set_random_seed(0)
    options = {"stem_filters": 2, "latent_dim": DIM, "beta": 0.0, "image_weight": 0.0}
    model = CSAE.for_images((8, 8, 1), list("abc"), perceptual_weight=1.0, **options)
    features = keras.Model(
        model.encoder.input,
        [model.encoder.get_layer(name).output for name in ("stem_relu", "block1")],
    )
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(IMAGES, LABELS, batch_size=12, epochs=1, verbose=0).history
    # The step normalizes with the statistics of the batch; the running statistics move before the
    # loss is computed, or after.
    assert np.isfinite(history["perceptual_loss"][0]) and history["perceptual_loss"][0] > 0
    results = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)
    scaled = (IMAGES / 255).astype("float32")
    reconstructions = model.reconstruct(IMAGES)
    expected = 0.0
    for true, pred in zip(features(scaled), features(reconstructions), strict=True):
        true, pred = keras.ops.convert_to_numpy(true), keras.ops.convert_to_numpy(pred)
        size = np.abs(true).mean(axis=(1, 2, 3))
        expected += (np.abs(pred - true).mean(axis=(1, 2, 3)) / size).mean()
    np.testing.assert_allclose(results["perceptual_loss"], expected, rtol=1e-3)
    # Without any other loss of images, the decoder learns from this loss.
    model.compile(keras.optimizers.Adam(0.003))
    model.fit(IMAGES, LABELS, batch_size=12, epochs=30, verbose=0)
    after = model.evaluate(IMAGES, LABELS, verbose=0, return_dict=True)["perceptual_loss"]
    assert after < 0.9 * results["perceptual_loss"]


def test_a_linear_csae_has_no_feature_maps():
    with pytest.raises(ValueError, match="`perceptual_weight` needs a convolutional encoder"):
        CSAE.for_images((8, 8, 1), list("abc"), network="linear", perceptual_weight=1.0)
