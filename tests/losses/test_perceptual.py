"""PerceptualLoss against NumPy, and the training and saving of its network."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from PIL import Image

from keras_regen.losses import PerceptualLoss, perceptual_loss
from keras_regen.networks import regene_classifier
from tests.contract import (
    check_config,
    check_slopes,
    gradients,
    randomize,
    to_numpy,
    weights_of,
)
from tests.fresh import run_fresh
from tests.reference import conv, layer_weights, norm, relu

WEIGHTS = [0.5, 2.0]


def images(side=6, channels=3, count=3):
    pair = np.random.default_rng(side).random((2, count, side, side, channels), "float32")
    return pair[0], pair[1]


def extractor(shape=(None, None, 3), seed=0):
    """Builds a network with two feature maps: of a normalization and of a second convolution."""
    image = keras.Input(shape)
    x = layers.Conv2D(4, 3, padding="same", name="conv")(image)
    first = layers.BatchNormalization(name="norm")(x)
    second = layers.Conv2D(2, 3, 2, padding="same", name="next")(layers.ReLU()(first))
    return randomize(keras.Model(image, [first, second], name="extractor"), seed)


def slow_loss(model, x, y, weights=(1.0, 1.0)):
    """Computes equation 2 of Johnson et al. for each image, over both maps."""
    values = weights_of_layers(model)

    def maps(batch):
        kernel, bias = (values[f"conv/{name}"] for name in ("kernel", "bias"))
        first = norm(conv(batch, kernel, bias), layer_weights(values, "norm"))
        return first, conv(relu(first), values["next/kernel"], values["next/bias"], 2)

    total = 0
    pairs = zip(maps(x.astype("float64")), maps(y.astype("float64")), strict=True)
    for weight, (true_map, pred_map) in zip(weights, pairs, strict=True):
        height, width, channels = true_map.shape[1:]
        squares = ((true_map - pred_map) ** 2).sum(axis=(1, 2, 3))
        total = total + weight * squares / (height * width * channels)
    return total


def weights_of_layers(model):
    return {
        f"{layer.name}/{name}": value
        for layer in model.layers
        for name, value in weights_of(layer).items()
    }


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_values_equal_the_slow_loop(weights):
    x, y = images()
    model = extractor()
    expected = slow_loss(model, x, y, weights or (1, 1))
    loss = PerceptualLoss(model, weights)
    np.testing.assert_allclose(to_numpy(loss.call(x, y)), expected, rtol=1e-4)
    assert float(loss(x, y)) == pytest.approx(expected.mean(), rel=1e-4)
    tensors = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    losses = perceptual_loss(*tensors, model, weights)
    np.testing.assert_allclose(to_numpy(losses), expected, rtol=1e-4)


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_gradients_reach_the_reconstruction_only():
    x, y = images()
    model = extractor()
    loss = PerceptualLoss(model, WEIGHTS)
    target_gradient, gradient, *weight_gradients = gradients(loss, x, y, layer=model)
    check_slopes([gradient], lambda p: slow_loss(model, x, p[0], WEIGHTS).mean(), [y])
    assert len(weight_gradients) == 6
    assert not any(gradient.any() for gradient in (target_gradient, *weight_gradients))


def test_gray_images_and_other_sizes():
    """Pillow's bilinear filter has antialiasing, like the loss."""
    x, y = images(7, channels=1)
    for side in (5, 12):
        resized = [
            np.stack([np.array(Image.fromarray(a[..., 0]).resize((side, side), 2)) for a in batch])
            for batch in (x, y)
        ]
        colors = [np.repeat(batch[..., None], 3, axis=-1) for batch in resized]
        model = extractor((side, side, 3))
        losses = perceptual_loss(x, y, model)
        np.testing.assert_allclose(to_numpy(losses), slow_loss(model, *colors), rtol=1e-3)


def decoder():
    image = keras.Input((6, 6, 3))
    return keras.Model(image, layers.Conv2D(3, 3, padding="same")(image), name="decoder")


