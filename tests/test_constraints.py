"""The weight constraints against NumPy."""

import keras
import numpy as np
import pytest

from keras_regen.constraints import ClipWeights, SpectralNorm
from tests.contract import check_config, to_numpy


def test_only_values_outside_of_the_limit_change():
    weights = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
    clipped = to_numpy(ClipWeights(0.5)(weights))
    inside = np.abs(weights) <= 0.5
    np.testing.assert_array_equal(clipped[inside], weights[inside])
    np.testing.assert_array_equal(clipped[~inside], 0.5 * np.sign(weights[~inside]))


def test_optimizers_apply_the_constraint_after_each_step():
    layer = keras.layers.Dense(1, use_bias=False, kernel_constraint=ClipWeights(0.1))
    model = keras.Sequential([keras.Input((2,)), layer])
    layer.kernel.assign([[0.05], [-0.05]])
    model.compile(keras.optimizers.SGD(1.0), lambda y, output: output)
    # The gradient is the input: the first weight falls to -0.95, the second to -0.07.
    model.fit(np.array([[1.0, 0.02]]), np.zeros((1, 1)), verbose=0)
    np.testing.assert_allclose(to_numpy(layer.kernel), [[-0.1], [-0.07]], atol=1e-6)


def test_config():
    assert ClipWeights().limit == 0.01
    assert check_config(ClipWeights(0.25)).limit == 0.25


@pytest.mark.parametrize("limit", [0, -0.1, float("nan")])
def test_bad_limits_are_errors(limit):
    with pytest.raises(ValueError, match=f"`limit` must be a number, above 0.*limit={limit}"):
        ClipWeights(limit)


@pytest.mark.parametrize("shape", [(30, 7), (3, 3, 5, 8), (4, 40)])
def test_the_largest_singular_value_becomes_1(shape):
    weights = np.random.default_rng(0).normal(size=shape).astype("float32")
    values = np.linalg.svd(weights.reshape(-1, shape[-1]), compute_uv=False)
    normalized = to_numpy(SpectralNorm(100)(weights))
    np.testing.assert_allclose(normalized, weights / values[0], rtol=1e-3, atol=1e-6)
    # With few iterations, the estimate is too small by little, so the weights stay a bit larger.
    quick = to_numpy(SpectralNorm()(weights))
    assert 0.999 < np.linalg.norm(quick.reshape(-1, shape[-1]), 2) < 1.1


def test_spectral_norm_of_zeros_and_of_a_vector():
    np.testing.assert_array_equal(to_numpy(SpectralNorm()(np.zeros((2, 3), "float32"))), 0.0)
    assert check_config(SpectralNorm(3)).iterations == 3
    with pytest.raises(ValueError, match=r"at least two axes.*\(3,\)"):
        SpectralNorm()(np.ones(3, "float32"))
    with pytest.raises(ValueError, match="`iterations` must be an integer, at least 1"):
        SpectralNorm(0)
