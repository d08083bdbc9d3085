"""All losses of images: integers as shares of 255, and the check of the two batches."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_regen import losses
from tests.contract import to_numpy

RNG = np.random.default_rng(0)
BYTES, FLOATS = RNG.integers(0, 256, (3, 8, 8, 1), "uint8"), RNG.random((3, 8, 8, 1), "float32")
SHARES = BYTES.astype("float64") / 255


def halves():
    image = keras.Input((None, None, 1))
    return keras.Model(image, keras.layers.AveragePooling2D(2)(image))


def class_of(name):
    if name == "perceptual_loss":
        return losses.PerceptualLoss(halves(), reduction=None)
    classes = {kind.lower(): kind for kind in dir(losses)}
    return getattr(losses, classes[name.replace("_", "")])(reduction=None)


def function_of(name):
    function = getattr(losses, name)
    if name == "perceptual_loss":
        return lambda y_true, y_pred: function(y_true, y_pred, halves())
    return function


NAMES = [
    "bernoulli_loss",
    "gaussian_loss",
    "laplacian_loss",
    "perceptual_loss",
    "ssim_loss",
    "wavelet_loss",
]
DOORS = [function_of, class_of]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", NAMES)
def test_integers_are_shares_of_255(name, door):
    loss = door(name)
    expected = to_numpy(loss(SHARES.astype("float32"), FLOATS))
    assert np.ptp(expected) > 0
    for images in (BYTES, BYTES.astype("int64"), BYTES.tolist(), ops.convert_to_tensor(BYTES)):
        np.testing.assert_allclose(to_numpy(loss(images, FLOATS)), expected, rtol=1e-5)
    expected = to_numpy(loss(FLOATS, SHARES.astype("float32")))
    np.testing.assert_allclose(to_numpy(loss(FLOATS, BYTES)), expected, rtol=1e-5)


def test_integers_by_values():
    """Losses of a white image of integers, computed by hand."""
    white, gray = np.full((1, 2, 2, 1), 255, "uint8"), np.full((1, 2, 2, 1), 0.5, "float32")
    assert float(losses.wavelet_loss(white, gray, 1)[0]) == pytest.approx(0.25)
    assert float(losses.bernoulli_loss(white, gray)[0]) == pytest.approx(4 * np.log(2))
    # Each pixel has two neighbors in the image: (2 * 0.5 - 4 * 0.5) ** 2.
    assert float(losses.laplacian_loss(white, gray)[0]) == pytest.approx(1)
    gaussian = 4 * (0.5 * 0.25 + 0.5 * np.log(2 * np.pi))
    assert float(losses.gaussian_loss(white, gray, 1.0)[0]) == pytest.approx(gaussian, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_plain_model_trains_with_integer_targets(name):
    def weights(targets):
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                keras.layers.Conv2D(1, 1, activation="sigmoid", kernel_initializer="ones"),
            ]
        )
        loss = losses.PerceptualLoss(halves()) if name == "perceptual_loss" else class_of(name)
        loss.reduction = "sum_over_batch_size"
        model.compile(keras.optimizers.SGD(0.01), loss=loss)
        model.fit(FLOATS, targets, batch_size=3, epochs=2, verbose=0)
        evaluated = model.evaluate(FLOATS, targets, verbose=0)
        return [*map(to_numpy, model.weights), evaluated]

    for of_bytes, of_floats in zip(weights(BYTES), weights(SHARES.astype("float32")), strict=True):
        np.testing.assert_allclose(of_bytes, of_floats, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "wrong",
    [1.0, np.zeros(8), np.zeros((0, 8, 8, 1)), np.zeros((3, 0, 8, 1)), "images", None, [[1], []]],
)
def test_values_that_are_no_images_are_errors(name, door, wrong):
    loss = door(name)
    for pair in ((wrong, wrong), (FLOATS, wrong), (wrong, FLOATS)):
        with pytest.raises(ValueError, match=r"y_true|y_pred"):
            loss(*pair)


@pytest.mark.parametrize("name", NAMES)
def test_floats_keep_their_type_until_the_loss(name):
    loss = class_of(name)
    half = ops.cast(FLOATS, "bfloat16")
    y_true, y_pred = loss.checked(FLOATS, half)
    assert keras.backend.standardize_dtype(y_true.dtype) == "float32"
    assert y_pred is half


@pytest.mark.parametrize(
    "arguments", [{"reduction": "product"}, {"reduction": []}, {"name": 3}, {"dtype": "number"}]
)
def test_bad_arguments_of_keras_are_errors(arguments):
    with pytest.raises(ValueError, match="not valid for a loss"):
        losses.LaplacianLoss(**arguments)


@pytest.mark.parametrize("door", DOORS)
def test_the_bernoulli_loss_is_the_same_on_every_backend_out_of_its_range(door):
    loss = door("bernoulli_loss")
    targets, decoded = FLOATS * 3 - 1, np.clip(FLOATS.astype("float64"), 1e-7, 1 - 1e-7)
    expected = -np.sum(
        targets * np.log(decoded) + (1 - targets) * np.log(1 - decoded), axis=(1, 2, 3)
    )
    np.testing.assert_allclose(to_numpy(loss(targets, FLOATS)), expected, rtol=1e-4)
    unknown = FLOATS.copy()
    unknown[1, 2, 3, 0] = np.nan
    for pair in ((unknown, FLOATS), (FLOATS, unknown)):
        np.testing.assert_array_equal(np.isnan(to_numpy(loss(*pair))), [False, True, False])
