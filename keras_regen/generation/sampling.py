"""`generate`: new images from latents of a prior."""

from collections.abc import Callable, Sequence
from typing import Literal, overload

import numpy as np

from keras_regen.checks import check_flag, check_integer, elements_of
from keras_regen.class_names import class_index
from keras_regen.generation.acceptance import Acceptance
from keras_regen.generation.generation_report import GenerationReport
from keras_regen.generation.protocol import GenerativeModel, require_part
from keras_regen.generation.rejection_sampling import generate_accepted
from keras_regen.priors import Prior

# The label of an image without a requested class.
NO_CLASS = -1
_DEFAULT_SAMPLES = 16


@overload
def generate(
    model: GenerativeModel,
    class_id: int | str | Sequence[int | str] | np.ndarray | None = None,
    num_samples: int | None = None,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
    accept: bool | float | Acceptance | None = None,
    return_report: Literal[False] = False,
) -> np.ndarray: ...


@overload
def generate(
    model: GenerativeModel,
    class_id: int | str | Sequence[int | str] | np.ndarray | None = None,
    num_samples: int | None = None,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
    accept: bool | float | Acceptance | None = None,
    return_report: Literal[True],
) -> tuple[np.ndarray, GenerationReport]: ...


@overload
def generate(
    model: GenerativeModel,
    class_id: int | str | Sequence[int | str] | np.ndarray | None = None,
    num_samples: int | None = None,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
    accept: bool | float | Acceptance | None = None,
    return_report: bool,
) -> np.ndarray | tuple[np.ndarray, GenerationReport]: ...


def generate(
    model: GenerativeModel,
    class_id: int | str | Sequence[int | str] | np.ndarray | None = None,
    num_samples: int | None = None,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
    accept: bool | float | Acceptance | None = None,
    return_report: bool = False,
) -> np.ndarray | tuple[np.ndarray, GenerationReport]:
    """Generates new images: samples latents from the prior and decodes them.

    A saved model and a seed give the same latents, and so the same images, on every backend. With
    acceptance, an image whose confidence is within a rounding error of the threshold may be kept
    on one backend and not on another.

    Args:
        model: A trained model with a decoder and a prior, such as `keras_regen.CSAE`.
        class_id: A label, a class name, a sequence with a label or name for each sample, or `None`
            for all classes in turn. A model whose prior has no classes, such as a
            `keras_regen.GAN`, generates images of a class only with `accept` and a classifier.
        num_samples: Integer, at least 1. Defaults to 16, or the length of `class_id`.
        seed: Integer, at least 0. Defaults to a random seed, which the report holds. The latents
            of a class depend on the seed and not on the other requested classes.
        batch_size: Integer, at least 1: images decoded in one step.
        prior: An adapted `keras_regen.priors.Prior` to sample from instead of the model's prior,
            such as `model.prior.combining(num_sources=3)`.
        accept: `None` keeps all images. A `keras_regen.Acceptance` keeps the images that are
            recognized as their class. `True` stands for `Acceptance()`: by the distance to the
            centroid of the class for a model with centroids, and by the confidence of the model
            for all others, after `model.calibrate`. A float in (0, 1] stands for
            `Acceptance(threshold=accept)`.
        return_report: Whether to return a `GenerationReport` as well.

    Returns:
        Array `(num_samples, height, width, channels)`, float32 in [0, 1]; with `return_report`,
        a tuple of the array and the report.

    Raises:
        AcceptanceError: If too few images of a class are accepted within its limit of tries. The
            error holds the accepted images.
        ValueError: If the class is unknown (the message lists the classes), a number is out of
            range, the model cannot generate, its prior is not adapted, or the prior or the
            acceptance does not fit the model.

    Source: CSAE, second version, section 4.2; ReGene, sections 3.4 and 6.2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, generate
        >>> model = CSAE.from_preset("csae_digits", epochs=1)
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> generate(model, class_id=3, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """
    latent_dim = require_part(model, "decoder", "generate images").input_shape[-1]
    if prior is None:
        prior = require_part(model, "prior", "sample new latents")
    check_integer("batch_size", batch_size, 1)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    check_integer("seed", seed, 0)
    check_flag("return_report", return_report)
    if num_samples is not None:
        check_integer("num_samples", num_samples, 1)
    check_prior(model, prior)
    acceptance = as_acceptance(accept)
    class_names = requestable_classes(model, prior, acceptance)
    labels = requested_labels(class_names, class_id, num_samples)
    samplers = {
        label: _with_checked_shape(
            # Each class has its own latents, whatever other classes are requested.
            prior.sampler(
                label, np.random.default_rng([seed] if label == NO_CLASS else [seed, label])
            ),
            latent_dim,
        )
        for label in np.unique(labels).tolist()
    }
    if acceptance is not None:
        images, report = generate_accepted(
            model, class_names, samplers, labels, seed, batch_size, acceptance
        )
    else:
        latents = np.empty((len(labels), latent_dim), "float32")
        for label, sample in samplers.items():
            rows = np.flatnonzero(labels == label)
            latents[rows] = sample(len(rows))
        images = model.decode(latents, batch_size)
        tries = np.bincount(labels[labels != NO_CLASS], minlength=len(class_names))
        report = GenerationReport(labels, latents, seed, tries, tries)
    return (images, report) if return_report else images


