"""A model applied to images and latents in memory, in blocks."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from keras import ops

from keras_regen.arrays import as_array
from keras_regen.models.training_data import images_of


def in_memory(x: Any) -> np.ndarray:
    """Returns images as a NumPy array, from a list, an array or a tensor."""
    return as_array("images", x)


def probabilities(model: Any, images: Any, batch_size: int) -> np.ndarray:
    """Returns the probabilities of the classes of images, `(num_samples, num_classes)`.

    Raises:
        ValueError: If the model does not classify, or the images do not have the shape, type or
            range that it expects.
    """
    if model.encoder is not None and model.head is not None:
        # `predict` would decode every image as well.
        return latent_probabilities(model, model.encode(images, batch_size=batch_size), batch_size)
    outputs = {}
    if model.decoder is None:  # a model with a decoder classifies by its head, if at all
        outputs = model.predict(images, batch_size=batch_size, verbose=0)
    if "probabilities" not in outputs:
        raise ValueError(f"{type(model).__name__} {model.name!r} does not classify images.")
    return outputs["probabilities"]


def latent_probabilities(model: Any, z: Any, batch_size: int) -> np.ndarray:
    """Returns the probabilities of the classes of latents, `(num_samples, num_classes)`."""
    return _in_batches(model._head_probabilities, model.num_classes, z, batch_size)


def centroid_distances(model: Any, z: Any, batch_size: int) -> np.ndarray:
    """Returns the distances of latents to the centroids of a head, `(num_samples, num_classes)`."""
    logits = _in_batches(model.head, model.num_classes, z, batch_size)
    return np.sqrt(np.maximum(-logits, 0))


def distance_quantiles(model: Any, z: Any, labels: np.ndarray, num_quantiles: int) -> np.ndarray:
    """Returns quantiles of the distances of latents to the centroid of their class.

    Args:
        model: A model with a `PEDCCHead`.
        z: Latents `(num_samples, latent_dim)`.
        labels: Integer array `(num_samples,)`.
        num_quantiles: Integer, at least 2: the quantiles are evenly spaced from 0 to 1.

    Returns:
        Array `(num_classes, num_quantiles)`, float32; zeros for a class without latents.
    """
    distances = centroid_distances(model, z, 256)[np.arange(len(labels)), labels]
    quantiles = np.zeros((model.num_classes, num_quantiles), "float32")
    for label in np.unique(labels):
        own = distances[labels == label]
        quantiles[label] = np.quantile(own, np.linspace(0, 1, num_quantiles))
    return quantiles


def latents_of_reconstructions(model: Any, z: np.ndarray) -> np.ndarray:
    """Returns the latents of the images that latents decode to, `(num_samples, latent_dim)`."""
    encoded = []
    # In blocks, so that the memory never holds all images.
    for block in np.array_split(z, -(-len(z) // 512)):
        images = model.decoder.predict(block, 256, verbose=0).astype("float32", copy=False)
        encoded.append(model.encoder.predict(np.clip(images, 0, 1), 256, verbose=0))
    return np.concatenate(encoded).astype("float32", copy=False)


def _in_batches(function: Callable, num_outputs: int, z: Any, batch_size: int) -> np.ndarray:
    result = np.empty((len(z), num_outputs), "float32")
    for start in range(0, len(z), batch_size):
        rows = slice(start, start + batch_size)
        batch = function(ops.convert_to_tensor(z[rows]))
        result[rows] = ops.convert_to_numpy(ops.cast(batch, "float32"))
    return result


def mean_confidence(model: Any, batches: Iterable[tuple[Any, Any]], batch_size: int) -> np.ndarray:
    """Returns the mean probability of the true class of the images of each class, float32.

    Raises:
        ValueError: If a class has no image.
    """
    count, total = np.zeros((2, model.num_classes))
    for inputs, labels in batches:
        labels = labels.astype("int64")
        images = images_of(inputs)
        confidence = probabilities(model, images, batch_size)[np.arange(len(labels)), labels]
        count += np.bincount(labels, minlength=model.num_classes)
        total += np.bincount(labels, confidence, minlength=model.num_classes)
    if not count.all():
        missing = [f"{label} {model.class_names[label]!r}" for label in np.flatnonzero(count == 0)]
        raise ValueError(
            "The images to calibrate on must have every class. "
            f"Received: none of the classes {', '.join(missing)}."
        )
    return (total / count).astype("float32")
