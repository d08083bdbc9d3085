"""`plot_noise`: the extents of its points along the principal components."""

import numpy as np
import pytest

from keras_regen import VAE, plotting
from keras_regen.priors import (
    ClassGaussianPrior,
    DecoderEncoderPrior,
    NoisePrior,
    StandardNormalPrior,
)
from tests.plotting.image_helpers import read_pixels

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


def extents(plot):
    """Returns the width and height of the blue points, and of the red points."""
    red, blue = plot[..., 0].astype(int), plot[..., 2].astype(int)
    positions = [np.argwhere(blue - red > 40), np.argwhere(red - blue > 40)]
    return [np.ptp(pixels, axis=0)[::-1] for pixels in positions]


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_both_panels_have_the_same_scale(tmp_path, scale):
    plotting.plot_noise(Linear(scale * np.eye(3)), tmp_path / "noise.png", num_samples=400)
    noise, latents = extents(read_pixels(tmp_path / "noise.png"))
    # Each point is several pixels wide.
    np.testing.assert_allclose(latents, scale * noise, rtol=0.1, atol=6)


def test_axes_are_the_principal_components(tmp_path):
    # All latents lie on a diagonal of the latent space.
    matrix = [[2.0, 2.0, 0.0], [0.0, 0.0, 0.0]]
    plotting.plot_noise(Linear(matrix), tmp_path / "noise.png", num_samples=300)
    noise, (width, height) = extents(read_pixels(tmp_path / "noise.png"))
    assert width > 2 * max(noise) and height < 8


def test_noise_and_latents_of_a_vae(tmp_path):
    vae = VAE.for_images((8, 8, 1), latent_dim=2, stem_filters=2)
    out = tmp_path / "noise.png"
    with pytest.raises(ValueError, match="VAE is not trained"):
        plotting.plot_noise(DecoderEncoderPrior(vae), out)
    vae.compile("adam")
    vae.fit(np.random.default_rng(0).random((8, 8, 8, 1)), verbose=0)
    plotting.plot_noise(DecoderEncoderPrior(vae), out, num_samples=50)
    first = read_pixels(out)
    plotting.plot_noise(DecoderEncoderPrior(vae), out, num_samples=50, seed=1)
    assert not np.array_equal(read_pixels(out), first)


def test_invalid_arguments_raise(tmp_path):
    out = tmp_path / "noise.png"
    for prior in (ClassGaussianPrior(3), StandardNormalPrior(1)):
        with pytest.raises(ValueError, match="at least two latent dimensions"):
            plotting.plot_noise(prior, out)
    with pytest.raises(ValueError, match="num_samples=1"):
        plotting.plot_noise(StandardNormalPrior(2), out, num_samples=1)
    with pytest.raises(ValueError, match="seed=-1"):
        plotting.plot_noise(StandardNormalPrior(2), out, seed=-1)
    assert not out.exists()
