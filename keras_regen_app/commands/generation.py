"""`keras-regen generate`, `reconstruct`, `interpolate`, `walk` and `matrix`."""

from pathlib import Path

import click

from keras_regen_app.options import (
    Output,
    acceptance_options,
    count_option,
    dataset_option,
    json_option,
    output_json,
    picture_option,
    seed_option,
    uses_keras,
)

_NUMBERS = "Such as 0.1,0.5,0.9."


@click.command()
@click.argument("model")
@click.option(
    "--class",
    "classes",
    multiple=True,
    help="Label or name; may be repeated.  [default: every class that MODEL knows]",
)
@count_option("--num-samples", 16, "Images of each class; in all, where there are none.")
@click.option(
    "--output",
    type=Output(".png", ".npz", folder=True),
    default="samples.png",
    show_default=True,
    help="A .png for one picture with a row for each class, an .npz for arrays, or else a folder, "
    "which gets a folder of pictures for each class.",
)
@click.option(
    "--judge",
    help="A classifier, a .keras file or a run, that accepts images in MODEL's place. With it, "
    "models that know no classes draw images of any.",
)
@acceptance_options(default=False)
@seed_option
@json_option
@uses_keras
def generate(
    model, classes, num_samples, output, judge, num_sources, accept, max_tries, seed, as_json
):
    """Draw new images with MODEL, a .keras file or the folder of a run."""
    import numpy as np

    from keras_regen import generate
    from keras_regen_app.acceptance_options import acceptance, prior_of, tries_by_class
    from keras_regen_app.model_and_data import load_image_model
    from keras_regen_app.pictures import write_images

    model = load_image_model(model)
    judge = None if judge is None else load_image_model(judge)
    known = model if model.num_classes or judge is None else judge
    if classes and not known.num_classes:
        raise click.UsageError(
            "MODEL knows no classes: leave out `--class`, or give a classifier by `--judge`."
        )
    wanted = [class_index(known, one) for one in classes] or range(known.num_classes)
    images, report = generate(
        model,
        np.repeat(wanted, num_samples) if len(wanted) else None,
        None if len(wanted) else num_samples,
        seed=seed,
        prior=prior_of(model, num_sources),
        accept=acceptance(accept or judge is not None, max_tries, judge),
        return_report=True,
    )
    write_images(images, report.labels, known.class_names, output, prefix=str(seed))
    if as_json:
        tries = tries_by_class(known, report)
        output_json({"images": len(images), "seed": seed, "output": output, **tries})
        return
    click.echo(f"Drew {len(images)} images: {output}")
    if accept or judge is not None:
        click.echo(f"Tries for {num_samples} of each class: latents passed / images accepted")
        for label in sorted(set(report.labels.tolist())):
            passed, accepted = report.latent_tries[label], report.tries[label]
            click.echo(f"  {known.class_names[label]:<20} {passed:>6} / {accepted}")


@click.command()
@click.argument("model")
@dataset_option
@count_option("--num-samples", 32, "Held-out images, from the first on.")
@picture_option("reconstructions.png")
@json_option
@uses_keras
def reconstruct(model, dataset, num_samples, output, as_json):
    """Draw images of a dataset again with MODEL, beside the originals."""
    from keras_regen import plotting
    from keras_regen.metrics import reconstruction_error
    from keras_regen_app.model_and_data import load_model_and_data

    model, data = load_model_and_data(model, dataset)
    images = data.x_test[:num_samples]
    drawn = model.reconstruct(images, data.y_test[:num_samples])
    error = reconstruction_error(images, drawn)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_reconstructions(images, drawn, output)
    if as_json:
        output_json({**error, "images": len(images), "output": output})
    else:
        click.echo(f"Mean squared error {error['mse']:.5f}, absolute {error['mae']:.5f}: {output}")


