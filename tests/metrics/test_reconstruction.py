"""Reconstruction errors against scikit-learn and scikit-image, on parts of a photograph."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.datasets import load_sample_image
from sklearn.metrics import mean_absolute_error, mean_squared_error

from keras_regen.metrics import reconstruction_error
from keras_regen.metrics.reconstruction import explained_variation


def photographs(count, side, channels):
    """Squares of a photograph, and the same with noise and less contrast."""
    photo = load_sample_image("china.jpg")[..., :channels]
    rng = np.random.default_rng(0)
    corners = rng.integers(0, 400 - side, (count, 2))
    images = np.stack([photo[i : i + side, j : j + side] for i, j in corners])
    noise = rng.normal(0, 0.05, images.shape)
    return images, np.clip(0.8 * images / 255 + 0.1 + noise, 0, 1).astype("float32")


@pytest.mark.parametrize(("count", "side", "channels"), [(300, 28, 1), (5, 64, 3)])
def test_scikit_image_and_scikit_learn(count, side, channels):
    images, noisy = photographs(count, side, channels)
    found = reconstruction_error(images, noisy)
    scaled = (images / 255).astype("float32")
    flat = scaled.ravel(), noisy.ravel()
    assert found["mae"] == pytest.approx(mean_absolute_error(*flat), rel=1e-5)
    assert found["mse"] == pytest.approx(mean_squared_error(*flat), rel=1e-5)
    ratio = peak_signal_noise_ratio(scaled, noisy, data_range=1)
    assert found["psnr"] == pytest.approx(ratio, rel=1e-5)
    similarity = [
        structural_similarity(
            image,
            other,
            data_range=1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            channel_axis=-1,
        )
        for image, other in zip(scaled.astype("float64"), noisy.astype("float64"), strict=True)
    ]
    assert found["ssim"] == pytest.approx(np.mean(similarity), abs=1e-4)


def test_images_smaller_than_the_window():
    """An image of 5x5 pixels has room for one window, which covers the image."""
    images, noisy = photographs(3, 5, 1)
    squares = np.add.outer(*[(np.arange(5) - 2) ** 2] * 2)
    weights = np.exp(-squares / (2 * 1.5**2)).ravel()
    similarity = []
    for x, y in zip(images.reshape(3, -1) / 255, noisy.reshape(3, -1), strict=True):
        (xx, xy), (_, yy) = np.cov(x, y, aweights=weights, ddof=0)
        x, y = np.average(x, weights=weights), np.average(y, weights=weights)
        upper = (2 * x * y + 0.01**2) * (2 * xy + 0.03**2)
        similarity.append(upper / ((x**2 + y**2 + 0.01**2) * (xx + yy + 0.03**2)))
    assert reconstruction_error(images, noisy)["ssim"] == pytest.approx(
        np.mean(similarity), abs=1e-4
    )


def test_equal_images():
    images, _ = photographs(2, 16, 3)
    found = reconstruction_error(images, images / 255)
    assert found == {"mae": 0, "mse": 0, "ssim": pytest.approx(1, abs=1e-5), "psnr": np.inf}


def test_bad_input():
    images = np.zeros((5, 8, 8, 1))
    with pytest.raises(ValueError, match=r"\(5, 8, 8, 1\) and \(4, 8, 8, 1\)"):
        reconstruction_error(images, images[:4])
    with pytest.raises(ValueError, match=r"\(8, 8, 1\) and \(8, 8, 1\)"):
        reconstruction_error(images[0], images[0])


def test_the_explained_variation_is_one_minus_the_error_by_the_error_of_the_mean():
    rng = np.random.default_rng(1)
    training = rng.integers(0, 256, (300, 4, 5, 1), "uint8")
    images = rng.random((6, 4, 5, 1))
    reconstructions = images + 0.1 * rng.random(images.shape)
    mean = sum(image / 255 for image in training) / len(training)
    error = sum(((a - b) ** 2).sum() for a, b in zip(images, reconstructions, strict=True))
    spread = sum(((image - mean) ** 2).sum() for image in images)
    explained = explained_variation(images, reconstructions, training)
    assert explained == pytest.approx(1 - error / spread, rel=1e-4)
