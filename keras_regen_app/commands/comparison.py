"""`keras-regen closest`."""

import dataclasses
from pathlib import Path

import click

from keras_regen_app.options import (
    acceptance_options,
    count_option,
    dataset_option,
    json_option,
    output_json,
    picture_option,
    seed_option,
    uses_keras,
)


@click.command()
@click.argument("model")
@dataset_option
@click.option(
    "--among",
    type=click.Choice(["training", "generations"]),
    default="training",
    show_default=True,
    help="Where to look for the nearest images.",
)
@click.option(
    "--metric",
    type=click.Choice(["mse", "ssim", "latent"]),
    default="mse",
    show_default=True,
    help="Squared error of pixels, structural similarity, or squared error of latents.",
)
@count_option("--num-samples", 100, "Images to draw: of all classes in turn.")
@count_option("--num-matches", 5, "Nearest images of each that the picture shows.")
@count_option("--candidates", 100, "For SSIM: compare only the so many nearest by squared error.")
@picture_option("closest.png")
@acceptance_options(default=False)
@seed_option
@json_option
@uses_keras
def closest(
    model,
    dataset,
    among,
    metric,
    num_samples,
    num_matches,
    candidates,
    output,
    num_sources,
    accept,
    max_tries,
    seed,
    as_json,
):
    """Draw images with MODEL, find the nearest to each, and measure how new they are."""
    from keras_regen import generate, plotting
    from keras_regen.metrics import closest_match, neighbor_distances, novelty
    from keras_regen_app.acceptance_options import acceptance, prior_of
    from keras_regen_app.model_and_data import load_model_and_data

    model, data = load_model_and_data(model, dataset)
    drawn = generate(
        model,
        num_samples=num_samples,
        seed=seed,
        prior=prior_of(model, num_sources),
        accept=acceptance(accept, max_tries),
    )
    references = data.x_train if among == "training" else drawn
    matches = closest_match(
        drawn,
        references,
        num_matches,
        metric="ssim" if metric == "ssim" else "mse",
        features=model.encode if metric == "latent" else None,
        candidates=min(candidates, len(references) - 1) if metric == "ssim" else None,
        exclude_self=among == "generations",
    )
    own = neighbor_distances(data.x_train)
    found = dataclasses.asdict(novelty(drawn, data.x_train, training_distances=own))
    held_out = novelty(data.x_test[:10_000], data.x_train, training_distances=own)
    found["held_out_copied_share"] = held_out.copied_share
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    shown = slice(0, 10)
    plotting.plot_closest(
        drawn[shown], references[matches.indices[shown]], output, captions=matches.values[shown]
    )
    if as_json:
        output_json(
            {
                **found,
                "indices": matches.indices.tolist(),
                "values": matches.values.tolist(),
                "seed": seed,
                "output": output,
            }
        )
        return
    click.echo(f"Nearer to a training image than its neighbor {found['copied_share']:8.1%}")
    click.echo(f"The same share of held-out images           {found['held_out_copied_share']:8.1%}")
    click.echo(f"Copies of training images                   {found['num_copies']:8}")
    click.echo(f"Picture                                     {output}")
