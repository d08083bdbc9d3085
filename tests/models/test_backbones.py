"""Models whose backbone comes from keras-hub, keras-cv or keras.applications."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen.losses import PerceptualLoss
from keras_regen.models import CSAE, ReGene
from keras_regen.networks import (
    backbone_classifier,
    backbone_encoder,
    early_features,
    regene_decoder,
)

SHAPE = (32, 32, 3)
# The backbones take long, and all backends use the same code: one backend tests them.
pytestmark = pytest.mark.any_backend


def hub_resnet():
    keras_hub = pytest.importorskip("keras_hub")
    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],  # the first stack must have 64, too
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=SHAPE,
    )


def cv_resnet():
    keras_cv = pytest.importorskip("keras_cv")
    return keras_cv.models.ResNetBackbone(
        stackwise_filters=[64, 64],
        stackwise_blocks=[1, 1],
        stackwise_strides=[1, 2],
        block_type="basic_block",
        include_rescaling=False,  # images are in [0, 1]
        input_shape=SHAPE,
    )


def with_head(backbone, nested):
    """Adds a head to the layers of the backbone, or to the backbone as a nested layer."""
    image = keras.Input(SHAPE) if nested else backbone.input
    x = backbone(image) if nested else backbone.output
    x = layers.GlobalAveragePooling2D(name="latent")(x)
    return keras.Model(image, layers.Dense(4, activation="softmax")(x))


LOAD = """
import sys
import keras_regen
import numpy as np

images, labels, expected = np.load(sys.argv[1] + "/data.npz").values()
model = keras_regen.load_model(sys.argv[1] + "/model.keras")
assert len(model.trainable_weights) == len(model.decoder.trainable_weights)
reconstructions = model.predict(images, verbose=0)["reconstruction"]
np.testing.assert_allclose(reconstructions, expected, atol=1e-5)
assert keras_regen.generate(model, 1, 3, seed=0).shape == (3, 32, 32, 3)
"""


@pytest.mark.filterwarnings("ignore:The classifier recognizes")  # random images, three steps
@pytest.mark.parametrize(("backbone", "nested"), [(hub_resnet, False), (cv_resnet, True)])
def test_training_with_a_backbone(backbone, nested, tmp_path):
    classifier = with_head(backbone(), nested)
    losses = [keras.losses.MeanAbsoluteError(name="mae_loss")]
    if not nested:  # a nested backbone hides its layers from the classifier
        losses.append(PerceptualLoss("self"))
    decoder = regene_decoder(SHAPE, 64, width=0.03)
    model = ReGene(classifier, decoder, image_losses=losses)
    model.compile("adam")
    images = np.random.default_rng(0).random((16, *SHAPE), "float32")
    labels = np.arange(16) % 4
    model.fit_classifier(images, labels, epochs=3, batch_size=16, verbose=0)
    before = [keras.ops.convert_to_numpy(weight) for weight in classifier.weights]
    model.fit(images, labels, batch_size=16, verbose=0)
    for weight, value in zip(classifier.weights, before, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(weight), value)
    latent = model.encoder.predict(images, verbose=0)
    assert latent.shape == (16, 64)
    np.testing.assert_allclose(
        model.head.predict(latent, verbose=0), classifier.predict(images, verbose=0), atol=1e-5
    )
    expected = model.predict(images, verbose=0)["reconstruction"]
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "data.npz", images, labels, expected)
    subprocess.run([sys.executable, "-c", LOAD, str(tmp_path)], check=True)


def test_the_features_of_a_nested_backbone_need_a_layer_name():
    backbone = hub_resnet()
    with pytest.raises(ValueError, match="Use the argument `layer`"):
        early_features(with_head(backbone, nested=True))
    assert early_features(backbone).output_shape == (None, 16, 16, 64)


LOAD_CSAE = """
import sys
import keras_regen
import numpy as np

