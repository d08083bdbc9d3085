"""GenerativeModel: the part of a model that this package of functions uses."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np


class GenerativeModel(Protocol):
    """The attributes and methods that `generate` and its neighbors need of a model.

    `keras_regen.ImageModel` has them. A model may lack a part: the attribute is then `None`, and
    a function that needs the part raises an error that names it.

    Examples:
        >>> from keras_regen import CSAE
        >>> CSAE.from_preset("csae_digits").latent_dim
        32
    """

    name: str
    image_shape: tuple[int, int, int]
    class_names: Sequence[str]
    num_classes: int
    encoder: Any
    decoder: Any
    head: Any
    prior: Any
    confidence: Any

    @property
    def latent_dim(self) -> int | None:
        """Number of dimensions of the latent."""

    def encode(self, x: Any, y: Any = None, batch_size: int = 256) -> np.ndarray:
        """Returns the latents of images."""
        raise NotImplementedError

    def decode(self, z: Any, batch_size: int = 256) -> np.ndarray:
        """Returns the images of latents."""
        raise NotImplementedError

    def reconstruct(self, x: Any, y: Any = None, batch_size: int = 256) -> np.ndarray:
        """Returns the reconstructions of images."""
        raise NotImplementedError

    def classify(
        self, x: Any, batch_size: int = 256, *, return_probabilities: bool = False
    ) -> np.ndarray:
        """Returns the labels of images, or the probabilities of their classes."""
        raise NotImplementedError
