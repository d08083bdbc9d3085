"""BernoulliLoss and GaussianLoss against the densities of SciPy."""

import numpy as np
import pytest
import scipy.stats

from keras_regen.losses import BernoulliLoss, GaussianLoss, bernoulli_loss, gaussian_loss
from tests.contract import check_config, check_slopes, gradients, to_numpy

RNG = np.random.default_rng(0)
IMAGES = RNG.random((3, 4, 5, 2)).astype("float32")
DECODED = RNG.uniform(0.05, 0.95, IMAGES.shape).astype("float32")


def bernoulli(images, decoded):
    """SciPy's likelihood of black and white pixels, averaged for gray pixels."""
    white, black = (scipy.stats.bernoulli.logpmf(value, decoded) for value in (1, 0))
    return -np.sum(images * white + (1 - images) * black, axis=(1, 2, 3))


def gaussian(images, decoded, scale):
    return -np.sum(scipy.stats.norm.logpdf(images, decoded, scale), axis=(1, 2, 3))


@pytest.mark.parametrize("images", [IMAGES, np.round(IMAGES)])
def test_bernoulli_equals_scipys(images):
    expected = bernoulli(images.astype("float64"), DECODED.astype("float64"))
    np.testing.assert_allclose(to_numpy(bernoulli_loss(images, DECODED)), expected, rtol=1e-5)
    assert float(BernoulliLoss()(images, DECODED)) == pytest.approx(expected.mean(), rel=1e-5)


@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_gaussian_equals_scipys(scale):
    expected = gaussian(IMAGES.astype("float64"), DECODED.astype("float64"), scale)
    np.testing.assert_allclose(to_numpy(gaussian_loss(IMAGES, DECODED, scale)), expected, rtol=1e-4)
    assert float(GaussianLoss(scale)(IMAGES, DECODED)) == pytest.approx(expected.mean(), rel=1e-4)


@pytest.mark.parametrize(
    ("loss", "slow"),
    [
        (bernoulli_loss, bernoulli),
        (gaussian_loss, lambda images, decoded: gaussian(images, decoded, 0.1)),
    ],
)
def test_gradients_equal_the_slopes(loss, slow):
    images = IMAGES.astype("float64")
    slopes = gradients(lambda decoded: loss(IMAGES, decoded)[0], DECODED)
    check_slopes(slopes, lambda points: slow(images, points[0])[0], [DECODED.astype("float64")])


def test_a_pixel_of_probability_zero_has_a_finite_loss():
    white = np.ones((1, 1, 1, 1), "float32")
    loss = float(bernoulli_loss(white, 0 * white)[0])
    assert 15.9 < loss < 16.2
    assert float(bernoulli_loss(white, white)[0]) == pytest.approx(0, abs=1e-6)


def test_config_and_bad_input():
    assert check_config(GaussianLoss(0.3)).scale == 0.3
    check_config(BernoulliLoss())
    with pytest.raises(ValueError, match=r"`scale` must be a number, above 0.*scale=0"):
        GaussianLoss(0)
    for wrong in (0, -1.0, float("nan"), "0.1", None):
        with pytest.raises(ValueError, match="`scale` must be a number, above 0"):
            gaussian_loss(IMAGES, DECODED, wrong)
    for loss in (bernoulli_loss, gaussian_loss):
        with pytest.raises(ValueError, match="of the same shape"):
            loss(IMAGES, DECODED[:, :2])
