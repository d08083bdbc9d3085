"""generate_per_class: each class has its own model and noise."""

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


def test_each_class_is_generated_by_its_model(models):
    images, labels = generate_per_class(models, 6, seed=0)
    assert images.shape == (12, 8, 8, 1) and images.dtype == "float32"
    assert labels.tolist() == [0] * 6 + [1] * 6
    for label, model in enumerate(models.values()):
        # The images of a model lie nearer to many other images of it than those of another model.
        latents = np.random.default_rng(1).standard_normal((4000, 4))
        samples = model.decode(latents).reshape(4000, -1)
        of_model = images[labels == label].reshape(6, -1)
        of_other = images[labels != label].reshape(6, -1)
        distances = [
            np.min(np.linalg.norm(samples[:, None] - group[None], axis=2), axis=0).max()
            for group in (of_model, of_other)
        ]
        assert distances[0] < distances[1]
    assert generate_per_class(models)[0].shape == (32, 8, 8, 1)


def test_seeds(models):
    images, _ = generate_per_class(models, 5, seed=3)
    repeated, _ = generate_per_class(models, 5, seed=3, batch_size=2)
    np.testing.assert_allclose(images, repeated, atol=1e-6)
    first, _ = generate_per_class({"cat": models["cat"]}, 5, seed=3)
    np.testing.assert_allclose(first, images[:5], atol=1e-6)
    same_model, _ = generate_per_class({"a": models["cat"], "b": models["cat"]}, 5, seed=3)
    assert np.abs(same_model[:5] - same_model[5:]).max() > 1e-3


def test_bad_arguments(models):
    with pytest.raises(ValueError, match="0 models"):
        generate_per_class({})
    with pytest.raises(
        ValueError, match=r"2 models, with the shapes \[\(8, 8, 1\), \(16, 16, 1\)\]"
    ):
        generate_per_class({"a": models["cat"], "b": small_gan(16)})
    with pytest.raises(ValueError, match="`samples_per_class` must be an integer, at least 1"):
        generate_per_class(models, 0)
    with pytest.raises(ValueError, match="`seed`"):
        generate_per_class(models, seed=-1)
