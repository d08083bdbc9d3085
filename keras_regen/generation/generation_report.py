"""What `generate` tells beside the images."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class GenerationReport:
    """What `generate` did, beside the images.

    With acceptance, `latent_tries` and `tries` are the two columns of ReGene's table 2 for each
    class. Of a class that reached its limit of tries, they tell all the tries made.

    Args:
        labels: Integer array `(num_samples,)`: the class of each image; -1 where none was asked
            for.
        latents: Array `(num_samples, latent_dim)`: what each image was decoded from.
        seed: Integer that draws the same images again.
        tries: Integer array `(num_classes,)`: the latents drawn of each class until as many
            images as were asked for had been accepted.
        latent_tries: Integer array `(num_classes,)`: the latents drawn until as many had passed
            the first step, as latents.
        confidence: Array `(num_samples,)`: the probability that the judge gives each image to be
            of its class; `None` without acceptance.

    Source: ReGene, section 6.2 and table 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import GenerationReport
        >>> drawn = np.array([0, 1])
        >>> report = GenerationReport(np.array([1]), np.zeros((1, 2)), 0, drawn, drawn)
        >>> report.seed
        0
    """

    labels: np.ndarray
    latents: np.ndarray
    seed: int
    tries: np.ndarray
    latent_tries: np.ndarray
    confidence: np.ndarray | None = None