@click.command()
@click.argument("model")
@click.argument("start")
@click.argument("end")
@click.option("--num-samples", type=int, help="Images in equal steps.  [default: 8]")
@click.option("--ratios", help=f"Shares of END, in place of equal steps. {_NUMBERS}")
@picture_option("interpolation.png")
@json_option
@uses_keras
def interpolate(model, start, end, num_samples, ratios, output, as_json):
    """Draw what lies between START and END: labels or names of classes, or picture files."""
    from keras_regen import interpolate, plotting
    from keras_regen_app.model_and_data import load_image_model

    model = load_image_model(model)
    ends = [_end(model, one) for one in (start, end)]
    if ratios is not None:
        ratios = _numbers(ratios)
    images = interpolate(model, *ends, num_samples, ratios=ratios)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_images(images, output, columns=len(images))
    if as_json:
        output_json({"images": len(images), "output": output})
    else:
        click.echo(f"Drew {len(images)} images from {start} to {end}: {output}")


@click.command()
@click.argument("model")
@count_option("--rows", 6, "Walks.")
@count_option("--num-samples", 8, "Images of each walk.", least=2)
@picture_option("walk.png")
@seed_option
@json_option
@uses_keras
def traverse(model, rows, num_samples, output, seed, as_json):
    """Draw walks through MODEL's latent space, each from one random draw to another."""
    from keras_regen import latent_traversal, plotting
    from keras_regen_app.model_and_data import load_image_model

    model = load_image_model(model)
    images = latent_traversal(model, rows, num_samples, seed=seed)
    images = images.reshape(-1, *model.image_shape)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_images(images, output, columns=num_samples)
    if as_json:
        output_json({"walks": rows, "images": len(images), "seed": seed, "output": output})
    else:
        click.echo(f"Drew {rows} walks of {num_samples} images each: {output}")


@click.command()
@click.argument("model")
@click.option("--class", "class_id", required=True, help="Label or name.")
@dataset_option
@count_option("--rows", 6, "Images down the side.")
@count_option("--columns", 6, "Images along the top.")
@click.option(
    "--ratio", type=float, default=0.5, show_default=True, help="Share of the column's image."
)
@picture_option("matrix.png")
@seed_option
@json_option
@uses_keras
def matrix(model, class_id, dataset, rows, columns, ratio, output, seed, as_json):
    """Combine held-out images of a class with each other, every pair of two lists."""
    import numpy as np

    from keras_regen import matrix, plotting
    from keras_regen_app.model_and_data import load_model_and_data

    model, data = load_model_and_data(model, dataset)
    label = class_index(model, class_id)
    images = data.x_test[data.y_test == label]
    if len(images) < rows + columns:
        raise click.UsageError(
            f"{rows} rows and {columns} columns need {rows + columns} held-out images of class "
            f"{class_id!r}; there are {len(images)}."
        )
    chosen = images[np.random.default_rng(seed).permutation(len(images))[: rows + columns]]
    above, left = chosen[:columns], chosen[columns:]
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_matrix(matrix(model, left, above, ratio), left, above, output)
    if as_json:
        output_json({"images": rows * columns, "seed": seed, "output": output})
    else:
        click.echo(f"Drew {rows * columns} images of {rows + columns}: {output}")


def class_index(model, text: str) -> int:
    """Returns the label of a class from its name or label on the command line."""
    from keras_regen.class_names import class_index as label_of

    is_name = text in model.class_names or not text.isdigit()
    return label_of(model.class_names, text if is_name else int(text))


def _end(model, text):
    """One end of an interpolation: a label, or the pixels of a picture file."""
    if text in model.class_names or not Path(text).suffix:
        return class_index(model, text)
    from keras_regen.datasets.image_decoding import UnreadableImageError, decode_image

    height, width, channels = model.image_shape
    try:
        return decode_image(text, (height, width), "grayscale" if channels == 1 else "rgb")
    except UnreadableImageError as error:
        raise click.UsageError(
            f"{text!r} is none of the model's classes {model.class_names}, and cannot be read as a "
            f"picture: {error}."
        ) from error


def _numbers(text):
    try:
        return [float(one) for one in text.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"expected numbers with commas between them, got {text!r}", param_hint="--ratios"
        ) from None
