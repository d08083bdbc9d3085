"""Images of each class, each from a model of its own."""

from collections.abc import Mapping

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.generation.protocol import GenerativeModel
from keras_regen.generation.sampling import generate


def generate_per_class(
    models: Mapping[str, GenerativeModel],
    samples_per_class: int = 16,
    *,
    seed: int | None = None,
    batch_size: int = 256,
) -> tuple[np.ndarray, np.ndarray]:
    """Draws images of each class with the model that has learned that class alone.

    Args:
        models: Mapping from the classes' names, in the order of their labels, to trained models
            of images of one shape, as `keras_regen.fit_per_class` gives.
        samples_per_class: Integer, at least 1.
        seed: Integer, at least 0. Defaults to one drawn at random. Of one seed each class has its
            own noise.
        batch_size: Integer, at least 1: images decoded in one step.

    Returns:
        A tuple of images `(num_classes * samples_per_class, height, width, channels)`, float32 in
        [0, 1], one class after the other, and their integer labels.

    Raises:
        ValueError: If there are no models, they are of images of different shapes, one cannot
            draw, or a number is out of range.

    Source: DE-GAN, section IV-C and table VII.

    Examples:
        >>> from keras_regen import GAN, generate_per_class
        >>> models = {
        ...     name: GAN.for_images((8, 8, 1), network="dense", latent_dim=4, hidden=(8, 8))
        ...     for name in ("cat", "dog")
        ... }
        >>> images, labels = generate_per_class(models, samples_per_class=3, seed=0)
        >>> images.shape, labels.tolist()
        ((6, 8, 8, 1), [0, 0, 0, 1, 1, 1])
    """
    check_integer("samples_per_class", samples_per_class, 1)
    if seed is not None:
        check_integer("seed", seed, 0)
    shapes = {model.image_shape for model in models.values()}
    if len(shapes) != 1:
        raise ValueError(
            "There must be a model for each class, all of images of one shape. "
            f"Received: {len(models)} models, of {sorted(shapes)}."
        )
    seeds = np.random.SeedSequence(seed).generate_state(len(models)).tolist()
    images = [
        generate(model, num_samples=samples_per_class, seed=own_seed, batch_size=batch_size)
        for model, own_seed in zip(models.values(), seeds, strict=True)
    ]
    return np.concatenate(images), np.repeat(np.arange(len(models)), samples_per_class)
