"""Generation with acceptance: samples latents until enough images are accepted."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from keras_regen.generation.acceptance import Acceptance, AcceptanceError
from keras_regen.generation.acceptance_rule import AcceptanceRule
from keras_regen.generation.generation_report import GenerationReport
from keras_regen.generation.protocol import GenerativeModel

# Limit of the candidate images of a round, so that they need little memory next to the result.
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
    """Samples latents of each class and keeps the first that pass both steps of the acceptance.

    The sequence of candidates of a class does not depend on the accepted candidates. So a decision
    that differs on another backend, by a rounding error, adds or removes a single image of its
    class, and changes no image of another class.

    Args:
        model: The model that generates the images.
        class_names: Names of the classes that can be requested.
        samplers: Mapping from each requested label to a function that samples its latents.
        labels: Integer array `(num_samples,)`: the class of each image.
        seed: Integer, for the report.
        batch_size: Integer: images in one step.
        acceptance: `Acceptance`.

    Returns:
        A tuple of the images `(num_samples, height, width, channels)` and their report.

    Raises:
        AcceptanceError: If a class reached its limit of tries. All other classes are finished.
        ValueError: If the acceptance does not fit the model.
    """
    rule = AcceptanceRule(model, acceptance, len(class_names))
    check_latent = acceptance.check_latent and model.head is not None
    classes = [
        _ClassCandidates(label, np.flatnonzero(labels == label), sampler, acceptance.max_tries)
        for label, sampler in samplers.items()
    ]
    images = np.empty((len(labels), *model.image_shape), "float32")
    latents = np.empty((len(labels), model.latent_dim), "float32")
    confidence = np.empty(len(labels), "float32")
    round_size = max(batch_size, _ROUND_BYTES // images[:1].nbytes)
    while unfinished := [state for state in classes if state.num_needed()]:
        # All classes share the batches of a round: small classes alone would not fill them.
        share = max(1, round_size // len(unfinished))
        samples = [state.sample(share) for state in unfinished]
        candidates = np.concatenate(samples)
        targets = np.repeat([state.label for state in unfinished], list(map(len, samples)))
        passed, score, probability, decoded = _two_steps(
            model, rule, check_latent, candidates, targets, batch_size
        )
        accepted = score >= rule.thresholds[targets]
        decoded_row = np.cumsum(passed) - 1  # of each candidate in `decoded`
        for state in unfinished:
            own = np.flatnonzero(targets == state.label)
            rows, kept = state.update(passed[own], accepted[own], score[own])
            kept = own[kept]
            images[rows] = decoded[decoded_row[kept]]
            latents[rows], confidence[rows] = candidates[kept], probability[kept]
    tries, latent_tries = np.zeros((2, len(class_names)), "int64")
    done = np.zeros(len(labels), bool)
    for state in classes:
        tries[state.label], latent_tries[state.label] = state.images.tries, state.latents.tries
        done[state.rows[: state.images.passed]] = True
    report = GenerationReport(
        labels[done], latents[done], seed, tries, latent_tries, confidence[done]
    )
    if not done.all():
        message = _message(class_names, rule, acceptance, classes)
        raise AcceptanceError(message, images[done], labels[done], report)
    return images, report


def _two_steps(model, rule, check_latent, candidates, targets, batch_size):
    """Applies both steps of the acceptance to latents and their requested classes.

    Returns:
        A tuple of whether each latent passed the first step, `(num_candidates,)`; its score,
        `(num_candidates,)`, or minus infinity if it did not pass; the probability of its requested
        class, likewise; and the decoded images of the latents that passed.
    """
    passed = np.ones(len(candidates), bool)
    if check_latent:
        probabilities = _in_steps(model._latent_probabilities, candidates, batch_size)
        passed = np.argmax(probabilities, axis=1) == targets
    score, probability = np.full((2, len(candidates)), -np.inf, "float32")
    if not passed.any():
        return passed, score, probability, np.empty((0, *model.image_shape), "float32")
    decoded = _in_steps(model.decode, candidates[passed], batch_size)
    size = _stepped_size(len(decoded), batch_size)
    scores = rule.scores(
        np.resize(decoded, (size, *decoded.shape[1:])),
        np.resize(targets[passed], size),
        batch_size,
    )
    score[passed], probability[passed] = (values[: len(decoded)] for values in scores)
    return passed, score, probability, decoded


class _TryCounter:
    """Counts the tries until the required number of them pass."""

    def __init__(self, required):
        self.required = required
        self.passed = self.tries = 0

    @property
    def missing(self):
        return self.required - self.passed

    def update(self, passes):
        """Counts further tries, and returns the indices of the required passes."""
        missing = self.missing
        indices = np.flatnonzero(passes)[:missing]
        if missing:
            self.passed += len(indices)
            self.tries += indices[-1] + 1 if len(indices) == missing else len(passes)
        return indices


class _ClassCandidates:
    """The candidates of a class: their sampler, their limit and their results so far."""

    def __init__(self, label, rows, sampler, max_tries):
        self.label, self.rows, self.sampler = label, rows, sampler
        self.left = max_tries * len(rows)
        self.latents, self.images = _TryCounter(len(rows)), _TryCounter(len(rows))
        self.best = -np.inf

    def num_needed(self):
        """The number of latents to sample, estimated from the acceptance rate so far."""
        needed = self.images.missing
        if self.images.tries:
            rate = (self.images.passed + 1) / (self.images.tries + 1)
            needed = math.ceil(1.1 * needed / rate)
        return min(needed, self.left)

    def sample(self, limit):
        size = min(self.num_needed(), limit)
        self.left -= size
        return self.sampler(size)

    def update(self, passed, accepted, score):
        """Returns the rows of the result to fill, and the candidates to fill them with."""
        self.best = max(self.best, score.max())
        self.latents.update(passed)
        start = self.images.passed
        kept = self.images.update(accepted)
        return self.rows[start : self.images.passed], kept


def _in_steps(function, rows, batch_size):
    """Applies a function to rows, repeated to a multiple of an eighth of the batch size.

    Some backends compile a function again for each new number of rows, and every round has
    another number.
    """
    size = _stepped_size(len(rows), batch_size)
    return function(np.resize(rows, (size, *rows.shape[1:])), batch_size)[: len(rows)]


def _stepped_size(count, batch_size):
    step = max(1, batch_size // 8)
    return -(-count // step) * step


def _message(class_names, rule, acceptance, classes):
    lines = []
    for state in classes:
        if state.images.missing:
            reason = (
                rule.describe(state.label, state.best)
                if np.isfinite(state.best)
                else "and none was assigned to the class"
            )
            lines.append(
                f"Class {state.label} {class_names[state.label]!r}: {state.images.passed} of "
                f"{state.images.required} accepted in {state.images.tries} tries, {reason}."
            )
    advice = "Raise the `quantile`" if rule.by_distance else "Lower the `threshold`"
    return (
        f"Too few images were accepted within max_tries={acceptance.max_tries} for each requested "
        f"image. {' '.join(lines)} {advice}, raise `max_tries`, or train longer."
    )
