"""GenerativeModel: the interface through which the generation functions use a model."""

import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np


class GenerativeModel(Protocol):
    """The attributes and methods of a model that the generation functions use.

    `keras_regen.ImageModel` has them. The attribute of a missing part is `None`, and a function
    that needs the part raises an error that names it.

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
    distance_quantiles: Any

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


def require_part(model: Any, part: str, purpose: str) -> Any:
    """Returns a part of a model, after a check that the model has it.

    Args:
        model: The argument that should be a model.
        part: `"encoder"`, `"decoder"`, `"head"` or `"prior"`.
        purpose: A verb phrase for the error message, such as `"encode images"`.

    Raises:
        ValueError: If the argument is no model of this package, or the part is `None`.

    Examples:
        >>> from keras_regen.generation.protocol import require_part
        >>> require_part("model.keras", "decoder", "generate images")
        Traceback (most recent call last):
        ...
        ValueError: Expected a model of keras_regen. Received: 'model.keras'. Load the file first...
    """
    check_model(model)
    value = getattr(model, part, None) if isinstance(part, str) else None
    if value is None:
        raise ValueError(
            f"{type(model).__name__} {model.name!r} cannot {purpose}: it has no {part}."
        )
    return value


def check_model(model: Any) -> None:
    """Raises an error unless an argument is a model of this package.

    Args:
        model: The argument that should be a model.

    Raises:
        ValueError: If it is anything else.

    Examples:
        >>> from keras_regen.generation.protocol import check_model
        >>> check_model(None)
        Traceback (most recent call last):
        ...
        ValueError: Expected a model of keras_regen. Received: a NoneType.
    """
    parts = ("image_shape", "encoder", "decoder", "head", "prior")
    if not all(hasattr(model, part) for part in parts):
        is_path = isinstance(model, (str, os.PathLike))
        hint = " Load the file first: `keras_regen.load_model(path)`." if is_path else ""
        received = repr(os.fspath(model)) if is_path else f"a {type(model).__name__}"
        raise ValueError(f"Expected a model of keras_regen. Received: {received}.{hint}")
