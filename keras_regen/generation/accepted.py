"""Drawing until enough images are accepted."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from keras_regen.generation.acceptance import Acceptance, AcceptanceError
from keras_regen.generation.acceptance_rule import AcceptanceRule
from keras_regen.generation.generation_report import GenerationReport
from keras_regen.generation.protocol import GenerativeModel

# Of the images tried in one round, so that memory holds the result and not much beside it.
_ROUND_BYTES = 2**26


def generate_accepted(
    model: GenerativeModel,
    class_names: Sequence[str],
    samplers: Mapping[int, Callable[[int], np.ndarray]],
    labels: np.ndarray,
    seed: int,
    batch_size: int,
    acceptance: Acceptance,
) -> tuple[np.ndarray, GenerationReport]:
    """Draws latents of each class and keeps the first that pass both steps of acceptance.

    Which latents a class tries, and in which order, does not depend on which are kept. So a
    decision that rounding turns on another backend lets in or leaves out one image of its class,
    and changes no other class.

    Args:
        model: The model that draws.
        class_names: Names of the classes that can be asked for.
        samplers: Mapping from each label asked for to a function that draws its latents.
        labels: Integer array `(num_samples,)`: the class of each image.
        seed: Integer, for the report.
        batch_size: Integer: images in one step.
        acceptance: `Acceptance`.

    Returns:
        A tuple of the images `(num_samples, height, width, channels)` and their report.

    Raises:
        AcceptanceError: If a class reached its limit of tries, after all others are done.
        ValueError: If the acceptance does not fit the model.
    """
    rule = AcceptanceRule(model, acceptance, len(class_names))
    check_latent = acceptance.check_latent and model.head is not None
    classes = [
        _ClassTries(label, np.flatnonzero(labels == label), sampler, acceptance.max_tries)
        for label, sampler in samplers.items()
    ]
    images = np.empty((len(labels), *model.image_shape), "float32")
    latents = np.empty((len(labels), model.latent_dim), "float32")
    confidence = np.empty(len(labels), "float32")
    round_size = max(batch_size, _ROUND_BYTES // images[:1].nbytes)
    while unfinished := [one for one in classes if one.wanted()]:
        # Classes are tried together: one after the other, small ones would leave batches empty.
        share = max(1, round_size // len(unfinished))
        tries = [one.draw(share) for one in unfinished]
        tried = np.concatenate(tries)
        asked = np.repeat([one.label for one in unfinished], [len(part) for part in tries])
        passed, sure, drawn = _two_steps(model, rule, check_latent, tried, asked, batch_size)
        kept = sure >= rule.thresholds[asked]
        decoded = np.cumsum(passed) - 1  # where in `drawn` each image is
        for one in unfinished:
            mine = np.flatnonzero(asked == one.label)
            rows, chosen = one.take(passed[mine], kept[mine], sure[mine])
            chosen = mine[chosen]
            images[rows] = drawn[decoded[chosen]]
            latents[rows], confidence[rows] = tried[chosen], sure[chosen]
    tries, latent_tries = np.zeros((2, len(class_names)), "int64")
    done = np.zeros(len(labels), bool)
    for one in classes:
        tries[one.label], latent_tries[one.label] = one.images.tries, one.latents.tries
        done[one.rows[: one.images.passed]] = True
    report = GenerationReport(
        labels[done], latents[done], seed, tries, latent_tries, confidence[done]
    )
    if not done.all():
        message = _message(class_names, rule, acceptance, classes)
        raise AcceptanceError(message, images[done], labels[done], report)
    return images, report


def _two_steps(model, rule, check_latent, tried, asked, batch_size):
    """Tries latents for the classes that are asked of them.

    Returns:
        A tuple of which passed the first step, `(num_tried,)`; the confidence in the class asked
        for, `(num_tried,)`, minus infinity for those that did not; and the images of those that
        did.
    """
    passed = np.ones(len(tried), bool)
    if check_latent:
        found = _in_steps(model._latent_probabilities, tried, batch_size)
        passed = np.argmax(found, axis=1) == asked
    sure = np.full(len(tried), -np.inf, "float32")
    if not passed.any():
        return passed, sure, np.empty((0, *model.image_shape), "float32")
    drawn = _in_steps(model.decode, tried[passed], batch_size)
    found = _in_steps(rule.probabilities, drawn, batch_size)
    sure[passed] = found[np.arange(len(found)), asked[passed]]
    return passed, sure, drawn


class _Count:
    """How many draws it takes until enough of them pass."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.passed = self.tries = 0

    def add(self, passes):
        """Takes the next draws, and gives the indices of those that pass and are wanted."""
        missing = self.wanted - self.passed
        hits = np.flatnonzero(passes)[:missing]
        if missing:
            self.passed += len(hits)
            self.tries += hits[-1] + 1 if len(hits) == missing else len(passes)
        return hits


class _ClassTries:
    """The tries of one class."""

    def __init__(self, label, rows, sampler, max_tries):
        self.label, self.rows, self.sampler = label, rows, sampler
        self.left = max_tries * len(rows)
        self.latents, self.images = _Count(len(rows)), _Count(len(rows))
        self.best = -np.inf

    def wanted(self):
        """How many latents to draw: what is missing, at the rate of acceptance so far."""
        missing = self.images.wanted - self.images.passed
        if self.images.tries:
            rate = (self.images.passed + 1) / (self.images.tries + 1)
            missing = math.ceil(1.1 * missing / rate)
        return min(missing, self.left)

    def draw(self, most):
        size = min(self.wanted(), most)
        self.left -= size
        return self.sampler(size)

    def take(self, passed, kept, sure):
        """Gives the rows of the result to fill, and the tries to fill them with."""
        self.best = max(self.best, sure.max())
        self.latents.add(passed)
        before = self.images.passed
        chosen = self.images.add(kept)
        return self.rows[before : self.images.passed], chosen


def _in_steps(function, rows, batch_size):
    """Applies a function to rows of which there are a few different numbers only.

    Each new number of rows in a batch is compiled anew by some backends, and here every round has
    another. The rows are repeated to fill up.
    """
    step = max(1, batch_size // 8)
    size = -(-len(rows) // step) * step
    return function(np.resize(rows, (size, *rows.shape[1:])), batch_size)[: len(rows)]


def _message(class_names, rule, acceptance, classes):
    lines = []
    for one in classes:
        if one.images.passed < one.images.wanted:
            best = (
                f"the highest confidence was {one.best:.6g}"
                if np.isfinite(one.best)
                else "no latent was given the class"
            )
            lines.append(
                f"Class {one.label} {class_names[one.label]!r}: {one.images.passed} of "
                f"{one.images.wanted} accepted in {one.images.tries} tries, where the threshold "
                f"is {rule.thresholds[one.label]:.6g} and {best}."
            )
    return (
        f"Too few images were accepted within max_tries={acceptance.max_tries} for each one asked "
        f"for. {' '.join(lines)} Lower the `threshold`, raise `max_tries`, or train longer. Those "
        "accepted are in the error's `images`, `labels` and `report`."
    )
