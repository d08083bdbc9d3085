"""Reconstruction of images."""

from typing import Any

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.generation.protocol import GenerativeModel, require_part


def reconstruct(model: GenerativeModel, x: Any, y: Any = None, batch_size: int = 256) -> np.ndarray:
    """Returns the reconstructions of images: encodes the images, then decodes their latents.

    Args:
        model: A model with an encoder and a decoder.
        x: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        y: Integer labels `(num_samples,)`, for a model whose encoder takes them
            (`keras_regen.CVAE`). Other models do not use them.
        batch_size: Integer, at least 1: images in one step.

    Returns:
        Array of the shape of `x`, float32 in [0, 1].

    Raises:
        ValueError: If the model has no encoder or decoder, or the images do not fit it.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, reconstruct
        >>> reconstruct(CSAE.from_preset("csae_digits"), np.zeros((2, 8, 8, 1))).shape
        (2, 8, 8, 1)
    """
    require_part(model, "decoder", "generate images")
    check_integer("batch_size", batch_size, 1)
    return model.reconstruct(x, y, batch_size)
