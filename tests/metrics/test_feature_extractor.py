"""Feature extractors: the source of the features, the pixel range, and the names."""

import hashlib

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from keras_regen import Classifier
from keras_regen.metrics import FeatureExtractor, feature_extractor, keras_inception_v3
from keras_regen.networks import basenet
from tests.contract import randomize, to_numpy

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (7, 8, 8, 1), "uint8")


def pixels(image_shape):
    """A network that returns its input pixels."""
    image = keras.Input(image_shape)
    return keras.Model(image, layers.Flatten()(image), name="pixels")


def test_the_features_of_a_classifier_are_the_inputs_of_its_last_layer():
    classifier = Classifier(randomize(basenet((8, 8, 1), 10, stem_filters=4)))
    extractor = FeatureExtractor(classifier, batch_size=3)
    features = extractor(IMAGES)
    assert features.shape == (7, extractor.num_features) and features.dtype == "float32"
    kernel, bias = map(to_numpy, classifier.network.get_layer("probability").weights)
    scores = np.exp(features @ kernel + bias)
    expected = classifier.classify(IMAGES, return_probabilities=True)
    np.testing.assert_allclose(scores / scores.sum(1, keepdims=True), expected, atol=1e-5)
    # Floats in [0, 1] are the same images.
    np.testing.assert_allclose(extractor(IMAGES / 255), features, rtol=1e-5, atol=1e-5)


def test_maps_are_averaged():
    network = randomize(basenet((8, 8, 1), 10, stem_filters=4))
    last = network.get_layer("pool").input
    maps = keras.Model(network.inputs, last).predict(IMAGES / 255, verbose=0)
    name = next(layer.name for layer in network.layers if layer.output is last)
    extractor = FeatureExtractor(network, layer=name)
    assert extractor.name == f"basenet/{name}"
    np.testing.assert_allclose(extractor(IMAGES), maps.mean(axis=(1, 2)), rtol=1e-4, atol=1e-5)


def test_pixels_come_in_the_models_range():
    extractor = FeatureExtractor(pixels((8, 8, 1)), pixel_range=(-1, 1))
    np.testing.assert_allclose(extractor(IMAGES), IMAGES.reshape(7, -1) / 127.5 - 1, atol=1e-6)


def test_images_are_resized_as_pillow_resizes_them():
    images = np.random.default_rng(1).random((2, 24, 24, 1), "float32")
    extractor = FeatureExtractor(pixels((8, 8, 3)), resize=True)
    rows = extractor(images).reshape(2, 8, 8, 3)
    for row, image in zip(rows, images, strict=True):
        expected = Image.fromarray(image[..., 0]).resize((8, 8), Image.Resampling.BILINEAR)
        for channel in range(3):
            np.testing.assert_allclose(row[..., channel], np.asarray(expected), atol=1e-4)


def test_the_hash_is_of_the_weights():
    network = randomize(basenet((8, 8, 1), 10, stem_filters=2))
    extractor = FeatureExtractor(network, name="small")
    expected = hashlib.sha256()
    for weight in network.get_weights():
        expected.update(str(weight.shape).encode() + np.ascontiguousarray(weight).tobytes())
    digest = expected.hexdigest()[:16]
    assert extractor.describe() == {"name": "small", "hash": digest, "num_features": 10}
    # Weights that do not change the features do not change the hash.
    pooled = FeatureExtractor(network, layer="pool")
    before = pooled.digest
    network.get_layer("probability").bias.assign(np.ones(10))
    assert extractor.digest != digest and pooled.digest == before


def test_inception_takes_images_of_any_size(monkeypatch):
    def network(layer, image_shape, weights):
        # InceptionV3 takes long to build; the tests of the networks build it.
        assert (layer, image_shape, weights) == ("mixed10", (299, 299, 3), "a.weights.h5")
        image = keras.Input(image_shape)
        return keras.Model(image, layers.Cropping2D(((100, 198), (0, 0)))(image))

    monkeypatch.setattr(feature_extractor, "inception_features", network)
    extractor = keras_inception_v3("a.weights.h5")
    assert extractor.name == "keras_inception_v3"
    images = np.linspace(0, 1, 3).reshape(3, 1, 1, 1) * np.ones((1, 8, 8, 1))
    np.testing.assert_allclose(extractor(images), images[:, 0, 0] * np.ones(3), atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FeatureExtractor(pixels((8, 8, 1)))(IMAGES[:, :4]), r"\(8, 8, 1\): resize them"),
        (
            lambda: FeatureExtractor(pixels((8, 8, 1)), resize=True)(np.zeros((2, 8, 8, 3))),
            r"takes images of shape \(8, 8, 1\). Received: images of shape \(8, 8, 3\)",
        ),
        (lambda: FeatureExtractor(pixels((8, 8, 1)))(IMAGES * 1.0), "Divide by 255"),
        (lambda: FeatureExtractor(pixels((8, 8, 1)), "pool"), "no layer 'pool'. Its layers: "),
        (lambda: FeatureExtractor(np.mean), "functional or sequential.*`model.encoder`"),
        (lambda: FeatureExtractor(pixels((8, 8, 1)), pixel_range=(1, 0)), r"\(1, 0\)"),
        (lambda: FeatureExtractor(pixels((8, 8, 1)), batch_size=0), "batch_size=0"),
        (
            lambda: FeatureExtractor(
                keras.Sequential([keras.Input((8, 8, 1)), layers.Reshape((8, 8))])
            ),
            r"rows .* or maps .* Received: \(None, 8, 8\)",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
