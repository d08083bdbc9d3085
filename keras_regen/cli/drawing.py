"""`keras-regen generate` and `keras-regen reconstruct`."""

from pathlib import Path

import click

from keras_regen.cli.options import json_option, output_json, seed_option, uses_keras


@click.command()
@click.argument("model")
@click.option(
    "--class",
    "classes",
    multiple=True,
    help="Label or name; may be repeated.  [default: every class]",
)
@click.option(
    "--num-samples", type=int, default=16, show_default=True, help="Images of each class."
)
@click.option(
    "--output",
    default="samples.png",
    show_default=True,
    help="A .png for one picture with a row for each class, an .npz for arrays, or else a folder, "
    "which gets a folder of pictures for each class.",
)
@seed_option
@json_option
@uses_keras
def generate(model, classes, num_samples, output, seed, as_json):
    """Draw new images with MODEL, a .keras file or the folder of a run."""
    import numpy as np

    from keras_regen import generate, load_model, plotting
    from keras_regen.checks import check_integer
    from keras_regen.writing import replace_when_whole

    check_integer("num_samples", num_samples, 1)
    model = load_model(model)
    wanted = [_class_index(model, one) for one in classes] or range(model.num_classes)
    labels = np.repeat(wanted, num_samples)
    images = generate(model, labels, seed=seed)
    path = Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        plotting.plot_samples(images, labels, model.class_names, path)
    elif path.suffix == ".npz":
        with replace_when_whole(path) as partial:
            np.savez_compressed(
                partial, images=images, labels=labels, class_names=model.class_names
            )
    elif path.suffix:
        raise click.BadParameter(
            f"expected a .png, an .npz or a folder, got {output!r}", param_hint="--output"
        )
    else:
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            # A class name may hold what a file name cannot, such as T-shirt/top.
            folder = path / model.class_names[label].replace("/", "_")
            folder.mkdir(parents=True, exist_ok=True)
            plotting.save_image(image, folder / f"{seed}-{index:06d}.png")
    if as_json:
        output_json({"images": len(images), "seed": seed, "output": output})
    else:
        click.echo(f"Drew {len(images)} images: {output}")


@click.command()
@click.argument("model")
@click.option("--dataset", help="Name or path.  [default: the run's]")
@click.option("--num-samples", type=click.IntRange(min=1), default=32, show_default=True)
@click.option("--output", default="reconstructions.png", show_default=True, help="The picture.")
@json_option
@uses_keras
def reconstruct(model, dataset, num_samples, output, as_json):
    """Draw images of a dataset again with MODEL, beside the originals."""
    from keras_regen import load_model, plotting
    from keras_regen.cli.evaluation import load_dataset
    from keras_regen.metrics import reconstruction_error

    data = load_dataset(model, dataset)
    model = load_model(model)
    images = data.x_test[:num_samples]
    drawn = model.reconstruct(images)
    error = reconstruction_error(images, drawn)
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    plotting.plot_reconstructions(images, drawn, output)
    if as_json:
        output_json({**error, "images": len(images), "output": output})
    else:
        click.echo(f"Mean squared error {error['mse']:.5f}, absolute {error['mae']:.5f}: {output}")


def _class_index(model, text):
    # A class whose name is a number goes by its name.
    return model.class_index(text if text in model.class_names or not text.isdigit() else int(text))
