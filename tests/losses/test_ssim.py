"""SSIMLoss against scikit-image."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from keras_regen.datasets import load
from keras_regen.losses import SSIMLoss, ssim_loss
from tests.contract import check_config, to_numpy


def reference(images, others, sigma):
    """Computes the loss with scikit-image, whose window has `2 int(3.5 sigma + 0.5) + 1` pixels."""
    return 1 - structural_similarity(
        images,
        others,
        gaussian_weights=True,
        sigma=sigma,
        use_sample_covariance=False,
        data_range=1.0,
        channel_axis=-1,
    )


@pytest.mark.parametrize(
    ("size", "channels", "filter_size", "sigma"),
    [(28, 1, 11, 1.5), (32, 3, 7, 0.9), (8, 1, 11, 0.9)],  # the largest window of 8x8 images is 7
)
def test_values_equal_scikit_image_on_real_images(size, channels, filter_size, sigma):
    digits = load("digits", image_size=size, color_mode="rgb" if channels == 3 else None)
    images = digits.x_train[:4].astype("float32") / 255
    others = np.clip(images[::-1] * 0.7 + 0.2, 0, 1)
    loss = SSIMLoss(filter_size, sigma)
    expected = [reference(a, b, sigma) for a, b in zip(images, others, strict=True)]
    np.testing.assert_allclose(to_numpy(loss.call(images, others)), expected, atol=1e-4)
    assert float(loss(images, others)) == pytest.approx(np.mean(expected), abs=1e-4)


def test_config_and_bad_input():
    assert check_config(SSIMLoss(7, 1.0)).filter_size == 7
    images = np.zeros((1, 8, 8, 1), "float32")
    with pytest.raises(ValueError, match="of the same shape"):
        ssim_loss(images, images[:, :4])
    with pytest.raises(ValueError, match="filter_size=4"):
        SSIMLoss(4)
    with pytest.raises(ValueError, match="filter_sigma=0"):
        SSIMLoss(filter_sigma=0)
