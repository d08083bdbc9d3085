"""Repeated generation: each generation of images is made from the previous generation."""

from collections.abc import Sequence

import numpy as np

from keras_regen.checks import check_choice, check_integer
from keras_regen.generation.acceptance import Acceptance
from keras_regen.generation.generation_report import GenerationReport
from keras_regen.generation.protocol import GenerativeModel, require_part
from keras_regen.generation.sampling import generate, requested_labels
from keras_regen.priors import ConvexCombinationPrior, Prior


def descendants(
    model: GenerativeModel,
    class_id: int | str | Sequence[int | str] | np.ndarray | None = None,
    num_samples: int | None = None,
    *,
    depth: int = 2,
    kind: str = "siblings",
    num_sources: int = 2,
    accept: bool | float | Acceptance | None = None,
    seed: int | None = None,
    batch_size: int = 256,
    prior: Prior | None = None,
) -> list[tuple[np.ndarray, GenerationReport]]:
    """Generates images from the prior, then repeatedly new images from the last generation.

    Each later generation decodes convex combinations of latents within a class: of the latents
    that the last generation was decoded from (siblings), or of the latents that its images are
    encoded to (children).

    Args:
        model: A trained model with a decoder and a prior, and with an encoder for children.
        class_id: As in `keras_regen.generate`.
        num_samples: As in `keras_regen.generate`, for each generation.
        depth: Integer, at least 1: number of generations, including the first.
        kind: `"siblings"` or `"children"`.
        num_sources: Integer, at least 2: number of latents that each image combines.
        accept: As in `keras_regen.generate`, for each generation.
        seed: As in `keras_regen.generate`. The second generation uses `seed + 1`, and so on.
        batch_size: Integer, at least 1: images in one step.
        prior: As in `keras_regen.generate`, for the first generation.

    Returns:
        A list with a tuple for each generation: its images
        `(num_samples, height, width, channels)`, float32 in [0, 1], and their `GenerationReport`.

    Raises:
        AcceptanceError: If too few images of a class are accepted within its limit of tries.
        ValueError: If an argument is out of range, a class has fewer than `num_sources` images to
            combine, or the model cannot generate.

    Source: ReGene, section 6.5 and figure 14.

    Examples:
        >>> import numpy as np
        >>> from keras_regen import CSAE, descendants
        >>> model = CSAE.from_preset("csae_digits")
        >>> model.adapt_prior(np.random.default_rng(0).random((40, 8, 8, 1)), np.arange(40) % 10)
        >>> generations = descendants(model, class_id=3, num_samples=5, depth=3, seed=0)
        >>> [images.shape for images, report in generations]
        [(5, 8, 8, 1), (5, 8, 8, 1), (5, 8, 8, 1)]
    """
    check_integer("depth", depth, 1)
    check_integer("num_sources", num_sources, 2)
    check_choice("kind", kind, ("siblings", "children"))
    require_part(model, "decoder", "generate images")
    if num_samples is not None:
        check_integer("num_samples", num_samples, 1)
    if not model.num_classes:
        raise ValueError(
            "`descendants` needs a model with classes, such as a CSAE, ReGene or CVAE. "
            f"Received: {type(model).__name__} {model.name!r}, which has no classes."
        )
    labels = requested_labels(model.class_names, class_id, num_samples)
    counts = np.bincount(labels)
    small = np.flatnonzero((counts > 0) & (counts < num_sources))
    if depth > 1 and len(small):
        raise ValueError(
            f"Every class needs at least num_sources={num_sources} images for the next generation "
            f"to combine. Received: {counts[small].tolist()} of the classes {small.tolist()}."
        )
    options = {"accept": accept, "batch_size": batch_size, "return_report": True}
    generations = [generate(model, labels, seed=seed, prior=prior, **options)]
    while len(generations) < depth:
        images, report = generations[-1]
        latents = model.encode(images, labels, batch_size) if kind == "children" else report.latents
        parents = ConvexCombinationPrior(
            model.num_classes, num_sources, bank_size=int(counts.max())
        )
        parents.adapt(latents, labels)
        generations.append(generate(model, labels, seed=report.seed + 1, prior=parents, **options))
    return generations
