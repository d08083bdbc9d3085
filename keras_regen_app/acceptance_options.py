"""From options to what `keras_regen.generate` takes."""

import click

from keras_regen import Acceptance
from keras_regen.priors import ConvexCombinationPrior


def acceptance(accept: bool, max_tries: int, judge=None) -> Acceptance | None:
    """Gives the acceptance that the options ask for."""
    return Acceptance(judge, max_tries=max_tries) if accept else None


def prior_of(model, num_sources: int | None):
    """Gives the model's prior with another number of sources, or `None` for the prior as it is."""
    if num_sources is None:
        return None
    if not isinstance(model.prior, ConvexCombinationPrior):
        raise click.UsageError(
            "`--num-sources` is for models that combine training latents, such as ReGene; this "
            f"one draws from a {type(model.prior).__name__}."
        )
    return model.prior.combining(num_sources=num_sources)


def tries_by_class(model, report) -> dict[str, dict[str, int]]:
    """Gives the tries of both steps by the names of the classes."""
    return {
        name: dict(zip(model.class_names, getattr(report, name).tolist(), strict=True))
        for name in ("tries", "latent_tries")
    }
