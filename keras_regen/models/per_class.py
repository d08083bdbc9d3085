"""A model of its own for each class: how models that know no classes draw them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_regen.checks import check_images, check_labels
from keras_regen.models.image_model import ImageModel


def fit_per_class(
    build: Callable[[str], ImageModel],
    x: Any,
    y: Any,
    class_names: Sequence[str],
    **options: Any,
) -> dict[str, ImageModel]:
    """Trains a model for each class, on the images of that class alone.

    The classes are trained one after the other. All models stay in memory, each with the state
    of its optimizer.

    Args:
        build: Function from a class's name to a compiled model, such as a `keras_regen.DEGAN`.
            One that begins with `keras.utils.set_random_seed` makes each class's model what it
            would be without the others.
        x: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        y: Integer labels `(num_samples,)`.
        class_names: Names of the classes, in the order of their labels.
        **options: Arguments of each model's `fit`, such as `epochs`.

    Returns:
        A dict from the classes' names to trained models, in the order of their labels, for
        `keras_regen.generate_per_class`.

    Raises:
        ValueError: If images or labels are not as they should be, a class has no images, or two
            classes have one name.

    Source: DE-GAN, section IV-C and table VII: ten models of the classes of CIFAR-10.

    Examples:
        >>> import keras
        >>> from keras_regen import GAN, fit_per_class, generate_per_class
        >>> from keras_regen.datasets import load
        >>> digits = load("digits")
        >>> few = digits.y_train < 2
        >>> def build(name):
        ...     keras.utils.set_random_seed(0)
        ...     model = GAN.for_images((8, 8, 1), latent_dim=4, network="dense", hidden=(8,))
        ...     model.compile("adam")
        ...     return model
        >>> models = fit_per_class(
        ...     build, digits.x_train[few], digits.y_train[few], ["0", "1"], verbose=0
        ... )
        >>> images, labels = generate_per_class(models, samples_per_class=5, seed=0)
        >>> images.shape
        (10, 8, 8, 1)
    """
    x, y = (np.asarray(array) for array in (x, y))
    class_names = [str(name) for name in class_names]
    if len(set(class_names)) != len(class_names):
        raise ValueError(f"`class_names` must differ. Received: {class_names}.")
    check_images(x, name="x")
    check_labels(y, len(x), len(class_names), name="y")
    counts = np.bincount(y, minlength=len(class_names))
    missing = [repr(name) for name, count in zip(class_names, counts, strict=True) if not count]
    if missing:
        raise ValueError(
            "There must be images of each class to train its model on. "
            f"Received: none of {', '.join(missing)}."
        )
    models = {}
    for label, name in enumerate(class_names):
        models[name] = build(name)
        models[name].fit(x[y == label], **options)
    return models