@keras.saving.register_keras_serializable(package="tests")
class Owner(keras.Model):
    """A model with the loss. With `tracks`, the network is a layer of the model."""

    def __init__(self, decoder, image_loss, tracks, classifier=None):
        super().__init__()
        self.decoder = decoder
        self.classifier = classifier
        self.tracks = tracks
        self.image_losses = [image_loss]
        for loss in self.image_losses:
            loss.bind(classifier)
        if tracks:
            self.feature_extractors = [
                loss.features for loss in self.image_losses if isinstance(loss, PerceptualLoss)
            ]
        self.built = True

    def call(self, inputs):
        return self.decoder(inputs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return sum(ops.mean(loss.call(x, y_pred)) for loss in self.image_losses)

    def get_config(self):
        parts = (self.decoder, self.image_losses[0], self.classifier)
        decoder, loss, classifier = map(keras.saving.serialize_keras_object, parts)
        return {
            "decoder": decoder,
            "image_loss": loss,
            "tracks": self.tracks,
            "classifier": classifier,
        }

    @classmethod
    def from_config(cls, config):
        read = keras.saving.deserialize_keras_object
        return cls(**{key: read(value) for key, value in config.items()})


@pytest.mark.parametrize("tracks", [False, True])
def test_training_changes_only_the_decoder(tracks):
    x, _ = images()
    features = extractor()
    features.trainable = False
    model = Owner(decoder(), PerceptualLoss(features), tracks)
    assert len(model.trainable_weights) == 2
    assert len(model.weights) == (10 if tracks else 2)
    before = [to_numpy(weight) for weight in features.weights]
    model.compile(keras.optimizers.AdamW(0.01, weight_decay=0.1))
    history = model.fit(x, x, epochs=8, verbose=0).history["loss"]
    assert history[-1] < 0.9 * history[0]
    for weight, value in zip(features.weights, before, strict=True):
        np.testing.assert_array_equal(to_numpy(weight), value)


LOAD = """
import keras
import numpy as np
from tests.losses.test_perceptual import Owner

x, y = np.load(folder + "/images.npy")
for name in ("tracked", "untracked", "shared"):
    model = keras.saving.load_model(f"{folder}/{name}.keras")
    loss = model.image_losses[0]
    if name == "tracked":
        assert loss.features is model.feature_extractors[0]
    if name == "shared":
        layer = loss.features.layers[1]
        assert layer is model.classifier.get_layer(layer.name)
    np.save(f"{folder}/{name}.npy", keras.ops.convert_to_numpy(loss.call(x, y)))
compiled = keras.saving.load_model(folder + "/compiled.keras")
np.save(folder + "/compiled.npy", compiled.evaluate(x, y, verbose=0))
"""


def test_a_saved_model_loads_the_loss_in_a_fresh_process(tmp_path):
    x, y = images()
    classifier = randomize(regene_classifier((8, 8, 3), 2, width=0.02))
    shared = PerceptualLoss("self", [3.0])
    models = {
        "tracked": Owner(decoder(), PerceptualLoss(extractor(seed=1), WEIGHTS), tracks=True),
        "untracked": Owner(decoder(), PerceptualLoss(extractor(seed=2)), tracks=False),
        "shared": Owner(decoder(), shared, tracks=True, classifier=classifier),
    }
    np.save(tmp_path / "images.npy", [x, y])
    expected = {}
    for name, model in models.items():
        model.save(tmp_path / f"{name}.keras")
        expected[name] = to_numpy(model.image_losses[0].call(x, y))
    compiled = decoder()
    compiled.compile("sgd", loss=PerceptualLoss(extractor(seed=3)))
    compiled.save(tmp_path / "compiled.keras")
    expected["compiled"] = compiled.evaluate(x, y, verbose=0)

    run_fresh(LOAD, tmp_path)
    for name, value in expected.items():
        loaded = np.load(tmp_path / f"{name}.npy")
        np.testing.assert_allclose(loaded, value, rtol=1e-4, err_msg=name)


def test_features_of_the_classifier_follow_its_training():
    x, y = images(8, channels=1)
    classifier = regene_classifier((8, 8, 1), 3, width=0.02)
    loss = PerceptualLoss("self", layer="block1_relu1")
    with pytest.raises(ValueError, match=r"loss\.bind\(classifier\)"):
        loss(x, y)
    loss.bind(classifier)
    assert loss.features.layers[-1] is classifier.get_layer("block1_relu1")
    before = float(loss(x, y))
    kernel = classifier.get_layer("block1_conv1").kernel
    kernel.assign(kernel * 2)  # LeakyReLU and the normalization are homogeneous
    assert float(loss(x, y)) == pytest.approx(4 * before, rel=1e-4)
    restored = check_config(loss)
    assert (restored.features, restored.layer) == (None, "block1_relu1")


@pytest.mark.any_backend
def test_config_round_trip():
    restored = check_config(
        PerceptualLoss(extractor(), WEIGHTS, None, "sum", "features", "float64")
    )
    assert (restored.weights, restored.reduction, restored.name) == (WEIGHTS, "sum", "features")
    assert restored.dtype == "float64"
    assert restored.features.name == "extractor"


def test_mixed_precision_rounds_only_the_images():
    x, y = images()
    model = extractor()
    rounded = ops.cast(y, "bfloat16")
    expected = slow_loss(model, x, to_numpy(rounded))
    losses = PerceptualLoss(model, reduction=None)(x, rounded)
    np.testing.assert_allclose(to_numpy(losses), expected, rtol=1e-4)
    losses = perceptual_loss(x, rounded, model)
    np.testing.assert_allclose(to_numpy(losses), expected, rtol=1e-4)


def test_bad_input_is_an_error():
    x, y = images()
    with pytest.raises(ValueError, match=r"functional Keras model.*'vgg'"):
        PerceptualLoss("vgg")
    with pytest.raises(ValueError, match=r"functional Keras model"):
        PerceptualLoss(keras.Sequential([layers.ReLU()]))
    for weights in ([1.0], [1.0, -1.0]):
        with pytest.raises(ValueError, match=r"2 numbers of at least 0.*weights=\[1.0"):
            PerceptualLoss(extractor(), weights)
    with pytest.raises(ValueError, match=r"`layer` is the name.*layer='conv'"):
        PerceptualLoss(extractor(), layer="conv")
    with pytest.raises(ValueError, match="of the same shape"):
        PerceptualLoss(extractor())(x[:, :3], y)
    with pytest.raises(ValueError, match=r"3 channels.*\(3, 6, 6, 2\)"):
        PerceptualLoss(extractor())(x[..., :2], y[..., :2])


def test_the_relative_absolute_error_equals_numpy():
    model, (x, y) = extractor(), images()
    maps = [[to_numpy(part) for part in model(batch)] for batch in (x, y)]
    expected = sum(
        weight * np.abs(pred - true).mean(axis=(1, 2, 3)) / np.abs(true).mean(axis=(1, 2, 3))
        for weight, true, pred in zip(WEIGHTS, *maps, strict=True)
    )
    loss = perceptual_loss(x, y, model, WEIGHTS, error="relative_absolute")
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-4)
    # All maps count equally, whatever the scale of their features.
    model.get_layer("next").set_weights(
        [100 * weight for weight in model.get_layer("next").get_weights()]
    )
    scaled = perceptual_loss(x, y, model, WEIGHTS, error="relative_absolute")
    np.testing.assert_allclose(to_numpy(scaled), expected, rtol=1e-4)
    with pytest.raises(ValueError, match="`error` must be one of 'squared', 'relative_absolute'"):
        PerceptualLoss(model, error="absolute")


def test_several_layers_of_the_own_network():
    model = extractor((6, 6, 3))
    network = keras.Model(model.input, layers.GlobalAveragePooling2D()(model.outputs[1]))
    loss = PerceptualLoss("self", WEIGHTS, ["norm", "next"], error="relative_absolute")
    loss.bind(network)
    x, y = images()
    expected = perceptual_loss(x, y, model, WEIGHTS, "relative_absolute")
    np.testing.assert_allclose(float(loss(x, y)), to_numpy(expected).mean(), rtol=1e-5)
    check_config(PerceptualLoss("self", layer=["norm", "next"], error="relative_absolute"))
    with pytest.raises(ValueError, match="2 numbers of at least 0"):
        PerceptualLoss("self", [1.0], ["norm", "next"])
    with pytest.raises(ValueError, match=r"no layer \['norm', 'missing'\]"):
        PerceptualLoss("self", layer=["norm", "missing"]).bind(network)
