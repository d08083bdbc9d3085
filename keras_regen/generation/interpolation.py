"""What lies between two images or classes."""

from collections.abc import Sequence

import numpy as np

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
    """Draws what lies between two images or two classes, on the straight line of their latents.

    Args:
        model: A model with a decoder, and an encoder for images or an adapted prior for classes.
        start: An image `(height, width, channels)`; or a label or class name, for the mean latent
            of that class.
        end: The same, for the other end.
        num_samples: Integer, at least 2: images in equal steps, with both ends. Defaults to 8.
        ratios: Floats in [0, 1], in place of `num_samples`: the share of `end` in each image.

    Returns:
        Array `(num_samples, height, width, channels)`, float32 in [0, 1].

    Raises:
        ValueError: If an image or class is not as the model needs it, `num_samples` is below 2,
            a ratio is out of range, both are given, or the prior is not adapted.

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
            "Give `num_samples`, for equal steps, or `ratios`, not both. "
            f"Received: num_samples={num_samples}, ratios={ratios!r}."
        )
    ratios = check_ratios("ratios", ratios)
    if ratios.ndim != 1 or len(ratios) == 0:
        raise ValueError(f"`ratios` must be a list of numbers. Received: ratios={ratios.tolist()}.")
    require_part(model, "decoder", "generate images")
    ends = [_latent(model, end) for end in (start, end)]
    ratios = ratios[:, None]
    return model.decode((1 - ratios) * ends[0] + ratios * ends[1])


def check_ratios(name: str, ratios) -> np.ndarray:
    """Gives shares as a float64 array, or raises `ValueError` if one is not in [0, 1].

    Args:
        name: Name of the argument, for the message.
        ratios: A number or numbers.
    """
    try:
        found = np.asarray(ratios, "float64")
    except (TypeError, ValueError):
        found = np.array(np.nan)
    # Written so that NaN fails.
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError(
            f"`{name}` must be from 0 (only the first source) to 1 (only the other). "
            f"Received: {name}={ratios!r}."
        )
    return found


def _latent(model, end):
    if isinstance(end, (str, int, np.integer)):
        prior = require_part(model, "prior", "interpolate between classes")
        return prior.class_mean(class_index(model.class_names, end))
    return model.encode(np.asarray(end)[None])[0]
