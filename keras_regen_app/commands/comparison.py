"""`keras-regen closest`."""

import dataclasses
from pathlib import Path

import click

from keras_regen_app.options import (
    acceptance_options,
    backend_option,
    count_option,
    dataset_option,
    json_option,
    output_json,
    picture_option,
    refuse_options,
    seed_option,
)


@click.command()
@click.argument("model")
@dataset_option
@click.option(
    "--among",
    type=click.Choice(["training", "generations"]),
    default="training",
    show_default=True,
    help="Images to search for the nearest neighbors.",
)
@click.option(
    "--metric",
    type=click.Choice(["mse", "ssim", "latent"]),
    default="mse",
    show_default=True,
    help="Squared error of pixels, structural similarity, or squared error of latents.",
)
@count_option("--num-samples", 100, "Number of images to generate, from all classes in turn.")
@count_option("--num-matches", 5, "Number of nearest neighbors of each image in the picture.")
@count_option(
    "--candidates", 100, "For SSIM: number of nearest images by squared error to compare."
)
@picture_option("closest.png")
@acceptance_options(default=False)
@seed_option
@json_option
@backend_option
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
    quantile,
    max_tries,
    seed,
    as_json,
):
    """Generate images with MODEL, find their nearest neighbors, and measure their novelty."""
    if metric != "ssim":
        refuse_options("--candidates", reason="Only `--metric ssim` compares candidates.")
    from keras_regen import generate, plotting
    from keras_regen.metrics import closest_match, neighbor_distances, novelty
    from keras_regen_app.acceptance_options import acceptance, prior_with_sources
    from keras_regen_app.model_loading import load_model_and_data

    model, data = load_model_and_data(model, dataset)
    generated = generate(
        model,
        num_samples=num_samples,
        seed=seed,
        prior=prior_with_sources(model, num_sources),
        accept=acceptance(accept, max_tries, quantile=quantile),
    )
    references = data.x_train if among == "training" else generated
    matches = closest_match(
        generated,
        references,
        num_matches,
        metric="ssim" if metric == "ssim" else "mse",
        features=model.encode if metric == "latent" else None,
        candidates=min(candidates, len(references) - 1) if metric == "ssim" else None,
        exclude_self=among == "generations",
    )
    training_distances = neighbor_distances(data.x_train)
    results = dataclasses.asdict(
        novelty(generated, data.x_train, training_distances=training_distances)
    )
    held_out = novelty(data.x_test[:10_000], data.x_train, training_distances=training_distances)
    results["held_out_copied_share"] = held_out.copied_share
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    first_rows = slice(0, 10)
    plotting.plot_closest(
        generated[first_rows],
        references[matches.indices[first_rows]],
        path=output,
        captions=matches.values[first_rows],
    )
    if as_json:
        output_json(
            {
                **results,
                "indices": matches.indices.tolist(),
                "values": matches.values.tolist(),
                "seed": seed,
                "output": output,
            }
        )
        return
    click.echo(f"Nearer to a training image than its neighbor {results['copied_share']:8.1%}")
    click.echo(
        f"The same share of held-out images           {results['held_out_copied_share']:8.1%}"
    )
    click.echo(f"Copies of training images                   {results['num_copies']:8}")
    click.echo(f"Picture                                     {output}")
