"""plot_noise: the extents of its points, on one scale, in the main directions."""

import numpy as np
import pytest

from keras_regen import VAE, plotting
from keras_regen.priors import (
    ClassGaussianPrior,
    DecoderEncoderPrior,
    NoisePrior,
    StandardNormalPrior,
)
from tests.plotting.pixels import read

pytestmark = pytest.mark.any_backend


class Linear(NoisePrior):
    """Noise times a matrix."""

    def __init__(self, matrix):
        super().__init__(noise_dim=len(matrix))
        self.matrix = np.array(matrix)

    @property
    def latent_dim(self):
        return self.matrix.shape[1]

    def latents(self, noise):
        return noise @ self.matrix


def extents(picture):
    """Width and height of the bluish points, and of the reddish ones."""
    red, blue = picture[..., 0].astype(int), picture[..., 2].astype(int)
    places = [np.argwhere(blue - red > 40), np.argwhere(red - blue > 40)]
    return [np.ptp(place, axis=0)[::-1] for place in places]


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_both_panels_have_one_scale(tmp_path, scale):
    plotting.plot_noise(Linear(scale * np.eye(3)), tmp_path / "noise.png", num_samples=400)
    noise, latents = extents(read(tmp_path / "noise.png"))
    # The points themselves are some pixels wide.
    np.testing.assert_allclose(latents, scale * noise, rtol=0.1, atol=6)


def test_the_main_directions_are_the_axes(tmp_path):
    # All on a diagonal of the latent space.
    matrix = [[2.0, 2.0, 0.0], [0.0, 0.0, 0.0]]
    plotting.plot_noise(Linear(matrix), tmp_path / "noise.png", num_samples=300)
    noise, (width, height) = extents(read(tmp_path / "noise.png"))
    assert width > 2 * max(noise) and height < 8


def test_noise_through_a_vae(tmp_path):
    vae = VAE.for_images((8, 8, 1), latent_dim=2, stem_filters=2)
    out = tmp_path / "noise.png"
    with pytest.raises(ValueError, match="VAE is not trained"):
        plotting.plot_noise(DecoderEncoderPrior(vae), out)
    vae.compile("adam")
    vae.fit(np.random.default_rng(0).random((8, 8, 8, 1)), verbose=0)
    plotting.plot_noise(DecoderEncoderPrior(vae), out, num_samples=50)
    first = read(out)
    plotting.plot_noise(DecoderEncoderPrior(vae), out, num_samples=50, seed=1)
    assert not np.array_equal(read(out), first)


def test_what_is_refused(tmp_path):
    out = tmp_path / "noise.png"
    for prior in (ClassGaussianPrior(3), StandardNormalPrior(1)):
        with pytest.raises(ValueError, match="of at least two dimensions"):
            plotting.plot_noise(prior, out)
    with pytest.raises(ValueError, match="num_samples=1"):
        plotting.plot_noise(StandardNormalPrior(2), out, num_samples=1)
    with pytest.raises(ValueError, match="seed=-1"):
        plotting.plot_noise(StandardNormalPrior(2), out, seed=-1)
    assert not out.exists()
