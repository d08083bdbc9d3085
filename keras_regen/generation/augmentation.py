"""Augmentation of a training set with generated images."""

import numpy as np

from keras_regen.arrays import as_array, check_images, check_labels
from keras_regen.checks import check_flag, check_number, check_seed
from keras_regen.generation.acceptance import Acceptance
from keras_regen.generation.protocol import GenerativeModel, require_part
from keras_regen.generation.sampling import generate
from keras_regen.priors import Prior


def augment(
    model: GenerativeModel,
    x: np.ndarray,
    y: np.ndarray,
    factor: float = 1.0,
    *,
    accept: bool | float | Acceptance | None = True,
    seed: int | None = None,
    shuffle: bool = True,
    prior: Prior | None = None,
    batch_size: int = 256,
) -> tuple[np.ndarray, np.ndarray]:
    """Adds generated images to real images, in proportion to the size of each class.

    Args:
        model: A trained model with a decoder and a prior.
        x: Real images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        y: Integer labels `(num_samples,)`.
        factor: Float, at least 0: number of generated images per real image. A class of `count`
            images gets `round(factor * count)` generated images.
        accept: As in `keras_regen.generate`. Defaults to `True`: the model accepts or rejects its
            own images. A model without centroids must be calibrated for it.
        seed: Integer, at least 0: seed of the images and the order. Defaults to a random seed.
        shuffle: Whether to shuffle the images. If `False`, the real images come first, in their
            order, and then the generated images, sorted by class.
        prior: As in `keras_regen.generate`.
        batch_size: Integer, at least 1: images in one step.

    Returns:
        A tuple of the images, in the dtype and range of `x`, and their labels, in the dtype of `y`.

    Raises:
        AcceptanceError: If too few images of a class are accepted within its limit of tries.
        ValueError: If the images or labels do not fit the model, `factor` is negative, or the
            model cannot generate.

    Source: ReGene, section 6.8.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, augment
        >>> x, y = np.zeros((40, 8, 8, 1), "uint8"), np.arange(40) % 10
        >>> model = CSAE.from_preset("csae_digits")
        >>> model.adapt_prior(x, y)
        >>> images, labels = augment(model, x, y, factor=0.5, accept=None, seed=0)
        >>> images.shape, images.dtype, np.bincount(labels)
        ((60, 8, 8, 1), dtype('uint8'), array([6, 6, 6, 6, 6, 6, 6, 6, 6, 6]))
    """
    require_part(model, "decoder", "generate images")
    if not model.num_classes:
        raise ValueError(
            "`augment` needs a model with classes, such as a CSAE, ReGene or CVAE. "
            f"Received: {type(model).__name__} {model.name!r}, which has no classes."
        )
    x, y = as_array("x", x), as_array("y", y)
    check_images(x, model.image_shape, name="x")
    check_labels(y, len(x), model.num_classes, name="y")
    if x.dtype == np.int8:
        raise ValueError(
            "`x` must have a type for the pixels of new images, such as uint8 or float32. "
            "Received: type int8."
        )
    check_number("factor", factor, 0)
    check_flag("shuffle", shuffle)
    check_seed(seed)
    counts = [round(factor * count) for count in np.bincount(y, minlength=model.num_classes)]
    new_labels = np.repeat(np.arange(model.num_classes), counts)
    options = {"seed": seed, "accept": accept, "prior": prior, "batch_size": batch_size}
    new_images = generate(model, new_labels, **options) if len(new_labels) else x[:0]
    if x.dtype.kind in "iu":
        new_images = np.rint(255 * new_images)
    order = np.arange(len(x) + len(new_labels))
    if shuffle:
        np.random.default_rng(seed).shuffle(order)
    # Written in their final order, so that memory holds the result only once.
    images, labels = np.empty((len(order), *x.shape[1:]), x.dtype), np.empty(len(order), y.dtype)
    images[order[: len(x)]], labels[order[: len(x)]] = x, y
    images[order[len(x) :]], labels[order[len(x) :]] = new_images, new_labels
    return images, labels
