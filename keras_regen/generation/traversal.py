"""Latent traversals: paths through the latent space between two samples of the prior."""

import numpy as np

from keras_regen.checks import check_integer, check_seed
from keras_regen.generation.protocol import GenerativeModel, require_part
from keras_regen.generation.sampling import check_prior
from keras_regen.priors import NoisePrior, Prior


def latent_traversal(
    model: GenerativeModel,
    num_traversals: int = 6,
    num_samples: int = 8,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
) -> np.ndarray:
    """Generates images on paths between two samples of the prior.

    The images of a path should change smoothly. For a prior that maps noise to latents
    (`keras_regen.priors.NoisePrior`), the noise follows `cos(t) a + sin(t) b` from one sample `a`
    of N(0, I) to another sample `b`, for `t` from 0 to pi / 2. So the noise of every image on the
    path has the distribution N(0, I), as in training; on the straight line it would be shorter.
    (The paper does not describe its path.) For any other prior, the latents follow the straight
    line between samples of two random classes.

    Args:
        model: A trained model with a decoder and a prior, such as `keras_regen.DEGAN`.
        num_traversals: Integer, at least 1: number of paths.
        num_samples: Integer, at least 2: images of each path, including both ends.
        seed: Integer, at least 0. Defaults to a random seed. The first paths of a seed do not
            depend on `num_traversals`.
        batch_size: Integer, at least 1: images decoded in one step.
        prior: An adapted `keras_regen.priors.Prior` to sample from instead of the model's prior.

    Returns:
        Array `(num_traversals, num_samples, height, width, channels)`, float32 in [0, 1].

    Raises:
        ValueError: If a number is out of range, the model cannot generate, its prior is not
            adapted, or the prior does not fit the model.

    Source: DE-GAN, section IV-B and figure 7.

    Examples:
        >>> from keras_regen import GAN, latent_traversal
        >>> model = GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
        >>> latent_traversal(model, num_traversals=2, num_samples=5, seed=0).shape
        (2, 5, 8, 8, 1)
    """
    check_integer("num_traversals", num_traversals, 1)
    check_integer("num_samples", num_samples, 2)
    check_integer("batch_size", batch_size, 1)
    check_seed(seed)
    rng = np.random.default_rng(seed)
    require_part(model, "decoder", "generate images")
    if prior is None:
        prior = require_part(model, "prior", "sample new latents")
    check_prior(model, prior)
    ratios = np.linspace(0, 1, num_samples)
    if isinstance(prior, NoisePrior):
        ends = rng.standard_normal((num_traversals, 2, prior.noise_dim))
        # The sine of the complement, not the cosine, is exactly 0 at the other end.
        shares = np.stack([np.sin((1 - ratios) * np.pi / 2), np.sin(ratios * np.pi / 2)], axis=1)
        latents = prior.latents((shares @ ends).reshape(-1, prior.noise_dim))
    else:
        ends = np.stack([_random_ends(prior, rng) for _ in range(num_traversals)])
        shares = np.stack([1 - ratios, ratios], axis=1)
        latents = (shares @ ends).reshape(-1, ends.shape[-1])
    images = model.decode(latents, batch_size)
    return images.reshape(num_traversals, num_samples, *model.image_shape)


def _random_ends(prior, rng):
    """Samples two latents `(2, latent_dim)`, of different classes if the prior has several."""
    classes = [None, None]
    if prior.num_classes is not None:
        classes = rng.permutation(max(prior.num_classes, 2))[:2] % prior.num_classes
    return np.concatenate([prior.sample(1, label, rng) for label in classes])
