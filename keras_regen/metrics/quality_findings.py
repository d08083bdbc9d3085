"""The quality of a model's pictures in words, with a likely cause and a remedy for each fault."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from keras_regen.checks import is_finite_number

# The limits below which pictures are called poor. They are shares of the value of real images.
_EXPLAINED, _SHARP, _RECOGNIZED, _DIVERSE = 0.6, 0.6, 0.7, 0.5
# Nearer to the training images than this share of the distance of real test images: copies.
_NEAR = 0.25
# An evaluation classifier below this accuracy on real images cannot tell the classes apart.
_RELIABLE = 0.7


@dataclasses.dataclass(frozen=True)
class QualityFinding:
    """A sentence on the quality of a model's pictures.

    Args:
        text: The sentence.
        is_warning: Whether the quality is poor.
    """

    text: str
    is_warning: bool


def quality_findings(results: Mapping[str, Any]) -> list[QualityFinding]:
    """Describes the pictures of a model, from its evaluation.

    Args:
        results: The dict from `keras_regen.metrics.evaluate_generation`. Metrics that it lacks
            are left out.

    Returns:
        A list of findings: on reconstructions, sharpness, classes, diversity and copies.

    Raises:
        ValueError: If `results` is no dict, or its `real` or `evaluation_classifier` is no dict.

    Examples:
        >>> from keras_regen.metrics import quality_findings
        >>> results = {"reconstruction_explained": 0.21}
        >>> for finding in quality_findings(results):
        ...     print(finding.is_warning, finding.text)
        True Reconstructions are poor: they explain 21 % of the differences between test images...
    """
    parts = [results]
    if isinstance(results, Mapping):
        parts += [results.get(name, {}) for name in ("real", "evaluation_classifier")]
    if not all(isinstance(part, Mapping) for part in parts):
        raise ValueError(
            "`results` must be the dict that `evaluate_generation` returns, with dicts in `real` "
            f"and `evaluation_classifier`. Received: results={results!r}."
        )
    return [
        QualityFinding(text, is_warning)
        for describe in (_reconstructions, _sharpness, _classes, _diversity, _copies)
        for text, is_warning in describe(results)
    ]


def _reconstructions(results) -> Iterator[tuple[str, bool]]:
    explained = results.get("reconstruction_explained")
    if not is_finite_number(explained):
        return
    share = _percent(max(explained, 0))
    if explained < _EXPLAINED:
        yield (
            f"Reconstructions are poor: they explain {share} of the differences between test "
            "images (0 % is the mean image). The decoder had too few steps or images, or the "
            "latent is too small. Try a longer training, a larger `latent_dim`, or more images.",
            True,
        )
    else:
        yield f"Reconstructions explain {share} of the differences between test images.", False


def _sharpness(results) -> Iterator[tuple[str, bool]]:
    ratio = _ratio(results, "sharpness")
    if ratio is None:
        return
    share = _percent(ratio)
    if ratio < _SHARP:
        yield (
            f"Generated images are blurred: their edges have {share} of the strength of real "
            "images. Try a longer training, or a larger `perceptual_weight` or `latent_dim`.",
            True,
        )
    elif ratio > 1 / _SHARP:
        yield (
            f"Generated images are noisy: their edges have {share} of the strength of real "
            "images. Try a longer training or a smaller learning rate.",
            True,
        )
    else:
        yield f"Edges of generated images have {share} of the strength of real images.", False


def _classes(results) -> Iterator[tuple[str, bool]]:
    name = "generation_accuracy" if "generation_accuracy" in results else "recognized"
    ratio, value = _ratio(results, name), results.get(name)
    if ratio is None:
        return
    share, real = _percent(value), _percent(results["real"][name])
    accuracy = results.get("evaluation_classifier", {}).get("accuracy")
    if is_finite_number(accuracy) and accuracy < _RELIABLE:
        yield (
            "The classes of generated images cannot be checked: the evaluation classifier "
            f"recognizes only {_percent(accuracy)} of the real test images. Look at the pictures, "
            "and add images.",
            True,
        )
    elif ratio < _RECOGNIZED:
        yield (
            f"A classifier of real images recognizes {share} of the generated images, and {real} "
            "of real images. Try accepted images (`accept=True`), a longer training, or a larger "
            "`latent_dim`.",
            True,
        )
    else:
        yield (
            f"A classifier of real images recognizes {share} of the generated images, and {real} "
            "of real images.",
            False,
        )


def _diversity(results) -> Iterator[tuple[str, bool]]:
    diversity = results.get("relative_diversity")
    if not is_finite_number(diversity):
        return
    if diversity < _DIVERSE:
        yield (
            f"Generated images of a class differ little: {diversity:.2f} of the differences of "
            "real images. Try a prior that varies more, such as a mixture or deviation transfer, "
            "or the centroid subspace.",
            True,
        )
    else:
        yield (
            f"Generated images of a class differ by {diversity:.2f} of the differences of real "
            "images.",
            False,
        )


def _copies(results) -> Iterator[tuple[str, bool]]:
    ratio = _ratio(results, "closest_distance")
    if ratio is None:
        return
    text = (
        "The squared distance of generated images to their nearest training image is "
        f"{ratio:.2f} of the distance of real test images."
    )
    if ratio < _NEAR:
        yield text + " The model repeats its training images. Add images, or train less.", True
    else:
        yield text, False


def _ratio(results, name):
    """Returns the value of generated images by the value of real images, or `None`."""
    value, real = results.get(name), results.get("real", {}).get(name)
    if not is_finite_number(value) or not is_finite_number(real) or real <= 0:
        return None
    return value / real


def _percent(share):
    return f"{100 * share:.0f} %"
