"""New images of a class."""

from collections.abc import Sequence

import numpy as np

from keras_regen.checks import check_integer
from keras_regen.generation.acceptance import Acceptance
from keras_regen.generation.accepted import generate_accepted
from keras_regen.generation.generation_report import GenerationReport
from keras_regen.generation.labels import NO_CLASS, known_classes, labels_asked_for
from keras_regen.generation.protocol import GenerativeModel
from keras_regen.priors import Prior


def generate(
    model: GenerativeModel,
    class_id: int | str | Sequence[int | str] | None = None,
    num_samples: int | None = None,
    *,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
    accept: bool | Acceptance | None = None,
    return_report: bool = False,
) -> np.ndarray | tuple[np.ndarray, GenerationReport]:
    """Draws new images: latents from the model's prior, decoded, and on request judged.

    One saved model and one seed give the same latents, and so the same images, on every backend.
    With acceptance, images whose confidence is within a rounding error of the threshold may be
    kept on one backend and not on another.

    Args:
        model: A trained model with a decoder and a prior, such as `keras_regen.CSAE`.
        class_id: A label, a class name, a sequence with one of them for each sample, or `None`
            for the classes in turn. A model whose prior knows no classes, such as a
            `keras_regen.GAN`, draws what comes; images of a class it draws with `accept` and a
            classifier.
        num_samples: Integer, at least 1. Defaults to 16, or the length of `class_id`.
        seed: Integer, at least 0. Defaults to one drawn at random; the report tells it. Of one
            seed, each class has its own latents, whatever other classes are asked for.
        batch_size: Integer, at least 1: images decoded in one step.
        prior: An adapted `keras_regen.priors.Prior` to draw from in place of the model's own,
            such as `model.prior.combining(num_sources=3)`.
        accept: `keras_regen.Acceptance`, to keep only images that a classifier gives their class;
            `True` for `Acceptance()`, where the model judges itself, which needs
            `model.calibrate` once; `None` to keep all.
        return_report: Boolean: whether to give a `GenerationReport` beside the images.

    Returns:
        Array `(num_samples, height, width, channels)`, float32 in [0, 1]; with `return_report`,
        a tuple of it and the report.

    Raises:
        AcceptanceError: If too few images of a class are accepted within its limit of tries; the
            error has those that are.
        ValueError: If the class is not known (the message has those that are), nothing tells of
            classes, a number is out of range, the model cannot draw, its prior is not adapted, or
            the prior or the acceptance do not fit the model.

    Source: CSAE, second version, section 4.2; ReGene, sections 3.4 and 6.2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, generate
        >>> model = CSAE.from_preset("csae_digits", epochs=1)
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> generate(model, class_id=3, num_samples=5, seed=0).shape
        (5, 8, 8, 1)
    """
    check_integer("batch_size", batch_size, 1)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    check_integer("seed", seed, 0)
    acceptance = _acceptance(accept)
    prior = prior_of(model, prior)
    class_names = known_classes(model, prior, acceptance)
    labels = labels_asked_for(class_names, class_id, num_samples)
    samplers = {
        label: _checked(prior.sampler(label, _stream(seed, label)), model)
        for label in np.unique(labels).tolist()
    }
    if acceptance is not None:
        images, report = generate_accepted(
            model, class_names, samplers, labels, seed, batch_size, acceptance
        )
    else:
        latents = np.empty((len(labels), model.latent_dim), "float32")
        for label, draw in samplers.items():
            rows = np.flatnonzero(labels == label)
            latents[rows] = draw(len(rows))
        images = model.decode(latents, batch_size)
        tries = np.bincount(labels[labels != NO_CLASS], minlength=len(class_names))
        report = GenerationReport(labels, latents, seed, tries, tries)
    return (images, report) if return_report else images


def _stream(seed, label):
    return np.random.default_rng([seed] if label == NO_CLASS else [seed, label])


def _acceptance(accept):
    if accept is None or isinstance(accept, bool):
        return Acceptance() if accept else None
    if not isinstance(accept, Acceptance):
        raise ValueError(
            "`accept` must be None, True or a `keras_regen.Acceptance`. "
            f"Received: accept={accept!r}."
        )
    return accept


def prior_of(model: GenerativeModel, prior: Prior | None) -> Prior:
    """Gives the prior to draw from: the one given, or else the model's own.

    Raises:
        ValueError: If there is none, or the one given is none or of other classes.
    """
    if prior is None:
        return model.part("prior", "draw new latents")
    if not isinstance(prior, Prior):
        raise ValueError(
            "`prior` must be a `keras_regen.priors.Prior`, or None for the model's own. "
            f"Received: prior={prior!r}."
        )
    if model.num_classes and prior.num_classes not in (None, model.num_classes):
        raise ValueError(
            f"`prior` must be of the model's {model.num_classes} classes. "
            f"Received: a prior of {prior.num_classes}."
        )
    return prior


def _checked(draw, model):
    """The function, with the shape of what it draws checked."""

    def drawn(num_samples):
        latents = draw(num_samples)
        if latents.shape != (num_samples, model.latent_dim):
            raise ValueError(
                "The prior must draw latents as the model decodes them, of shape "
                f"(num_samples, {model.latent_dim}). Received: {latents.shape}, for "
                f"num_samples={num_samples}."
            )
        return latents

    return drawn
