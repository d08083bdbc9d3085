"""NoisyLatent against the moments of the normal distribution."""

import keras
import numpy as np
import pytest
import scipy.stats

from keras_regen.layers import NoisyLatent
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_mixed_precision,
    gradients,
    to_numpy,
    weighted_sum,
)


def latents(count=5, dim=4):
    return np.random.default_rng(1).normal(size=(count, dim)).astype("float32")


def noise_of(layer, z):
    return to_numpy(layer(z, training=True)) - z


def test_latents_stay_unchanged_outside_of_training():
    z = latents()
    for output in (NoisyLatent(0.5)(z), NoisyLatent(0.5)(z, training=False)):
        np.testing.assert_array_equal(to_numpy(output), z)
    np.testing.assert_array_equal(to_numpy(NoisyLatent(0.0)(z, training=True)), z)


@pytest.mark.parametrize("beta, alpha, deviation", [(0.06, None, 0.06 * 3), (0.5, 2.0, 1.0)])
def test_noise_is_normal_with_deviation_alpha_times_beta(beta, alpha, deviation):
    # By default alpha is the square root of the 9 dimensions.
    noise = noise_of(NoisyLatent(beta, alpha, seed=0), np.zeros((30_000, 9), "float32"))
    count = noise.size
    assert abs(noise.mean()) < 5 * deviation / np.sqrt(count)
    # The variance of a sample of n has a relative standard error of sqrt(2 / n).
    assert abs(noise.var() / deviation**2 - 1) < 5 * np.sqrt(2 / count)
    assert scipy.stats.kstest(noise.ravel() / deviation, "norm").pvalue > 1e-3
    correlations = np.corrcoef(noise, rowvar=False)[np.triu_indices(9, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(len(noise))


def test_noise_does_not_depend_on_the_latent():
    z = latents(20)
    noise, noise_at_zero = (noise_of(NoisyLatent(0.1, seed=2), x) for x in (z, 0 * z))
    np.testing.assert_allclose(noise, noise_at_zero, atol=1e-6)


def test_same_seed_same_stream():
    layer, same_seed, other_seed = (
        NoisyLatent(0.1, seed=3),
        NoisyLatent(0.1, seed=3),
        NoisyLatent(0.1, seed=4),
    )
    noises = [noise_of(layer, latents()) for _ in range(2)]
    assert not np.allclose(*noises)
    np.testing.assert_array_equal(noises, [noise_of(same_seed, latents()) for _ in range(2)])
    assert not np.allclose(noises[0], noise_of(other_seed, latents()))
    unseeded = [noise_of(NoisyLatent(0.1), latents()) for _ in range(2)]
    assert not np.allclose(*unseeded)


def test_gradient_passes_unchanged():
    layer = NoisyLatent(0.1, seed=0)
    (gradient,) = gradients(
        lambda point: weighted_sum(layer(point, training=True)), latents(), layer=layer
    )
    factors = np.random.default_rng(0).normal(size=(5, 4))  # the factors of `weighted_sum`
    np.testing.assert_allclose(gradient, factors, atol=1e-6)


def test_fit_samples_new_noise_in_every_step():
    layer = NoisyLatent(0.1, seed=0)
    layer.build((None, 4))
    before = keras.ops.convert_to_numpy(layer.seed_generator.state).copy()
    gradients(lambda point: weighted_sum(layer(point, training=True)), latents(), layer=layer)
    after = keras.ops.convert_to_numpy(layer.seed_generator.state)
    assert (before != after).any()


def test_config_batch_size_and_mixed_precision():
    restored = check_config(NoisyLatent(0.04, alpha=3.0, seed=5))
    assert (restored.beta, restored.alpha, restored.seed) == (0.04, 3.0, 5)
    check_dynamic_batch(NoisyLatent(0.04), latents())
    check_mixed_precision(lambda **kwargs: NoisyLatent(0.04, **kwargs), latents())
    noise = noise_of(
        NoisyLatent(0.1, seed=0, dtype="mixed_bfloat16"), np.zeros((9000, 4), "float32")
    )
    # The deviation is 2 * 0.1, rounded to the 8 bits of bfloat16.
    np.testing.assert_allclose(noise.std(), 0.2, rtol=0.02)


@pytest.mark.parametrize("beta", [-0.1, float("nan")])
def test_bad_beta_is_an_error(beta):
    with pytest.raises(ValueError, match=f"`beta` must be a number, at least 0.*beta={beta}"):
        NoisyLatent(beta)


@pytest.mark.parametrize("alpha", [0.0, -1.0])
def test_bad_alpha_is_an_error(alpha):
    with pytest.raises(ValueError, match=f"`alpha` must be a number, above 0.*alpha={alpha}"):
        NoisyLatent(0.1, alpha=alpha)
