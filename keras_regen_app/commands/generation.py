"""`keras-regen generate`, `reconstruct`, `interpolate`, `traverse` and `matrix`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from keras_regen_app.options import (
    Output,
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
from keras_regen_app.shard_option import shard_option

if TYPE_CHECKING:
    import numpy as np

    from keras_regen import ImageModel

_NUMBERS = "Such as 0.1,0.5,0.9."


@click.command()
@click.argument("model")
@click.option(
    "--class",
    "classes",
    multiple=True,
    help="Name of a class, or its label if no class has this name; can be repeated.  "
    "[default: all classes of MODEL]",
)
@count_option(
    "--num-samples",
    16,
    "Number of images of each class, or of all images for a model without classes.",
)
@click.option(
    "--output",
    type=Output(".png", ".npz", folder=True),
    default="samples.png",
    show_default=True,
    help="A .png file for a grid with a row for each class, an .npz file for arrays, or a folder "
    "with a subfolder of pictures for each class.",
)
@click.option(
    "--evaluation-classifier",
    help="A .keras file or a run with a classifier that accepts images instead of MODEL. With it, "
    "models without classes generate images of any class.",
)
@shard_option
@acceptance_options(default=False)
@seed_option
@json_option
@backend_option
def generate(
    model,
    classes,
    num_samples,
    output,
    evaluation_classifier,
    shard,
    num_sources,
    accept,
    quantile,
    max_tries,
    seed,
    as_json,
):
    """Generate new images with MODEL, a .keras file, the folder of a run, or zoo:NAME."""
    if shard is not None and Output.kind(output):
        raise click.UsageError(
            f"`--shard` writes a folder of .npz files: expected a folder as `--output`, got "
            f"{output!r}."
        )
    import numpy as np

    from keras_regen import generate
    from keras_regen.metrics.weight_hashing import weights_hash
    from keras_regen_app.acceptance_options import acceptance, prior_with_sources, tries_by_class
    from keras_regen_app.model_loading import load_image_model
    from keras_regen_app.pictures import write_images

    if evaluation_classifier is not None:
        if not accept:
            reason = "With `--evaluation-classifier`, only accepted images are kept."
            refuse_options("--accept", reason=reason)
        refuse_options(
            "--quantile",
            reason="`--quantile` is a share of distances, and `--evaluation-classifier` accepts by "
            "confidence: use only one of them.",
        )
    model = load_image_model(model)
    classifier = None
    if evaluation_classifier is not None:
        classifier = load_image_model(evaluation_classifier)
    if accept and classifier is None and not model.num_classes:
        raise click.UsageError(
            "MODEL has no classes, so it cannot accept its own images: use "
            "`--evaluation-classifier`."
        )
    labeler = model if model.num_classes or classifier is None else classifier
    if classes and not labeler.num_classes:
        raise click.UsageError(
            "MODEL has no classes: omit `--class`, or use `--evaluation-classifier`."
        )
    labels = [class_index(labeler, name) for name in classes] or range(labeler.num_classes)
    prior = prior_with_sources(model, num_sources)
    rule = acceptance(accept or classifier is not None, max_tries, classifier, quantile)
    if shard is not None:
        _generate_shard(
            model,
            labels,
            num_samples,
            output,
            shard,
            as_json,
            seed=seed,
            class_names=labeler.class_names,
            prior=prior,
            acceptance=rule,
            options={
                "num_sources": num_sources,
                "acceptance": None if rule is None else [quantile, max_tries],
                "evaluation_classifier": classifier and weights_hash(classifier.weights),
            },
        )
        return
    images, report = generate(
        model,
        np.repeat(labels, num_samples) if len(labels) else None,
        None if len(labels) else num_samples,
        seed=seed,
        prior=prior,
        accept=rule,
        return_report=True,
    )
    write_images(images, report.labels, labeler.class_names, output, prefix=str(seed))
    if as_json:
        tries = tries_by_class(labeler, report)
        output_json({"images": len(images), "seed": seed, "output": output, **tries})
        return
    names = ", ".join(f"{labeler.class_names[label]!r} (label {label})" for label in labels)
    of_classes = f" of class {names}" if classes else ""
    click.echo(f"Generated {len(images)} images{of_classes}: {output}")
    if accept or classifier is not None:
        click.echo(
            f"Tries for {num_samples} images of each class: latents passed / images accepted"
        )
        for label in sorted(set(report.labels.tolist())):
            passed, accepted = report.latent_tries[label], report.tries[label]
            click.echo(f"  {labeler.class_names[label]:<20} {passed:>6} / {accepted}")


def _generate_shard(model, labels, num_samples, output, shard, as_json, **options):
    """Generates a part of the images, and prints the number of images."""
    from keras_regen_app.generation_shards import generate_shard

    generated, found = generate_shard(model, labels, num_samples, Path(output), shard, **options)
    if as_json:
        output_json({"images": generated, "found": found, "output": output})
        return
    click.echo(
        f"Generated {generated} images of shard {shard.index + 1}/{shard.count}: {output} "
        f"({found} were there)"
    )


@click.command()
@click.argument("model")
@dataset_option
@count_option("--num-samples", 32, "Number of held-out images, from the first image.")
@picture_option("reconstructions.png")
@json_option
@backend_option
def reconstruct(model, dataset, num_samples, output, as_json):
    """Encode and decode images of a dataset with MODEL, and plot them with the originals."""
    from keras_regen import plotting
    from keras_regen.metrics import reconstruction_error
    from keras_regen_app.model_loading import load_model_and_data

    model, data = load_model_and_data(model, dataset)
    images = data.x_test[:num_samples]
    reconstructions = model.reconstruct(images, data.y_test[:num_samples])
    error = reconstruction_error(images, reconstructions)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_reconstructions(images, reconstructions, max_images=len(images), path=output)
    if as_json:
        output_json({**error, "images": len(images), "output": output})
    else:
        click.echo(f"Mean squared error {error['mse']:.5f}, absolute {error['mae']:.5f}: {output}")


@click.command()
@click.argument("model")
@click.argument("start")
@click.argument("end")
@click.option("--num-samples", type=int, help="Number of images in equal steps.  [default: 8]")
@click.option("--ratios", help=f"Weights of END instead of equal steps. {_NUMBERS}")
@picture_option("interpolation.png")
@json_option
@backend_option
def interpolate(model, start, end, num_samples, ratios, output, as_json):
    """Generate images between START and END: labels or names of classes, or picture files."""
    from keras_regen import interpolate, plotting
    from keras_regen_app.model_loading import load_image_model

    model = load_image_model(model)
    ends = [_endpoint(model, text) for text in (start, end)]
    if ratios is not None:
        ratios = _numbers(ratios)
    images = interpolate(model, *ends, num_samples, ratios=ratios)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_images(images, columns=len(images), path=output)
    if as_json:
        output_json({"images": len(images), "output": output})
    else:
        click.echo(f"Generated {len(images)} images from {start} to {end}: {output}")


@click.command()
@click.argument("model")
@count_option("--rows", 6, "Number of traversals.")
@count_option("--num-samples", 8, "Number of images of each traversal.", minimum=2)
@picture_option("traversal.png")
@seed_option
@json_option
@backend_option
def traverse(model, rows, num_samples, output, seed, as_json):
    """Generate traversals of MODEL's latent space, each between two random samples."""
    from keras_regen import latent_traversal, plotting
    from keras_regen_app.model_loading import load_image_model

    model = load_image_model(model)
    images = latent_traversal(model, rows, num_samples, seed=seed)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_traversals(images, max_rows=rows, path=output)
    if as_json:
        output_json(
            {"traversals": rows, "images": rows * num_samples, "seed": seed, "output": output}
        )
    else:
        click.echo(f"Generated {rows} traversals of {num_samples} images each: {output}")


