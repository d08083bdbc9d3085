"""The operations that change gradients, against gradients computed by hand."""

import numpy as np
import pytest
from keras import ops

from keras_regen.gradients import balanced_copies, scale_gradient
from tests.contract import gradients, to_numpy

POINT = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


@pytest.mark.parametrize("factor", [0.0, 0.25, 2.0])
def test_a_scaled_gradient(factor):
    np.testing.assert_allclose(
        to_numpy(scale_gradient(ops.convert_to_tensor(POINT), factor)), POINT, atol=1e-6
    )
    (gradient,) = gradients(lambda x: ops.sum(scale_gradient(x, factor) ** 2), POINT)
    np.testing.assert_allclose(gradient, factor * 2 * POINT, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_second_copy_has_its_share_of_the_gradient(scale, share):
    def loss(x):
        first, second = balanced_copies(1.0 * x, share)
        return ops.sum(first**2) + scale * ops.sum(second**3)

    for copy in balanced_copies(ops.convert_to_tensor(POINT), share):
        np.testing.assert_array_equal(to_numpy(copy), POINT)
    first, second = 2 * POINT, 3 * POINT**2
    expected = first + share * np.linalg.norm(first) / np.linalg.norm(second) * second
    (gradient,) = gradients(loss, POINT)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("used", [0, 1])
def test_a_copy_without_a_loss(used):
    (gradient,) = gradients(lambda x: ops.sum(balanced_copies(1.0 * x, 0.3)[used] ** 2), POINT)
    # The share of no gradient is none.
    expected = 2 * POINT if used == 0 else np.zeros_like(POINT)
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-5)
