"""generate_per_class: each class from its own model and noise."""

import keras
import numpy as np
import pytest

from keras_regen import GAN, generate_per_class


def small_gan(side=8):
    return GAN.for_images((side, side, 1), network="dense", latent_dim=4, hidden=(8, 8))


@pytest.fixture(scope="module")
def models():
    keras.utils.set_random_seed(0)
    return {"cat": small_gan(), "dog": small_gan()}


def test_each_class_is_drawn_by_its_model(models):
    images, labels = generate_per_class(models, 6, seed=0)
    assert images.shape == (12, 8, 8, 1) and images.dtype == "float32"
    assert labels.tolist() == [0] * 6 + [1] * 6
    for label, model in enumerate(models.values()):
        # Each image is nearer to what its own model draws than the other model's images are.
        latents = np.random.default_rng(1).standard_normal((4000, 4))
        cloud = model.decode(latents).reshape(4000, -1)
        own = images[labels == label].reshape(6, -1)
        other = images[labels != label].reshape(6, -1)
        distances = [
            np.min(np.linalg.norm(cloud[:, None] - part[None], axis=2), axis=0).max()
            for part in (own, other)
        ]
        assert distances[0] < distances[1]
    assert generate_per_class(models)[0].shape == (32, 8, 8, 1)


def test_seeds(models):
    images, _ = generate_per_class(models, 5, seed=3)
    again, _ = generate_per_class(models, 5, seed=3, batch_size=2)
    np.testing.assert_allclose(images, again, atol=1e-6)
    first, _ = generate_per_class({"cat": models["cat"]}, 5, seed=3)
    np.testing.assert_allclose(first, images[:5], atol=1e-6)
    twice, _ = generate_per_class({"a": models["cat"], "b": models["cat"]}, 5, seed=3)
    assert np.abs(twice[:5] - twice[5:]).max() > 1e-3


def test_what_is_refused(models):
    with pytest.raises(ValueError, match="0 models"):
        generate_per_class({})
    with pytest.raises(ValueError, match=r"2 models, of \[\(8, 8, 1\), \(16, 16, 1\)\]"):
        generate_per_class({"a": models["cat"], "b": small_gan(16)})
    with pytest.raises(ValueError, match="`samples_per_class` must be an integer, at least 1"):
        generate_per_class(models, 0)
    with pytest.raises(ValueError, match="`seed`"):
        generate_per_class(models, seed=-1)
