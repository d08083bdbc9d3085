"""GaussianLatent against SciPy's normal distribution, and the divergence against its integral."""

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.stats

from keras_regen.layers import GaussianLatent
from keras_regen.losses import gaussian_kl
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_mixed_precision,
    gradients,
    to_numpy,
    weighted_sum,
)

RNG = np.random.default_rng(0)
MOMENTS = RNG.normal(size=(5, 6)).astype("float32")
MEAN, LOG_VARIANCE = np.split(MOMENTS.astype("float64"), 2, axis=1)


def divergence(mean, log_variance):
    """Computes the definition: the integral of q log(q / p) for a single dimension."""
    q, p = scipy.stats.norm(mean, np.exp(log_variance / 2)), scipy.stats.norm()
    return scipy.integrate.quad(
        lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), *q.interval(1 - 1e-12)
    )[0]


def test_divergence_equals_its_definition():
    expected = np.vectorize(divergence)(MEAN, LOG_VARIANCE).sum(axis=1)
    divergences = gaussian_kl(*np.split(MOMENTS, 2, axis=1))
    assert divergences.shape == (5,)
    np.testing.assert_allclose(to_numpy(divergences), expected, rtol=1e-5)
    zeros = gaussian_kl(np.zeros((2, 3), "float32"), np.zeros((2, 3), "float32"))
    np.testing.assert_allclose(to_numpy(zeros), 0, atol=1e-7)


def test_the_latent_is_the_mean_outside_of_training():
    layer = GaussianLatent(seed=0)
    before = keras.ops.convert_to_numpy(layer.seed_generator.state).copy()
    np.testing.assert_array_equal(to_numpy(layer(MOMENTS)), MOMENTS[:, :3])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(layer.seed_generator.state), before)


def test_the_latent_is_normal_in_training():
    row = np.array([1.0, -2.0, np.log(4.0), np.log(0.25)], "float32")
    samples = to_numpy(GaussianLatent(seed=0)(np.tile(row, (20_000, 1)), training=True))
    for column, mean, deviation in zip(samples.T, (1, -2), (2, 0.5), strict=True):
        assert scipy.stats.kstest((column - mean) / deviation, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(samples, rowvar=False)[0, 1]) < 5 / np.sqrt(20_000)


def test_same_seed_same_stream():
    layer, same_seed, other_seed = (GaussianLatent(seed=seed) for seed in (3, 3, 4))
    samples = [to_numpy(layer(MOMENTS, training=True)) for _ in range(2)]
    assert not np.allclose(*samples)
    np.testing.assert_array_equal(
        samples, [to_numpy(same_seed(MOMENTS, training=True)) for _ in range(2)]
    )
    assert not np.allclose(samples[0], to_numpy(other_seed(MOMENTS, training=True)))


def test_gradients_reach_mean_and_variance():
    """The derivatives of z = mean + exp(log_variance / 2) noise are 1 and (z - mean) / 2."""
    noise = to_numpy(GaussianLatent(0.0, seed=1)(0 * MOMENTS, training=True))
    layer = GaussianLatent(0.0, seed=1)
    (gradient,) = gradients(
        lambda point: weighted_sum(layer(point, training=True)), MOMENTS, layer=layer
    )
    factors = np.random.default_rng(0).normal(size=(5, 3))  # the factors of `weighted_sum`
    by_log_variance = factors * np.exp(LOG_VARIANCE / 2) * noise / 2
    np.testing.assert_allclose(
        gradient, np.hstack([factors, by_log_variance]), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("kl_weight", [0.5, 0.0])
def test_the_loss_of_a_functional_model_includes_the_divergence(kl_weight):
    inputs = keras.Input((6,))
    model = keras.Model(inputs, GaussianLatent(kl_weight, seed=0)(inputs))
    model.compile("sgd", loss="mse")
    squared = np.mean((MEAN - 1) ** 2)
    expected = squared + kl_weight * np.vectorize(divergence)(MEAN, LOG_VARIANCE).sum() / 5
    loss = model.evaluate(MOMENTS, np.ones((5, 3)), batch_size=5, verbose=0)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)
    history = model.fit(MOMENTS, np.ones((5, 3)), batch_size=5, verbose=0)
    assert np.isfinite(history.history["loss"][0])


def test_config_batch_size_and_mixed_precision():
    restored = check_config(GaussianLatent(0.3, seed=5))
    assert (restored.kl_weight, restored.seed) == (0.3, 5)
    check_dynamic_batch(GaussianLatent(), MOMENTS)
    check_mixed_precision(lambda **kwargs: GaussianLatent(**kwargs), MOMENTS)


def test_bad_input_is_an_error():
    with pytest.raises(ValueError, match=r"`kl_weight` must be a number, at least 0.*kl_weight=-1"):
        GaussianLatent(kl_weight=-1)
    for shape in ((2, 5), (2, 3, 4)):
        with pytest.raises(ValueError, match="the means, followed by the logarithms"):
            GaussianLatent()(np.zeros(shape, "float32"))
    for pair in ((np.zeros(3), np.zeros(3)), (np.zeros((2, 3)), np.zeros((2, 1))), (1.0, 2.0)):
        with pytest.raises(ValueError, match=r"same shape \(batch, latent_dim\)"):
            gaussian_kl(*pair)
    with pytest.raises(ValueError, match="`mean` must be"):
        gaussian_kl("x", np.zeros((2, 3)))
