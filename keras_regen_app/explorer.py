"""The functions behind the page of `keras-regen explore`: samples, paths, classification."""

import functools
import os
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_regen.checks import check_integer
from keras_regen.class_names import class_index
from keras_regen.generation import Acceptance, AcceptanceError, generate
from keras_regen.generation.interpolation import check_ratios
from keras_regen.generation.protocol import require_part
from keras_regen.models import ImageModel
from keras_regen.models.classifier import classifies
from keras_regen.models.inference import centroid_distances
from keras_regen.priors import ClassGaussianPrior, ConvexCombinationPrior, Prior
from keras_regen_app.uploads import read_upload

ALL_CLASSES = "All classes"
MAX_SAMPLES = 400
_MAX_TRIES = 100
_GAUSSIAN = "ClassGaussianPrior (of the same latents)"
_MOST_COVARIANCES = 50_000_000  # numbers in the covariances of all classes


class Samples(NamedTuple):
    """Generated images.

    Args:
        images: Array `(num_samples, height, width, channels)`, float32 in [0, 1].
        labels: Integer array `(num_samples,)`; -1 for images without a class.
        message: Number of images and of tries; or the reason why there are fewer.
    """

    images: np.ndarray
    labels: np.ndarray
    message: str


class End(NamedTuple):
    """An end of a path through the latent space.

    Args:
        image: Array `(height, width, channels)`: the image, or its reconstruction.
        latent: Array `(latent_dim,)`.
    """

    image: np.ndarray
    latent: np.ndarray


class Classification(NamedTuple):
    """The result of `Explorer.classify`; a part that the model lacks is `None`.

    Args:
        image: Array `(height, width, channels)`, uint8: the picture as the model sees it.
        reconstruction: Array of the same shape, float32 in [0, 1].
        probabilities: Dict from class names to probabilities.
        nearest: Pairs of a class name and the distance to its centroid, or to its mean latent for
            a model without centroids; the nearest class first.
    """

    image: np.ndarray
    reconstruction: np.ndarray | None
    probabilities: dict[str, float] | None
    nearest: list[tuple[str, float]] | None


def _one_at_a_time(method: Callable) -> Callable:
    """Makes the calls of several visitors wait for each other: they share the model."""

    @functools.wraps(method)
    def locked(self: "Explorer", *arguments: Any, **options: Any) -> Any:
        with self._lock:
            return method(self, *arguments, **options)

    return locked


