"""ReGene with classifiers whose backbone comes from keras-hub or keras-cv."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from keras_regen.losses import PerceptualLoss
from keras_regen.models import ReGene
from keras_regen.networks import early_features, regene_decoder

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
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("backbone", [hub_resnet, cv_resnet])
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
