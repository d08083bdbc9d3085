"""calibrate, classify, and the probabilities of latents."""

import keras
import numpy as np
import pytest

from keras_regen import CSAE, Classifier, load_model
from keras_regen.layers import PEDCCHead
from keras_regen.models import ImageModel
from keras_regen.networks import basenet, csae_linear_decoder, csae_linear_encoder

pytestmark = pytest.mark.eager


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    return rng.random((50, 8, 8, 1), "float32"), rng.permutation(np.arange(50) % 3)


def csae():
    keras.utils.set_random_seed(0)
    encoder = csae_linear_encoder((8, 8, 1), 4, hidden=8)
    return CSAE(encoder, csae_linear_decoder((8, 8, 1), 4, hidden=8), PEDCCHead(3))


def classifier():
    keras.utils.set_random_seed(0)
    return Classifier(basenet((8, 8, 1), 3, stem_filters=4), ["a", "b", "c"])


def mean_confidence(model, x, y):
    """The mean confidence of each class, computed image by image."""
    rows = [model.predict(image[None], verbose=0)["probabilities"][0] for image in x]
    return [
        np.mean([row[class_id] for row, label in zip(rows, y, strict=True) if label == class_id])
        for class_id in range(3)
    ]


@pytest.mark.parametrize("build", [csae, classifier])
def test_the_mean_confidence_of_each_class(build, data, tmp_path):
    model = build()
    before = keras.ops.convert_to_numpy(model.confidence)
    assert before.dtype == "float32" and before.tolist() == [0, 0, 0]
    assert all(weight is not model.confidence for weight in model.trainable_weights)
    model.calibrate(*data, batch_size=16)
    confidence = keras.ops.convert_to_numpy(model.confidence)
    np.testing.assert_allclose(confidence, mean_confidence(model, *data), atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(loaded.confidence), confidence)


def test_a_stream_of_batches(data):
    model, x, y = csae(), *data
    model.calibrate(x, y)
    confidence = keras.ops.convert_to_numpy(model.confidence)

    def batches():
        while True:
            for start in range(0, 50, 20):
                yield x[start : start + 20], y[start : start + 20]

    model.calibrate(batches(), num_batches=3)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model.confidence), confidence, atol=1e-6)


def test_probabilities_equal_the_output_of_predict(data):
    for model in (csae(), classifier()):
        expected = model.predict(data[0], verbose=0)["probabilities"]
        np.testing.assert_allclose(
            model.classify(data[0], 16, return_probabilities=True), expected, atol=1e-5
        )
        np.testing.assert_array_equal(model.classify(data[0]), expected.argmax(axis=1))
    model = csae()
    latents = model.encode(data[0])
    centroids = keras.ops.convert_to_numpy(model.head.centroids).astype("float64")
    densities = np.exp(-((latents[:, None] - centroids[None]) ** 2).sum(axis=-1))
    expected = densities / densities.sum(axis=1, keepdims=True)
    probabilities = model._latent_probabilities(latents, batch_size=7)
    assert probabilities.shape == (50, 3)
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_bad_calibration_data(data):
    model, x, y = classifier(), *data
    with pytest.raises(ValueError, match=r"every class\. Received: none of the classes 1 'b'"):
        model.calibrate(x[y != 1], y[y != 1])
    assert not keras.ops.convert_to_numpy(model.confidence).any()  # a failed call changes nothing
    with pytest.raises(ValueError, match="at least one batch"):
        model.calibrate(iter([]))
    with pytest.raises(ValueError, match="needs labels"):
        model.calibrate(x)
    with pytest.raises(ValueError, match=r"lie in 0\.\.2"):
        model.calibrate(x, y + 1)
    with pytest.raises(ValueError, match=r"lie in 0\.\.2"):
        model.calibrate([(x, y + 1)])
    with pytest.raises(ValueError, match="one label per image"):
        model.calibrate(x, y[:3])
    with pytest.raises(ValueError, match="images of shape"):
        model.calibrate(x[:, :4], y)
    with pytest.raises(ValueError, match="`batch_size`"):
        model.calibrate(x, y, batch_size=0)


def test_models_without_a_head_or_without_probabilities(data):
    with pytest.raises(ValueError, match="cannot classify latents: it has no head"):
        classifier()._latent_probabilities(np.zeros((1, 4)))
    with pytest.raises(ValueError, match=r"\(num_samples, 4\).*\(2, 5\)"):
        csae()._latent_probabilities(np.zeros((2, 5)))

    class Silent(ImageModel):
        def call(self, inputs):
            return {"latent": inputs}

    with pytest.raises(ValueError, match="does not classify images"):
        Silent((8, 8, 1), ["a", "b", "c"]).calibrate(*data)
