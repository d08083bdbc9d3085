"""Combinations of every pair of images from two lists."""

import numpy as np

from keras_regen.arrays import as_array, check_images
from keras_regen.generation.interpolation import check_ratios
from keras_regen.generation.protocol import GenerativeModel, require_part


def matrix(
    model: GenerativeModel, rows: np.ndarray, columns: np.ndarray, ratio: float = 0.5
) -> np.ndarray:
    """Generates the combination of every image in `rows` with every image in `columns`.

    Each result is decoded from a point on the line between the latents of the two images.

    Args:
        model: A model with an encoder and a decoder.
        rows: Images `(num_rows, height, width, channels)`; integers 0..255 or floats 0..1.
        columns: Images `(num_columns, height, width, channels)`.
        ratio: Float in [0, 1]: share of the image in `columns`.

    Returns:
        Array `(num_rows, num_columns, height, width, channels)`, float32 in [0, 1].

    Raises:
        ValueError: If the images do not fit the model, it has no encoder or decoder, or the ratio
            is out of range.

    Source: ReGene, section 6.3 and figures 8 to 11.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, matrix
        >>> rows, columns = np.zeros((2, 8, 8, 1)), np.ones((3, 8, 8, 1))
        >>> matrix(CSAE.from_preset("csae_digits"), rows, columns).shape
        (2, 3, 8, 8, 1)
    """
    require_part(model, "decoder", "generate images")
    share = check_ratios("ratio", ratio)
    if share.ndim:
        raise ValueError(f"`ratio` must be a single number. Received: ratio={ratio!r}.")
    rows, columns = as_array("rows", rows), as_array("columns", columns)
    check_images(rows, model.image_shape, name="rows")
    check_images(columns, model.image_shape, name="columns")
    latents = (1 - share) * model.encode(rows)[:, None] + share * model.encode(columns)[None]
    images = model.decode(latents.reshape(-1, latents.shape[-1]))
    return images.reshape(len(rows), len(columns), *model.image_shape)
