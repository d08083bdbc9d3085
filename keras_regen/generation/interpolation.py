"""Interpolation between two images or classes."""

from collections.abc import Sequence

import numpy as np

from keras_regen.arrays import as_array, check_images
from keras_regen.checks import check_integer
from keras_regen.class_names import class_index
from keras_regen.generation.protocol import GenerativeModel, require_part

_DEFAULT_SAMPLES = 8


def interpolate(
    model: GenerativeModel,
    start: np.ndarray | int | str,
    end: np.ndarray | int | str,
    num_samples: int | None = None,
    *,
    ratios: Sequence[float] | None = None,
) -> np.ndarray:
    """Generates images on the straight line between two latents, of images or of classes.

    Args:
        model: A model with a decoder, and with an encoder for images or an adapted prior for
            classes.
        start: An image `(height, width, channels)`; or a label or class name, for the mean latent
            of that class.
        end: An image, label or class name, likewise.
        num_samples: Integer, at least 2: number of images in equal steps, including both ends.
            Defaults to 8.
        ratios: Floats in [0, 1], instead of `num_samples`: the share of `end` in each image.

    Returns:
        Array `(num_samples, height, width, channels)`, float32 in [0, 1].

    Raises:
        ValueError: If an image or class does not fit the model, `num_samples` is below 2, a ratio
            is out of range, both `num_samples` and `ratios` are given, or the prior is not adapted.

    Source: ReGene, section 6.2 and figure 7.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, interpolate
        >>> model = CSAE.from_preset("csae_digits")
        >>> interpolate(model, np.zeros((8, 8, 1)), np.ones((8, 8, 1)), num_samples=5).shape
        (5, 8, 8, 1)
        >>> interpolate(model, np.zeros((8, 8, 1)), np.ones((8, 8, 1)), ratios=[0.1, 0.9]).shape
        (2, 8, 8, 1)
    """
    if ratios is None:
        num_samples = _DEFAULT_SAMPLES if num_samples is None else num_samples
        check_integer("num_samples", num_samples, 2)
        ratios = np.linspace(0, 1, num_samples)
    elif num_samples is not None:
        raise ValueError(
            "Give either `num_samples`, for equal steps, or `ratios`. "
            f"Received: num_samples={num_samples}, ratios={ratios!r}."
        )
    ratios = check_ratios("ratios", ratios)
    if ratios.ndim != 1 or len(ratios) == 0:
        raise ValueError(f"`ratios` must be a list of numbers. Received: ratios={ratios.tolist()}.")
    require_part(model, "decoder", "generate images")
    ratios = ratios[:, None]
    return model.decode(
        (1 - ratios) * _latent(model, "start", start) + ratios * _latent(model, "end", end)
    )


def check_ratios(name: str, ratios: float | Sequence[float] | np.ndarray) -> np.ndarray:
    """Returns ratios as a float64 array, after a check that they lie in [0, 1].

    Args:
        name: Name of the argument, for the error message.
        ratios: A number or a sequence of numbers.

    Raises:
        ValueError: If a ratio is no number or not in [0, 1].
    """
    array = as_array(name, ratios)
    # Written so that NaN fails.
    if array.dtype.kind not in "iuf" or not ((array >= 0) & (array <= 1)).all():
        raise ValueError(
            f"`{name}` must be from 0 (only the first source) to 1 (only the second source). "
            f"Received: {name}={ratios!r}."
        )
    return array.astype("float64")


def _latent(model, name, source):
    """The latent of an image, or the mean latent of a class."""
    if isinstance(source, (str, int, np.integer)):
        prior = require_part(model, "prior", "interpolate between classes")
        return prior.class_mean(class_index(model.class_names, source))
    image = as_array(name, source)
    if image.shape != model.image_shape:
        raise ValueError(
            f"`{name}` must be an image of shape {model.image_shape}, a label or a class name. "
            f"Received: an array of shape {image.shape} and type {image.dtype}."
        )
    check_images(image[None], name=name)
    return model.encode(image[None])[0]
