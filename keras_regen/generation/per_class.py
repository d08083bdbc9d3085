"""Generation from a separate model for each class."""

from collections.abc import Mapping

import numpy as np

from keras_regen.checks import check_integer, check_seed
from keras_regen.generation.protocol import GenerativeModel, require_part
from keras_regen.generation.sampling import generate


def generate_per_class(
    models: Mapping[str, GenerativeModel],
    samples_per_class: int = 16,
    *,
    seed: int | None = None,
    batch_size: int = 256,
) -> tuple[np.ndarray, np.ndarray]:
    """Generates images of each class with the model that was trained on this class alone.

    Args:
        models: Mapping from class names, in the order of their labels, to trained models of the
            same image shape, such as the result of `keras_regen.fit_per_class`.
        samples_per_class: Integer, at least 1: number of images of each class.
        seed: Integer, at least 0. Defaults to a random seed. Each class has different noise.
        batch_size: Integer, at least 1: images decoded in one step.

    Returns:
        A tuple of images `(num_classes * samples_per_class, height, width, channels)`, float32 in
        [0, 1], sorted by class, and their integer labels.

    Raises:
        ValueError: If `models` is empty, their image shapes differ, a model cannot generate, or a
            number is out of range.

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
    check_seed(seed)
    if not isinstance(models, Mapping):
        raise ValueError(
            f"`models` must be a dict from class names to models. Received: models={models!r}."
        )
    for model in models.values():
        require_part(model, "decoder", "generate images")
    shapes = {model.image_shape for model in models.values()}
    if len(shapes) != 1:
        raise ValueError(
            "`models` must have a model for each class, all with the same image shape. "
            f"Received: {len(models)} models, with the shapes {sorted(shapes)}."
        )
    seeds = np.random.SeedSequence(seed).generate_state(len(models)).tolist()
    images = [
        generate(model, num_samples=samples_per_class, seed=model_seed, batch_size=batch_size)
        for model, model_seed in zip(models.values(), seeds, strict=True)
    ]
    return np.concatenate(images), np.repeat(np.arange(len(models)), samples_per_class)
