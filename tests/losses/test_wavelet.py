"""WaveletLoss against PyWavelets and equations 8 and 9 in NumPy."""

import keras
import numpy as np
import pytest
import pywt
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from keras_regen.losses import WaveletLoss, wavelet_loss
from tests.contract import check_config, check_slopes, gradients, to_numpy

# PyWavelets warns about this number of levels for a small image.
pytestmark = pytest.mark.filterwarnings("ignore:Level value of")
PAPER = (1.0, 1.0, 6.0, 10.0)


def images(rows=8, columns=6, channels=1, count=5):
    pair = np.random.default_rng(rows).random((2, count, rows, columns, channels), "float32")
    return pair[0], pair[1]


def slow_loss(x, y, levels=2, weights=PAPER, normalization="average"):
    """Computes equations 8 and 9 for each image, from the transforms of both images."""
    losses = []
    for pair in zip(x, y, strict=True):
        bands = [
            pywt.wavedec2(image.astype("float64"), "haar", "symmetric", levels, axes=(0, 1))
            for image in pair
        ]
        low, *details = zip(*bands, strict=True)
        # PyWavelets doubles the range at every level; "average" keeps it.
        unit = 0.5 if normalization == "average" else 1
        loss = weights[0] * np.mean((unit**levels * (low[0] - low[1])) ** 2)
        for index, (true_bands, pred_bands) in enumerate(details):
            for weight, a, b in zip(weights[1:], true_bands, pred_bands, strict=True):
                loss += weight * np.mean(np.abs(unit ** (levels - index) * (a - b)))
        losses.append(loss)
    return np.array(losses)


@pytest.mark.parametrize("normalization", ["average", "orthonormal"])
@pytest.mark.parametrize(
    "rows, columns, channels, levels, weights",
    [
        (8, 6, 1, 2, PAPER),
        (8, 8, 3, 3, PAPER),
        (7, 5, 1, 2, (0.5, 2.0, 3.0, 0.0)),
        (28, 28, 1, 2, PAPER),
    ],
)
def test_values_equal_equation_8(rows, columns, channels, levels, weights, normalization):
    x, y = images(rows, columns, channels)
    expected = slow_loss(x, y, levels, weights, normalization)
    loss = WaveletLoss(levels, weights, normalization, reduction=None)
    np.testing.assert_allclose(to_numpy(loss(x, y)), expected, rtol=1e-5)
    loss = WaveletLoss(levels, weights, normalization)
    np.testing.assert_allclose(to_numpy(loss(x, y)), expected.mean(), rtol=1e-5)


@settings(deadline=None, max_examples=5)
@given(rows=st.integers(2, 9), columns=st.integers(2, 9), data=st.data())
def test_any_size_equals_equation_8(rows, columns, data):
    levels = data.draw(st.integers(1, int(np.ceil(np.log2(min(rows, columns))))))
    x, y = images(rows, columns, count=2)
    losses = to_numpy(wavelet_loss(x, y, levels))
    np.testing.assert_allclose(losses, slow_loss(x, y, levels), rtol=1e-4)


def test_function_takes_arrays_and_tensors():
    x, y = images()
    tensors = ops.convert_to_tensor(x), ops.convert_to_tensor(y)
    for pair in ((x, y), (tensors[0], y), (x, tensors[1]), tensors):
        np.testing.assert_allclose(to_numpy(wavelet_loss(*pair)), slow_loss(x, y), rtol=1e-5)


def test_gradient_equals_the_slopes_of_equation_8():
    x, y = images(7, 6)
    loss = WaveletLoss()
    (gradient,) = gradients(lambda image: loss(x, image), y)
    for seed in range(5):
        check_slopes([gradient], lambda p: slow_loss(x, p[0]).mean(), [y], seed)


def test_equal_images_have_no_loss_and_no_gradient():
    x, _ = images()
    loss = WaveletLoss()
    assert to_numpy(loss(x, x)) == 0
    # The gradient of `ops.abs` at 0 is 1 on JAX.
    (gradient,) = gradients(lambda image: loss(x, image), x)
    np.testing.assert_array_equal(gradient, 0)


def test_it_trains_in_compile_with_batches_of_any_size():
    """The bias of a 1x1 convolution changes the low-pass image only."""
    x, y = images(8, 8)
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 1)])
    model.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
    model.compile(keras.optimizers.SGD(0.25), loss=WaveletLoss())
    measured = model.evaluate(x, y, batch_size=2, verbose=0)
    np.testing.assert_allclose(measured, slow_loss(y, x).mean(), rtol=1e-4)
    model.fit(x, y, batch_size=5, verbose=0)
    bias = -0.25 * 2 * np.mean(x - y)
    np.testing.assert_allclose(to_numpy(model.layers[0].bias), bias, atol=1e-6)


def test_config_round_trip():
    loss = WaveletLoss(3, [1, 2, 3, 4.5], "orthonormal", "sum", "bands", "float64")
    restored = check_config(loss)
    assert (restored.levels, restored.weights) == (3, (1, 2, 3, 4.5))
    assert (restored.normalization, restored.reduction, restored.name) == (
        "orthonormal",
        "sum",
        "bands",
    )
    assert restored.dtype == "float64"


def test_mixed_precision_rounds_only_the_images():
    x, y = images()
    rounded = ops.cast(y, "bfloat16")
    expected = slow_loss(x, to_numpy(rounded))
    loss = WaveletLoss(reduction=None)(x, rounded)
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(wavelet_loss(x, rounded)), expected, rtol=1e-5)
    half = WaveletLoss(reduction=None, dtype="bfloat16")(x, y)
    np.testing.assert_allclose(to_numpy(half), slow_loss(x, y), rtol=0.1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"levels": 0}, "`levels` must be an integer, at least 1.*levels=0"),
        ({"levels": 1.5}, r"`levels` must be an integer.*levels=1\.5"),
        ({"weights": (1, 1, 6)}, r"four numbers.*weights=\(1, 1, 6\)"),
        ({"weights": (1, 1, 6, -10)}, "at least 0"),
        ({"weights": (1, 1, 6, float("nan"))}, r"finite.*index \(3,\)"),
        ({"normalization": "unit"}, "'average', 'orthonormal'"),
    ],
)
def test_bad_arguments_are_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        WaveletLoss(**arguments)


def test_too_many_levels_are_errors():
    x, y = images(8, 6)
    WaveletLoss(levels=3)(x, y)
    with pytest.raises(ValueError, match="at most 3 for images of 8x6"):
        WaveletLoss(levels=4)(x, y)


@pytest.mark.parametrize("cut", [np.s_[:, :4], np.s_[..., 0], np.s_[:1], np.s_[:, :1]])
def test_images_of_different_shapes_are_errors(cut):
    x, y = images()
    with pytest.raises(ValueError, match=r"of the same shape.*y_pred of shape \(5, 8, 6, 1\)"):
        WaveletLoss()(x[cut], y)
