"""Walks through the latent space, from one drawn image to another."""

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.generation.protocol import GenerativeModel, require_part
from keras_regen.generation.sampling import check_prior
from keras_regen.priors import NoisePrior, Prior


def latent_traversal(
    model: GenerativeModel,
    num_walks: int = 6,
    num_samples: int = 8,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
) -> np.ndarray:
    """Draws images on the way from one random draw to another: do they change smoothly?

    For a prior that makes latents of noise (`keras_regen.priors.NoisePrior`), the noise goes from
    one vector `a` of N(0, I) to another `b` as `cos(t) a + sin(t) b`, for `t` from 0 to a quarter
    turn: the noise of each image on the way is itself one of N(0, I), as the model has learned
    it. On the straight line it would be too short. (The paper does not say how its noise goes.)
    For any other prior the latents go straight from one of a random class to one of another.

    Args:
        model: A trained model with a decoder and a prior, such as `keras_regen.DEGAN`.
        num_walks: Integer, at least 1.
        num_samples: Integer, at least 2: images of each walk, with both ends.
        seed: Integer, at least 0. Defaults to one drawn at random. One seed has the same first
            walks, however many are asked for.
        batch_size: Integer, at least 1: images decoded in one step.
        prior: An adapted `keras_regen.priors.Prior` in place of the model's own.

    Returns:
        Array `(num_walks, num_samples, height, width, channels)`, float32 in [0, 1].

    Raises:
        ValueError: If a number is out of range, the model cannot draw, its prior is not adapted,
            or the prior does not fit the model.

    Source: DE-GAN, section IV-B and figure 7.

    Examples:
        >>> from keras_regen import GAN, latent_traversal
        >>> model = GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
        >>> latent_traversal(model, num_walks=2, num_samples=5, seed=0).shape
        (2, 5, 8, 8, 1)
    """
    check_integer("num_walks", num_walks, 1)
    check_integer("num_samples", num_samples, 2)
    check_integer("batch_size", batch_size, 1)
    if seed is not None:
        check_integer("seed", seed, 0)
    rng = np.random.default_rng(seed)
    require_part(model, "decoder", "generate images")
    if prior is None:
        prior = require_part(model, "prior", "sample new latents")
    check_prior(model, prior)
    way = np.linspace(0, 1, num_samples)
    if isinstance(prior, NoisePrior):
        ends = rng.standard_normal((num_walks, 2, prior.noise_dim))
        # Exactly 0 where only the other end counts.
        shares = np.stack([np.sin((1 - way) * np.pi / 2), np.sin(way * np.pi / 2)], axis=1)
        latents = prior.latents((shares @ ends).reshape(-1, prior.noise_dim))
    else:
        ends = np.stack([_random_ends(prior, rng) for _ in range(num_walks)])
        shares = np.stack([1 - way, way], axis=1)
        latents = (shares @ ends).reshape(-1, ends.shape[-1])
    images = model.decode(latents, batch_size)
    return images.reshape(num_walks, num_samples, *model.image_shape)


def _random_ends(prior, rng):
    """Two latents `(2, latent_dim)`, of different classes if there are two."""
    classes = [None, None]
    if prior.num_classes is not None:
        classes = rng.permutation(max(prior.num_classes, 2))[:2] % prior.num_classes
    return np.concatenate([prior.sample(1, label, rng) for label in classes])
