"""HiddenSpaceLoss against a loop over equation 12."""

import math

import keras
import numpy as np
import pytest

from keras_regen.losses import HiddenSpaceLoss
from tests.contract import check_config, check_slopes, gradients, to_numpy

RNG = np.random.default_rng(0)
REAL, DRAWN = RNG.normal(size=(2, 5, 3, 4, 2)).astype("float32")


def slow_loss(real, drawn):
    """Equation 12, for each pair of images."""
    losses = []
    for one, other in zip(real, drawn, strict=True):
        total = 0.0
        for index in np.ndindex(one.shape):
            total += (float(other[index]) - float(one[index])) ** 2
        losses.append(math.sqrt(total))
    return np.array(losses)


@pytest.mark.parametrize("shape", [(5, 3, 4, 2), (5, 24)])
def test_values_equal_the_loop(shape):
    real, drawn = REAL.reshape(shape), DRAWN.reshape(shape)
    expected = slow_loss(real, drawn)
    each = HiddenSpaceLoss(reduction=None)(real, drawn)
    np.testing.assert_allclose(to_numpy(each), expected, rtol=1e-5)
    np.testing.assert_allclose(to_numpy(HiddenSpaceLoss()(real, drawn)), expected.mean(), rtol=1e-5)


def test_half_precision_is_measured_in_float32():
    """300 ** 2 is more than a float16 holds."""
    real = np.zeros((1, 2, 2, 1), "float16")
    found = HiddenSpaceLoss(reduction=None).call(
        *map(keras.ops.convert_to_tensor, (real, real + 300))
    )
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_allclose(to_numpy(found), [600.0])


def test_gradients_are_the_slopes():
    found = gradients(lambda drawn: HiddenSpaceLoss()(REAL, drawn), DRAWN)
    real, drawn = REAL.astype("float64"), DRAWN.astype("float64")
    check_slopes(found, lambda points: slow_loss(real, points[0]).mean(), [drawn])


def test_equal_maps_have_almost_no_loss_and_no_gradient():
    assert float(HiddenSpaceLoss()(REAL, REAL)) == pytest.approx(0, abs=1e-3)
    found = gradients(lambda drawn: HiddenSpaceLoss()(REAL, drawn), REAL)[0]
    np.testing.assert_array_equal(found, 0)


def test_it_compiles_as_any_loss_does():
    inputs = keras.Input((3, 4, 2))
    model = keras.Model(inputs, keras.layers.Identity()(inputs))
    model.compile("sgd", loss=HiddenSpaceLoss())
    found = model.evaluate(DRAWN, REAL, batch_size=5, verbose=0)
    assert found == pytest.approx(slow_loss(REAL, DRAWN).mean(), rel=1e-5)


def test_config_and_bad_input():
    again = check_config(HiddenSpaceLoss(reduction="sum", name="distance"))
    assert (again.reduction, again.name) == ("sum", "distance")
    assert HiddenSpaceLoss().name == "hidden_space_loss"
    with pytest.raises(ValueError, match=r"one shape. Received: \(5, 3, 4, 2\) and \(5, 3, 4, 1\)"):
        HiddenSpaceLoss()(REAL, DRAWN[..., :1])
