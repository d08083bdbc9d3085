"""Converts the options of a command to arguments of `keras_regen.generate`."""

import click

from keras_regen import Acceptance, GenerationReport, ImageModel
from keras_regen.priors import ConvexCombinationPrior, Prior
from keras_regen_app.options import refuse_options


def acceptance(
    accept: bool,
    max_tries: int,
    classifier: ImageModel | None = None,
    quantile: float | None = None,
) -> Acceptance | None:
    """Returns the acceptance rule of the options, or `None` without `--accept`."""
    if accept:
        return Acceptance(classifier, max_tries=max_tries, quantile=quantile)
    refuse_options("--quantile", "--max-tries", reason="Without `--accept`, all images are kept.")
    return None


def prior_with_sources(model: ImageModel, num_sources: int | None) -> Prior | None:
    """Returns the model's prior with another number of sources, or `None` for no change."""
    if num_sources is None:
        return None
    if not isinstance(model.prior, ConvexCombinationPrior):
        raise click.UsageError(
            "`--num-sources` needs a model that combines training latents, such as ReGene. This "
            f"model samples from a {type(model.prior).__name__}."
        )
    return model.prior.combining(num_sources=num_sources)


def tries_by_class(model: ImageModel, report: GenerationReport) -> dict[str, dict[str, int]]:
    """Returns the tries of both steps of acceptance, by class name."""
    return {
        name: dict(zip(model.class_names, getattr(report, name).tolist(), strict=True))
        for name in ("tries", "latent_tries")
    }
