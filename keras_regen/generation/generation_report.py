"""The record of a call of `generate`."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class GenerationReport:
    """Describes the images that `generate` returned: labels, latents, seed and tries.

    With acceptance, `latent_tries` and `tries` are the two columns of ReGene's table 2 for each
    class. For a class that reached its limit of tries, `tries` counts all its latents, and
    `latent_tries` the latents until the requested number had passed the first step, or all.

    Args:
        labels: Integer array `(num_samples,)`: the label of each image; -1 without a requested
            class.
        latents: Array `(num_samples, latent_dim)`: the latents that the images were decoded from.
        seed: Integer: the seed that generates the same images again.
        tries: Integer array `(num_classes,)`: the number of sampled latents until the requested
            number of images was accepted, for each class.
        latent_tries: Integer array `(num_classes,)`: the number of sampled latents until the
            requested number of latents passed the first step of the acceptance.
        confidence: Array `(num_samples,)`: the classifier's probability of each image's class;
            `None` without acceptance.

    Source: ReGene, section 6.2 and table 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import GenerationReport
        >>> tries = np.array([0, 1])
        >>> report = GenerationReport(np.array([1]), np.zeros((1, 2)), 0, tries, tries)
        >>> report.seed
        0
    """

    labels: np.ndarray
    latents: np.ndarray
    seed: int
    tries: np.ndarray
    latent_tries: np.ndarray
    confidence: np.ndarray | None = None
