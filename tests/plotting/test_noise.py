"""`plot_noise`: the points along the principal components."""

import numpy as np
import pytest

from keras_regen import VAE, plotting
from keras_regen.priors import (
    ClassGaussianPrior,
    DecoderEncoderPrior,
    NoisePrior,
    StandardNormalPrior,
)

pytestmark = pytest.mark.any_backend


class Linear(NoisePrior):
    """Multiplies noise by a matrix."""

    def __init__(self, matrix):
        super().__init__(noise_dim=len(matrix))
        self.matrix = np.array(matrix)

    @property
    def latent_dim(self):
        return self.matrix.shape[1]

    def latents(self, noise):
        return noise @ self.matrix


def points(figure):
    """Returns the points of noise and of the latents."""
    return [np.array(axes.collections[0].get_offsets()) for axes in figure.axes]


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_both_panels_have_the_same_scale(scale):
    figure = plotting.plot_noise(Linear(scale * np.eye(3)), num_samples=400)
    noise, latents = points(figure)
    assert noise.shape == (400, 2)
    np.testing.assert_allclose(np.abs(latents), scale * np.abs(noise), rtol=1e-4, atol=1e-5)
    limits = [(*axes.get_xlim(), *axes.get_ylim()) for axes in figure.axes]
    assert limits[0] == limits[1]
    assert np.abs(np.concatenate([noise, latents])).max() < limits[0][1]


def test_axes_are_the_principal_components():
    # All latents lie on a diagonal of the latent space.
    figure = plotting.plot_noise(Linear([[2.0, 2.0, 0.0], [0.0, 0.0, 0.0]]), num_samples=300)
    noise, latents = points(figure)
    assert np.ptp(latents[:, 0]) > 2 * np.ptp(noise, axis=0).max()
    np.testing.assert_allclose(latents[:, 1], 0, atol=1e-5)
    assert figure.axes[1].get_xlabel() == "first component, 100.0% of the variance"
    # Latents without any variance.
    equal = plotting.plot_noise(Linear(np.zeros((2, 2))), num_samples=5)
    assert equal.axes[1].get_xlabel() == "first component, 0.0% of the variance"


def test_noise_and_latents_of_a_vae():
    vae = VAE.for_images((8, 8, 1), latent_dim=2, stem_filters=2)
    with pytest.raises(ValueError, match="VAE is not trained"):
        plotting.plot_noise(DecoderEncoderPrior(vae))
    vae.compile("adam")
    vae.fit(np.random.default_rng(0).random((8, 8, 8, 1)), verbose=0)
    first, same, other = (
        points(plotting.plot_noise(DecoderEncoderPrior(vae), num_samples=50, seed=seed))
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first[1], same[1])
    assert not np.array_equal(first[0], other[0])


def test_invalid_arguments_raise():
    for prior in (ClassGaussianPrior(3), StandardNormalPrior(1), "prior"):
        with pytest.raises(ValueError, match="at least two dimensions"):
            plotting.plot_noise(prior)
    with pytest.raises(ValueError, match="num_samples=1"):
        plotting.plot_noise(StandardNormalPrior(2), num_samples=1)
    with pytest.raises(ValueError, match="at most 1,000,000"):
        plotting.plot_noise(StandardNormalPrior(2), num_samples=10**9)
    with pytest.raises(ValueError, match="seed=-1"):
        plotting.plot_noise(StandardNormalPrior(2), seed=-1)
    with pytest.raises(ValueError, match="latents of the prior"):
        plotting.plot_noise(Linear(np.full((2, 2), np.nan)))
