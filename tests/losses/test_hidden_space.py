"""HiddenSpaceLoss against a loop over equation 12."""

import math

import keras
import numpy as np
import pytest

from keras_regen.losses import HiddenSpaceLoss
from tests.contract import check_config, check_slopes, gradients, to_numpy

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.normal(size=(2, 5, 3, 4, 2)).astype("float32")


def slow_loss(real, fake):
    """Computes equation 12 for each pair of images."""
    losses = []
    for real_map, fake_map in zip(real, fake, strict=True):
        total = 0.0
        for index in np.ndindex(real_map.shape):
            total += (float(fake_map[index]) - float(real_map[index])) ** 2
        losses.append(math.sqrt(total))
    return np.array(losses)


@pytest.mark.parametrize("shape", [(5, 3, 4, 2), (5, 24)])
def test_values_equal_the_loop(shape):
    real, fake = REAL.reshape(shape), FAKE.reshape(shape)
    expected = slow_loss(real, fake)
    losses = HiddenSpaceLoss(reduction=None)(real, fake)
    np.testing.assert_allclose(to_numpy(losses), expected, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(HiddenSpaceLoss()(real, fake)), expected.mean(), rtol=1e-5)


def test_half_precision_is_computed_in_float32():
    """300 ** 2 is above the range of float16."""
    real = np.zeros((1, 2, 2, 1), "float16")
    loss = HiddenSpaceLoss(reduction=None).call(
        *map(keras.ops.convert_to_tensor, (real, real + 300))
    )
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    np.testing.assert_allclose(to_numpy(loss), [600.0])


def test_gradients_equal_the_slopes():
    slopes = gradients(lambda fake: HiddenSpaceLoss()(REAL, fake), FAKE)
    real, fake = REAL.astype("float64"), FAKE.astype("float64")
    check_slopes(slopes, lambda points: slow_loss(real, points[0]).mean(), [fake])


def test_equal_maps_have_almost_no_loss_and_no_gradient():
    assert float(HiddenSpaceLoss()(REAL, REAL)) == pytest.approx(0, abs=1e-3)
    gradient = gradients(lambda fake: HiddenSpaceLoss()(REAL, fake), REAL)[0]
    np.testing.assert_array_equal(gradient, 0)


def test_it_works_in_compile():
    inputs = keras.Input((3, 4, 2))
    model = keras.Model(inputs, keras.layers.Identity()(inputs))
    model.compile("sgd", loss=HiddenSpaceLoss())
    loss = model.evaluate(FAKE, REAL, batch_size=5, verbose=0)
    assert loss == pytest.approx(slow_loss(REAL, FAKE).mean(), rel=1e-5)


def test_config_and_bad_input():
    restored = check_config(HiddenSpaceLoss(reduction="sum", name="distance"))
    assert (restored.reduction, restored.name) == ("sum", "distance")
    assert HiddenSpaceLoss().name == "hidden_space_loss"
    with pytest.raises(ValueError, match=r"y_true of shape \(5, 3, 4, 2\).*\(5, 3, 4, 1\)"):
        HiddenSpaceLoss()(REAL, FAKE[..., :1])
    for wrong in (REAL[:0], REAL[:, 0, 0, 0], 1.0):
        with pytest.raises(ValueError, match="two batches of the same shape"):
            HiddenSpaceLoss()(wrong, wrong)
