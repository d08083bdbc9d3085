"""StandardNoise against SciPy's normal distribution, and against the stream of its seed."""

import keras
import numpy as np
import pytest
import scipy.stats

from keras_regen.layers import StandardNoise
from tests.contract import check_config, run, to_numpy


def test_the_noise_is_normal_and_independent():
    noise = to_numpy(StandardNoise(3, seed=0)(np.zeros((20_000, 2, 2, 1), "float32")))
    assert noise.shape == (20_000, 3)
    for column in noise.T:
        assert scipy.stats.kstest(column, "norm").pvalue > 1e-3
    correlations = np.corrcoef(noise, rowvar=False)[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(20_000)


def test_the_noise_depends_on_the_seed_only():
    seed = keras.random.SeedGenerator(7)
    layer = StandardNoise(4, seed=7)
    for inputs in (np.zeros((5, 2)), np.full((3, 8, 8, 1), np.nan), np.ones((2, 1), "uint8")):
        expected = keras.random.normal((len(inputs), 4), seed=seed)
        np.testing.assert_array_equal(to_numpy(layer(inputs)), to_numpy(expected))
    other_seed = StandardNoise(4, seed=8)(np.zeros((5, 2)))
    assert not np.allclose(
        to_numpy(other_seed), to_numpy(StandardNoise(4, seed=7)(np.zeros((5, 2))))
    )


def test_mixed_precision_and_dynamic_batch():
    inputs = np.zeros((5, 2, 2, 1), "float32")
    (noise,), (tensor,) = run(StandardNoise(3, dtype="mixed_bfloat16"), inputs, batch_size=2)
    assert noise.shape == (5, 3) and np.isfinite(noise).all()
    assert (tensor.shape, tensor.dtype) == ((None, 3), "float32")


def test_config_and_bad_input():
    restored = check_config(StandardNoise(3, seed=5))
    assert (restored.dim, restored.seed) == (3, 5)
    with pytest.raises(ValueError, match=r"`dim` must be an integer, at least 1. Received: dim=0"):
        StandardNoise(0)
