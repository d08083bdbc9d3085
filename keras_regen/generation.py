"""Drawing: new images of a class, images again, and what lies between two images or classes."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.models.base import ImageModel

_DEFAULT_SAMPLES = 16


@dataclasses.dataclass(frozen=True)
class GenerationReport:
    """What `generate` did, beside the images.

    Args:
        labels: Integer array `(num_samples,)`: the class of each image.
        latents: Array `(num_samples, latent_dim)`: what each image was decoded from.
        seed: Integer that draws the same images again.
        tries: Integer array `(num_classes,)`: the latents that were drawn of each class.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import GenerationReport
        >>> GenerationReport(np.array([1]), np.zeros((1, 2)), seed=0, tries=np.array([0, 1])).seed
        0
    """

    labels: np.ndarray
    latents: np.ndarray
    seed: int
    tries: np.ndarray


def generate(
    model: ImageModel,
    class_id: int | str | Sequence[int | str] | None = None,
    num_samples: int | None = None,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    return_report: bool = False,
) -> np.ndarray | tuple[np.ndarray, GenerationReport]:
    """Draws new images: latents from the model's prior, decoded.

    One saved model and one seed give the same latents, and so the same images, on every backend.

    Args:
        model: A trained model with a decoder and a prior, such as `keras_regen.CSAE`.
        class_id: A label, a class name, a sequence with one of them for each sample, or `None`
            for the classes in turn.
        num_samples: Integer, at least 1. Defaults to 16, or the length of `class_id`.
        seed: Integer, at least 0. Defaults to one drawn at random; the report tells it.
        batch_size: Integer, at least 1: images decoded in one step.
        return_report: Boolean: whether to give a `GenerationReport` beside the images.

    Returns:
        Array `(num_samples, height, width, channels)`, float32 in [0, 1]; with `return_report`,
        a tuple of it and the report.

    Raises:
        ValueError: If the class is not known (the message has those that are), a number is out of
            range, the model cannot draw, or its prior is not adapted.

    Source: CSAE, second version, section 4.2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, generate
        >>> model = CSAE.from_preset("csae_digits", epochs=1)
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> generate(model, class_id=3, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """
    check_integer("batch_size", batch_size, 1)
    if num_samples is not None:
        check_integer("num_samples", num_samples, 1)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    check_integer("seed", seed, 0)
    labels = _labels(model, class_id, num_samples)
    prior = model.part("prior", "draw new latents")
    rng = np.random.default_rng(seed)
    latents = np.empty((len(labels), model.latent_dim), "float32")
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        latents[rows] = prior.sample(len(rows), int(label), rng)
    images = model.decode(latents, batch_size)
    if not return_report:
        return images
    tries = np.bincount(labels, minlength=model.num_classes)
    return images, GenerationReport(labels, latents, seed, tries)


def reconstruct(model: ImageModel, x, batch_size: int = 256) -> np.ndarray:
    """Gives images as the model draws them again: encoded, then decoded.

    Args:
        model: A model with an encoder and a decoder.
        x: Images `(num_samples, height, width, channels)`; integers 0..255 or floats 0..1.
        batch_size: Integer, at least 1: images in one step.

    Returns:
        Array of the shape of `x`, float32 in [0, 1].

    Raises:
        ValueError: If the model has no encoder or decoder, or the images are not as it needs them.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, reconstruct
        >>> reconstruct(CSAE.from_preset("csae_digits"), np.zeros((2, 8, 8, 1))).shape
        (2, 8, 8, 1)
    """
    check_integer("batch_size", batch_size, 1)
    return model.reconstruct(x, batch_size)


def interpolate(
    model: ImageModel,
    start: np.ndarray | int | str,
    end: np.ndarray | int | str,
    num_samples: int = 8,
) -> np.ndarray:
    """Draws what lies between two images or two classes, in equal steps of the latent.

    Args:
        model: A model with a decoder, and an encoder for images or an adapted prior for classes.
        start: An image `(height, width, channels)`; or a label or class name, for the mean latent
            of that class.
        end: The same, for the other end.
        num_samples: Integer, at least 2: images, with both ends.

    Returns:
        Array `(num_samples, height, width, channels)`, float32 in [0, 1].

    Raises:
        ValueError: If an image or class is not as the model needs it, `num_samples` is below 2,
            or the prior is not adapted.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, interpolate
        >>> model = CSAE.from_preset("csae_digits")
        >>> interpolate(model, np.zeros((8, 8, 1)), np.ones((8, 8, 1)), num_samples=5).shape
        (5, 8, 8, 1)
    """
    check_integer("num_samples", num_samples, 2)
    ends = [_latent(model, end) for end in (start, end)]
    ratios = np.linspace(0, 1, num_samples)[:, None]
    return model.decode((1 - ratios) * ends[0] + ratios * ends[1])


def _labels(model, class_id, num_samples):
    """One label for each sample."""
    if class_id is None:
        return np.arange(num_samples or _DEFAULT_SAMPLES) % model.num_classes
    if isinstance(class_id, (str, int, np.integer)):
        return np.full(num_samples or _DEFAULT_SAMPLES, model.class_index(class_id))
    labels = np.array([model.class_index(one) for one in class_id], "int64")
    if len(labels) == 0 or num_samples not in (None, len(labels)):
        raise ValueError(
            "A sequence of classes has one for each sample, and at least one. "
            f"Received: {len(labels)} classes and num_samples={num_samples}."
        )
    return labels


def _latent(model, end):
    if isinstance(end, (str, int, np.integer)):
        prior = model.part("prior", "know its classes' latents")
        return prior.class_mean(model.class_index(end))
    return model.encode(np.asarray(end)[None])[0]