class Explorer:
    """Generates, interpolates and classifies images for a visitor of a page.

    All arguments are checked, because a page can send any values.

    Args:
        model: A trained model.

    Attributes:
        classes: The names for the choice of a class; empty for a model without classes.
        priors: Descriptions of the priors to choose from, the model's prior first.
        max_sources: The largest number of latents that a ReGene can combine; `None` for other
            models.
        encodes: Whether the model encodes images.
        classifies: Whether the model classifies images.
        accepts: Whether the model can select the images that it recognizes as their class.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE
        >>> from keras_regen_app.explorer import Explorer
        >>> model = CSAE.from_preset("csae_digits")
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> explorer = Explorer(model)
        >>> samples = explorer.samples("3", num_samples=5)
        >>> samples.images.shape, samples.message
        ((5, 8, 8, 1), '5 images with the seed 0.')
    """

    def __init__(self, model: ImageModel):
        self._lock = threading.Lock()
        self.model = model
        self.classes = tuple(model.class_names)
        self.generates = model.decoder is not None and model.prior is not None
        self.encodes = model.encoder is not None
        self.classifies = classifies(model)
        self.accepts = self.generates and self.classifies and _is_calibrated(model)
        self.max_sources = None
        self.priors = [f"{type(model.prior).__name__} (of the model)"] if self.generates else []
        if self.generates and isinstance(model.prior, ConvexCombinationPrior) and model.prior.built:
            counts = ops.convert_to_numpy(model.prior.count).astype(int)
            self.max_sources = int(min(counts[counts > 0], default=2))
            if model.num_classes * model.latent_dim**2 <= _MOST_COVARIANCES:
                self.priors.append(_GAUSSIAN)

    @property
    def num_sources(self) -> int | None:
        """Number of latents that the model's prior combines; `None` for other priors."""
        return None if self.max_sources is None else self.model.prior.num_sources

    @_one_at_a_time
    def samples(
        self,
        class_name: str | None = None,
        num_samples: int = 16,
        *,
        prior: str | None = None,
        num_sources: int | None = None,
        seed: int = 0,
        accept: bool = False,
    ) -> Samples:
        """Generates images of a class, or of each class.

        Args:
            class_name: Name of a class; `None` or `"All classes"` for all classes.
            num_samples: Integer: images of the class, or of each class. Of many classes, each has
                fewer images, so that the images are at most 400, or one of each class.
            prior: An element of `priors`. Defaults to the model's prior.
            num_sources: Integer: latents that a `ConvexCombinationPrior` combines.
            seed: Integer, at least 0.
            accept: Whether to keep only images that the model recognizes as their class.

        Returns:
            `Samples`. If too few images are accepted, it has the accepted images, and the message
            says so.

        Raises:
            ValueError: If an argument is out of range, or the model does not generate.
        """
        num_samples, seed = _integer("num_samples", num_samples, 1), _integer("seed", seed, 0)
        chosen = self._prior(prior, num_sources)
        labels = None
        if self.classes:
            labels = self._labels(class_name)
            count = min(num_samples, max(1, MAX_SAMPLES // len(labels)))
            labels = np.repeat(labels, count)
        options: dict[str, Any] = {"seed": seed, "prior": chosen, "return_report": True}
        if accept:
            if not self.accepts:
                raise ValueError(
                    "The model cannot accept its images, because it does not classify or is not "
                    "calibrated. Switch the acceptance off, or call `model.calibrate`."
                )
            options["accept"] = Acceptance(max_tries=_MAX_TRIES)
        try:
            images, report = generate(
                self.model,
                labels,
                min(num_samples, MAX_SAMPLES) if labels is None else None,
                **options,
            )
        except AcceptanceError as error:
            message = f"Too few images were accepted within {_MAX_TRIES} tries for each: "
            message += f"{len(error.images)} of {0 if labels is None else len(labels)}."
            return Samples(error.images, error.labels, message)
        message = f"{len(images)} images with the seed {seed}"
        if accept:
            message += f", accepted from {report.tries.sum()} tries"
        return Samples(images, report.labels, f"{message}.")

    @_one_at_a_time
    def end(
        self, class_name: str | None = None, seed: int = 0, upload: str | os.PathLike | None = None
    ) -> End:
        """Returns an end of a path: a generated image, or an uploaded picture.

        Args:
            class_name: Name of the class of the generated image, or of the picture for a model
                whose encoder needs the class (`keras_regen.CVAE`).
            seed: Integer: seed of the generated image.
            upload: Path of an uploaded picture, which replaces the generated image.

        Raises:
            ValueError: If the class is unknown, the picture is not readable, or the model cannot
                generate or encode.
        """
        if upload is not None:
            require_part(self.model, "encoder", "encode images")
            image = read_upload(upload, self.model.image_shape)
            return End(image, self._encode(image, class_name))
        seed = _integer("seed", seed, 0)
        label = None
        if self.classes:
            label = int(self._labels(class_name)[0])
        images, report = generate(self.model, label, 1, seed=seed, return_report=True)
        return End(images[0], report.latents[0])

    @_one_at_a_time
    def between(self, start: End, end: End, ratio: float) -> np.ndarray:
        """Decodes a point on the straight line between the latents of two ends.

        Args:
            start: The end at ratio 0.
            end: The end at ratio 1.
            ratio: Float in [0, 1].

        Returns:
            Array `(height, width, channels)`, float32 in [0, 1].

        Raises:
            ValueError: If the ratio is out of range.
        """
        ratio = float(check_ratios("ratio", ratio))
        return self.model.decode(((1 - ratio) * start.latent + ratio * end.latent)[None])[0]

    @_one_at_a_time
    def classify(self, upload: str | os.PathLike, class_name: str | None = None) -> Classification:
        """Classifies and reconstructs an uploaded picture.

        Args:
            upload: Path of the picture.
            class_name: Class of the picture, for a model whose encoder needs it
                (`keras_regen.CVAE`).

        Raises:
            ValueError: If the picture is not readable.
        """
        image = read_upload(upload, self.model.image_shape)
        probabilities = nearest = reconstruction = None
        if self.classifies:
            (row,) = self.model.classify(image[None], return_probabilities=True)
            probabilities = dict(zip(self.classes, row.tolist(), strict=True))
        if self.encodes:
            latent = self._encode(image, class_name)
            nearest = self._nearest(latent)
            if self.model.decoder is not None:
                reconstruction = self.model.decode(latent[None])[0]
        return Classification(image, reconstruction, probabilities, nearest)

    def _labels(self, class_name: str | None) -> np.ndarray:
        if class_name in (None, ALL_CLASSES) and class_name not in self.classes:
            return np.arange(len(self.classes))
        return np.array([class_index(self.classes, class_name)])

    def _prior(self, name: str | None, num_sources: int | None) -> Prior:
        require_part(self.model, "decoder", "generate images")
        prior = require_part(self.model, "prior", "sample new latents")
        if name is not None:
            if name not in self.priors:
                raise ValueError(f"`prior` must be among {self.priors}. Received: {name!r}.")
            prior = self._gaussian if name == _GAUSSIAN else prior
        if num_sources is None or not isinstance(prior, ConvexCombinationPrior):
            return prior
        return prior.combining(num_sources=_integer("num_sources", num_sources, 2))

    @functools.cached_property
    def _gaussian(self) -> ClassGaussianPrior:
        prior, classes = self.model.prior, range(len(self.classes))
        latents = [_class_latents(prior, label) for label in classes]
        gaussian = ClassGaussianPrior(len(self.classes))
        labels = np.repeat(classes, [len(part) for part in latents])
        gaussian.adapt(np.concatenate(latents), labels)
        return gaussian

    def _encode(self, image: np.ndarray, class_name: str | None) -> np.ndarray:
        label = None
        if self.classes and class_name not in (None, ALL_CLASSES):
            label = np.array([class_index(self.classes, class_name)])
        return self.model.encode(image[None], label)[0]

    def _nearest(self, latent: np.ndarray) -> list[tuple[str, float]] | None:
        """The classes with their distances to a latent, the nearest first."""
        if hasattr(self.model.head, "centroids"):
            (distances,) = centroid_distances(self.model, latent[None], 1)
        elif self.max_sources is not None:
            means = np.stack([_mean(self.model.prior, label) for label in range(len(self.classes))])
            distances = np.linalg.norm(means - latent, axis=1)
        else:
            return None
        order = np.argsort(distances, kind="stable")
        return [
            (self.classes[label], float(distances[label]))
            for label in order
            if np.isfinite(distances[label])
        ]


def _integer(name: str, value: Any, minimum: int) -> int:
    """Returns a number of a page, where an integer may be a float, as an integer."""
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    check_integer(name, value, minimum)
    return int(value)


def _is_calibrated(model: ImageModel) -> bool:
    if hasattr(model.head, "centroids"):
        return bool(np.any(ops.convert_to_numpy(model.distance_quantiles)))
    return bool(np.all(ops.convert_to_numpy(model.confidence)))


def _class_latents(prior: ConvexCombinationPrior, label: int) -> np.ndarray:
    """The latents in the bank of a class; none for a class that had no training images."""
    if not int(ops.convert_to_numpy(prior.count)[label]):
        return np.empty((0, prior.latent_dim), "float32")
    return prior.class_latents(label)


def _mean(prior: ConvexCombinationPrior, label: int) -> np.ndarray:
    latents = _class_latents(prior, label)
    return latents.mean(axis=0) if len(latents) else np.full(prior.latent_dim, np.inf)