def check_prior(model: GenerativeModel, prior: Prior) -> None:
    """Raises `ValueError` if an object is no prior, or has other classes than the model."""
    if not isinstance(prior, Prior):
        raise ValueError(
            "`prior` must be a `keras_regen.priors.Prior`, or None for the model's own. "
            f"Received: prior={prior!r}."
        )
    if model.num_classes and prior.num_classes not in (None, model.num_classes):
        raise ValueError(
            f"`prior` must have the {model.num_classes} classes of the model. "
            f"Received: a prior of {prior.num_classes} classes."
        )


def requestable_classes(
    model: GenerativeModel, prior: Prior, acceptance: Acceptance | None
) -> Sequence[str]:
    """Returns the names of the classes that can be requested; none without classes.

    A model without classes takes the names from the prior or from the classifier of the acceptance.

    Raises:
        ValueError: If a model without classes should accept its own images.
    """
    classifier = None if acceptance is None else acceptance.classifier
    if acceptance is None and prior.num_classes is None:
        return ()
    if model.num_classes:
        return model.class_names
    if prior.num_classes is not None:
        return tuple(str(label) for label in range(prior.num_classes))
    if classifier is None:
        raise ValueError(
            f"{type(model).__name__} has no classes, so it cannot classify its own images. Give "
            "`accept=Acceptance(classifier)` with a classifier of the classes."
        )
    if hasattr(classifier, "class_names"):
        return classifier.class_names
    shape = getattr(classifier, "output_shape", None)
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "The classifier of the acceptance must be a functional or sequential Keras model that "
            f"returns a probability for each class, (batch, num_classes). Received: {shape}."
        )
    return tuple(str(label) for label in range(shape[1]))


def requested_labels(
    class_names: Sequence[str],
    class_id: int | str | Sequence[int | str] | np.ndarray | None,
    num_samples: int | None,
) -> np.ndarray:
    """Returns a label for each sample, from the arguments of `generate`.

    Without classes, each label is `NO_CLASS`.

    Raises:
        ValueError: If a class is unknown, or the numbers of classes and samples differ.
    """
    if class_id is None:
        count = num_samples or _DEFAULT_SAMPLES
        return np.arange(count) % len(class_names) if class_names else np.full(count, NO_CLASS)
    if not class_names:
        raise ValueError(
            "The model generates images without regard to classes. Leave out `class_id`, or give "
            "`accept=Acceptance(classifier)` with a classifier that selects the images of a "
            f"class. Received: class_id={class_id!r}."
        )
    names = None if isinstance(class_id, (str, int)) else elements_of(class_id)
    if names is None:
        return np.full(num_samples or _DEFAULT_SAMPLES, class_index(class_names, class_id))
    labels = np.array([class_index(class_names, name) for name in names], "int64")
    if len(labels) == 0 or num_samples not in (None, len(labels)):
        raise ValueError(
            "A sequence of classes must have a class for each sample, and at least one. "
            f"Received: {len(labels)} classes and num_samples={num_samples}."
        )
    return labels


def as_acceptance(accept: bool | float | Acceptance | None) -> Acceptance | None:
    """Returns the acceptance that the argument `accept` of `generate` means.

    Raises:
        ValueError: If the argument is of another type, or a threshold is out of range.
    """
    if accept is None or isinstance(accept, (bool, np.bool_)):
        return Acceptance() if accept else None
    if isinstance(accept, (int, float, np.integer, np.floating)):
        return Acceptance(threshold=float(accept))
    if not isinstance(accept, Acceptance):
        raise ValueError(
            "`accept` must be None, True, a threshold in (0, 1] or a `keras_regen.Acceptance`. "
            f"Received: accept={accept!r}."
        )
    return accept


def _with_checked_shape(
    sample: Callable[[int], np.ndarray], latent_dim: int
) -> Callable[[int], np.ndarray]:
    """The sampler of a prior, with a check that the decoder takes its latents."""

    def checked(num_samples: int) -> np.ndarray:
        latents = sample(num_samples)
        if latents.shape != (num_samples, latent_dim):
            raise ValueError(
                "The prior must sample latents of the shape that the model decodes, "
                f"(num_samples, {latent_dim}). Received: {latents.shape}, for "
                f"num_samples={num_samples}."
            )
        return latents

    return checked
