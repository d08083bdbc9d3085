"""Training of a separate model for each class, for models without classes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_regen.arrays import as_array, check_images, check_labels
from keras_regen.checks import named_errors
from keras_regen.class_names import as_class_names
from keras_regen.generation.protocol import check_model
from keras_regen.models.image_model import ImageModel


def fit_per_class(
    build: Callable[[str], ImageModel],
    x: Any,
    y: Any,
    class_names: Sequence[str],
    **options: Any,
) -> dict[str, ImageModel]:
    """Trains a model for each class, on the images of that class alone.

    All models stay in memory, each with the state of its optimizer.

    Args:
        build: Function from the name of a class to a compiled model, such as a
            `keras_regen.DEGAN`. If it begins with `keras.utils.set_random_seed`, the model of a
            class does not depend on the other classes.
        x: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        y: Integer labels `(num_samples,)`.
        class_names: Names of the classes, in the order of their labels.
        **options: Arguments of each model's `fit`, such as `epochs`.

    Returns:
        A dict from the names of the classes, in the order of their labels, to trained models, for
        `keras_regen.generate_per_class`.

    Raises:
        ValueError: If images or labels have a wrong shape or range, a class has no images, two
            classes have the same name, or `build` raises an error or returns no model.

    Source: DE-GAN, section IV-C and table VII: a model for each class of CIFAR-10.

    Examples:
        >>> import keras
        >>> from keras_regen import GAN, fit_per_class, generate_per_class
        >>> from keras_regen.datasets import load
        >>> digits = load("digits")
        >>> rows = digits.y_train < 2
        >>> def build(name):
        ...     keras.utils.set_random_seed(0)
        ...     model = GAN.for_images((8, 8, 1), latent_dim=4, network="dense", hidden=(8,))
        ...     model.compile("adam")
        ...     return model
        >>> models = fit_per_class(
        ...     build, digits.x_train[rows], digits.y_train[rows], ["0", "1"], verbose=0
        ... )
        >>> images, labels = generate_per_class(models, samples_per_class=5, seed=0)
        >>> images.shape
        (10, 8, 8, 1)
    """
    x, y = as_array("x", x), as_array("y", y)
    class_names = as_class_names(class_names, least=1)
    check_images(x, name="x")
    check_labels(y, len(x), len(class_names), name="y")
    counts = np.bincount(y, minlength=len(class_names))
    missing = [repr(name) for name, count in zip(class_names, counts, strict=True) if not count]
    if missing:
        raise ValueError(
            "Every class must have images to train its model on. "
            f"Received: none of {', '.join(missing)}."
        )
    models = {}
    for label, name in enumerate(class_names):
        with named_errors("build", f"the name {name!r} of a class"):
            models[name] = build(name)
        check_model(models[name])
        models[name].fit(x[y == label], **options)
    return models
