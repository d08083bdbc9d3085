"""LatentMixing against the moments of the latents of each class."""

import numpy as np
import pytest

from keras_regen.layers import LatentMixing
from tests.contract import check_config, to_numpy


@pytest.mark.parametrize("num_sources", [1, 4])
def test_mixtures_have_the_mean_and_the_variance_of_their_class(num_sources):
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [900, 700, 1])
    latents = rng.normal(size=(1601, 3)) * [1, 2, 3] + labels[:, None] * 10
    mixed = to_numpy(LatentMixing(num_sources, seed=0)(latents.astype("float32"), labels))
    assert mixed.shape == latents.shape
    for label in (0, 1):
        rows = labels == label
        real, count = latents[rows], rows.sum()
        error = real.std(axis=0) / np.sqrt(count)
        assert np.all(np.abs(mixed[rows].mean(axis=0) - real.mean(axis=0)) < 5 * error)
        # The variance of a sample of n has a relative standard error of about sqrt(2 / n).
        np.testing.assert_allclose(mixed[rows].var(axis=0), real.var(axis=0), rtol=0.25)
    np.testing.assert_allclose(mixed[-1], latents[-1], rtol=1e-5)


def test_a_single_source_is_a_latent_of_the_same_class():
    latents = np.arange(8, dtype="float32")[:, None]
    labels = np.array([0, 1] * 4)
    mixed = to_numpy(LatentMixing(1, seed=3)(latents, labels))[:, 0].round(4)
    assert set(mixed) <= set(range(8))
    np.testing.assert_array_equal(mixed % 2, labels)


def test_the_seed_decides_and_each_call_differs():
    latents = np.random.default_rng(0).normal(size=(30, 2)).astype("float32")
    labels = np.arange(30) % 2
    layer = LatentMixing(seed=1)
    first, second = (to_numpy(layer(latents, labels)) for _ in range(2))
    assert not np.allclose(first, second)
    np.testing.assert_allclose(to_numpy(LatentMixing(seed=1)(latents, labels)), first, atol=1e-6)


def test_config_and_bad_arguments():
    assert check_config(LatentMixing(2, seed=5)).num_sources == 2
    with pytest.raises(ValueError, match="`num_sources` must be an integer, at least 1"):
        LatentMixing(0)