@click.command()
@click.argument("model")
@click.option("--class", "class_id", required=True, help="Label or name of the class.")
@dataset_option
@count_option("--rows", 6, "Number of images at the left.")
@count_option("--columns", 6, "Number of images at the top.")
@click.option(
    "--ratio", type=float, default=0.5, show_default=True, help="Weight of the image at the top."
)
@picture_option("matrix.png")
@seed_option
@json_option
@backend_option
def matrix(model, class_id, dataset, rows, columns, ratio, output, seed, as_json):
    """Combine pairs of held-out images of a class: one at the left, one at the top."""
    import numpy as np

    from keras_regen import matrix, plotting
    from keras_regen_app.model_loading import load_model_and_data

    model, data = load_model_and_data(model, dataset)
    label = class_index(model, class_id)
    images = data.x_test[data.y_test == label]
    if len(images) < rows + columns:
        raise click.UsageError(
            f"{rows} rows and {columns} columns need {rows + columns} held-out images of class "
            f"{class_id!r}. The dataset has {len(images)}."
        )
    chosen = images[np.random.default_rng(seed).permutation(len(images))[: rows + columns]]
    above, left = chosen[:columns], chosen[columns:]
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_matrix(matrix(model, left, above, ratio), left, above, path=output)
    if as_json:
        output_json({"images": rows * columns, "seed": seed, "output": output})
    else:
        click.echo(f"Generated {rows * columns} images from {rows + columns}: {output}")


def class_index(model: ImageModel, text: str) -> int:
    """Returns the label of a class from its name, or from its label if no name is the text."""
    from keras_regen.class_names import class_index as label_of

    is_name = text in model.class_names or not text.isdecimal()
    return label_of(model.class_names, text if is_name else int(text))


def _endpoint(model: ImageModel, text: str) -> int | np.ndarray:
    """Returns an end of an interpolation: a label, or the pixels of a picture file."""
    if text in model.class_names or not Path(text).suffix:
        return class_index(model, text)
    from keras_regen.datasets.image_decoding import TargetSize, UnreadableImageError, decode_image

    height, width, channels = model.image_shape
    try:
        size = TargetSize(height, width)
        return decode_image(text, size, "grayscale" if channels == 1 else "rgb")
    except UnreadableImageError as error:
        raise click.UsageError(
            f"{text!r} is not a class of the model, {model.class_names}, and not a readable "
            f"picture: {error}."
        ) from error


def _numbers(text: str) -> list[float]:
    """Parses numbers that are separated by commas."""
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"expected numbers separated by commas, got {text!r}", param_hint="--ratios"
        ) from None