images, expected = np.load(sys.argv[1] + "/data.npz").values()
model = keras_regen.load_model(sys.argv[1] + "/model.keras")
reconstructions = model.predict(images, verbose=0)["reconstruction"]
np.testing.assert_allclose(reconstructions, expected, atol=1e-5)
assert keras_regen.generate(model, 1, 3, seed=0).shape == (3, 32, 32, 3)
"""


def applications_mobilenet():
    return keras.applications.MobileNetV2(SHAPE, alpha=0.35, include_top=False, weights=None)


@pytest.mark.filterwarnings("ignore:The classifier recognizes")  # random images, a step
def test_a_csae_with_a_backbone(tmp_path):
    network = applications_mobilenet()
    encoder = backbone_encoder(network, 12, pixel_range=(-1, 1))
    model = CSAE.for_images(
        SHAPE, list("abcd"), encoder=encoder, stem_filters=2, perceptual_weight=1.0
    )
    assert model.latent_dim == 12
    model.compile("adam")
    images = np.random.default_rng(0).random((16, *SHAPE), "float32")
    before = network.get_weights()
    np.testing.assert_array_equal(encoder.get_weights()[0], before[0])
    history = model.fit(images, np.arange(16) % 4, batch_size=8, verbose=0)
    assert {"centroid_loss", "wavelet_loss", "perceptual_loss"} <= set(history.history)
    assert not np.array_equal(encoder.get_weights()[0], before[0])
    np.testing.assert_array_equal(network.get_weights()[0], before[0])
    expected = model.predict(images, verbose=0)["reconstruction"]
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "data.npz", images, expected)
    subprocess.run([sys.executable, "-c", LOAD_CSAE, str(tmp_path)], check=True)


def test_the_backbone_sees_its_own_range_of_pixels():
    network = applications_mobilenet()
    classifier = backbone_classifier(network, 3, (-1, 1))
    latents = keras.Model(classifier.input, classifier.get_layer("latent").output)
    images = np.random.default_rng(0).random((2, *SHAPE), "float32")
    expected = network.predict(2 * images - 1, verbose=0).reshape(2, -1)
    np.testing.assert_allclose(latents.predict(images, verbose=0), expected, atol=1e-5)


def test_the_statistics_of_the_batch_normalization_follow_a_short_training():
    encoder = backbone_encoder(applications_mobilenet(), 4, (-1, 1))
    model = CSAE.for_images(SHAPE, ["a", "b"], encoder=encoder, with_decoder=False)
    model.compile(keras.optimizers.SGD(0.0))  # the weights stay, the statistics move
    images = np.random.default_rng(0).uniform(0, 0.2, (16, *SHAPE))
    model.fit(images, np.arange(16) % 2, batch_size=16, epochs=40, verbose=0)
    convolution, norm = (encoder.get_layer(name) for name in ("Conv1", "bn_Conv1"))
    outputs = keras.ops.convert_to_numpy(convolution((2 * images - 1).astype("float32")))
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(norm.moving_mean), outputs.mean((0, 1, 2)), rtol=0.05, atol=1e-3
    )


def test_a_frozen_backbone_keeps_its_weights():
    network = applications_mobilenet()
    network.trainable = False
    encoder = backbone_encoder(network, 6, (-1, 1))
    model = CSAE.for_images(SHAPE, list("ab"), encoder=encoder, stem_filters=2)
    model.compile("adam")
    before = network.get_weights()
    model.fit(np.random.default_rng(0).random((8, *SHAPE)), np.arange(8) % 2, verbose=0)
    after = encoder.get_weights()
    assert len(after) > len(before)
    for weight, value in zip(after, before, strict=False):
        np.testing.assert_array_equal(weight, value)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (backbone_encoder, ("ResNet50",), "`backbone` must be a functional Keras model"),
        (backbone_encoder, (keras.Sequential(),), "images of a fixed size"),
        (backbone_classifier, (None, 2), "Received: backbone=None"),
    ],
)
def test_no_backbone(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_a_backbone_of_any_size_and_wrong_arguments():
    sizeless = keras.applications.MobileNetV2((None, None, 3), 0.35, False, None)
    with pytest.raises(ValueError, match="images of a fixed size"):
        backbone_encoder(sizeless)
    with pytest.raises(ValueError, match="`pixel_range` must be the values of black and white"):
        backbone_encoder(applications_mobilenet(), pixel_range=(1, -1))
    encoder = backbone_encoder(applications_mobilenet(), 12)
    for arguments in ({"image_shape": (64, 64, 3)}, {"image_shape": SHAPE, "latent_dim": 13}):
        with pytest.raises(ValueError, match="`encoder` must take images of `image_shape`"):
            CSAE.for_images(class_names=["a", "b"], encoder=encoder, **arguments)
