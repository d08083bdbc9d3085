"""Feature extractors: the first layers of InceptionV3 in NumPy, and of classifiers."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen.networks import basenet, early_features, inception_features, regene_classifier
from tests.contract import randomize, run, shapes_only, weights_of
from tests.reference import norm, relu


def conv_valid(x, kernel, strides):
    size = kernel.shape[0]
    sides = [(side - size) // strides + 1 for side in x.shape[1:3]]
    y = np.empty((len(x), *sides, kernel.shape[-1]))
    for i in range(sides[0]):
        for j in range(sides[1]):
            patch = x[:, i * strides : i * strides + size, j * strides : j * strides + size]
            y[:, i, j] = np.tensordot(patch, kernel, 3)
    return y


@pytest.mark.any_backend
@pytest.mark.parametrize("channels", [1, 3])
def test_first_convolution_of_inception(channels):
    """32 kernels of 3x3 with stride 2 (Szegedy et al., table 1), for images in [-1, 1]."""
    model = randomize(inception_features(image_shape=(9, 12, channels), weights=None))
    assert len(model.weights) == 4 and not model.trainable_weights
    weights = {path.rpartition("/")[-1]: value for path, value in weights_of(model).items()}
    assert weights["kernel"].shape == (3, 3, 3, 32)
    images = np.random.default_rng(0).random((2, 9, 12, channels), "float32")
    colors = np.broadcast_to(images, (2, 9, 12, 3))
    convolved = conv_valid(2 * colors - 1, weights["kernel"], 2)
    expected = relu(norm(convolved, weights | {"gamma": 1.0}))
    (outputs,), _ = run(model, images)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [("conv5", (71, 71, 192)), ("mixed0", (35, 35, 256)), ("mixed10", (8, 8, 2048))],
)
@shapes_only()
@pytest.mark.any_backend
def test_inception_shapes_for_299_pixels(layer, shape):
    model = inception_features(layer, image_shape=(299, 299, 3), weights=None)
    assert model.output_shape == (None, *shape)


@pytest.mark.any_backend
def test_inception_for_any_size():
    model = inception_features(weights=None)
    for side in (8, 33):
        assert model.predict(np.zeros((1, side, side, 3)), verbose=0).shape[1] == (side - 1) // 2


@pytest.mark.parametrize(
    ("make", "layer"),
    [
        (lambda: regene_classifier((28, 28, 1), 10, width=0.05), "block1_relu2"),
        (lambda: basenet((8, 8, 1), 10, stem_filters=2), "stem_relu"),
        (lambda: keras.applications.MobileNet((32, 32, 3), 0.25, weights=None), "conv1_relu"),
        (
            lambda: keras.Sequential(
                [
                    keras.Input((8, 8, 1)),
                    layers.Conv2D(2, 3, activation="relu", name="first"),
                    layers.Conv2D(2, 3, name="linear"),
                    layers.AveragePooling2D(2),
                    layers.ReLU(),
                ]
            ),
            "first",
        ),
    ],
)
def test_early_features_share_the_layers_of_the_classifier(make, layer):
    classifier = make()
    features = early_features(classifier)
    assert features.layers[-1] is classifier.get_layer(layer)
    named = early_features(classifier, layer)
    both = keras.Model(classifier.inputs, [features.output, named.output])
    images = np.random.default_rng(0).random((2, *classifier.input_shape[1:]), "float32")
    (default_maps, named_maps), _ = run(both, images)
    np.testing.assert_array_equal(default_maps, named_maps)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inception_features("conv6"), r"'conv5', 'mixed0'.*layer='conv6'"),
        (lambda: inception_features(image_shape=(8, 8, 2)), r"image_shape=\(8, 8, 2\)"),
        (
            lambda: inception_features("mixed10", image_shape=(28, 28, 3), weights=None),
            r"too small for the layer 'mixed10'.*\(28, 28, 3\)",
        ),
        (
            lambda: early_features(basenet((8, 8, 1), 3, stem_filters=2), "latent"),
            r"no layer 'latent'. Its layers: image, stem, ",
        ),
        (
            lambda: early_features(
                keras.Sequential(
                    [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(2, "relu", name="d")]
                )
            ),
            "no activation of feature maps.*flatten.*, d",
        ),
        (lambda: early_features(keras.Sequential([layers.ReLU()])), "functional or sequential"),
    ],
)
@shapes_only()
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
