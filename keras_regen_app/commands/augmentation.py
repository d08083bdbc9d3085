"""`keras-regen augment`."""

from pathlib import Path

import click

from keras_regen_app.options import (
    Output,
    acceptance_options,
    backend_option,
    dataset_option,
    json_option,
    output_json,
    seed_option,
)


@click.command()
@click.argument("model")
@dataset_option
@click.option(
    "--factor",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Number of generated images per real image.",
)
@click.option(
    "--output",
    type=Output(".npz", folder=True),
    default="augmented.npz",
    show_default=True,
    help="An .npz file, or a folder with `train` and `test`. Both are valid for `--dataset`.",
)
@acceptance_options(default=True)
@seed_option
@json_option
@backend_option
def augment(model, dataset, factor, output, num_sources, accept, max_tries, seed, as_json):
    """Write a dataset with its training images and images that MODEL generates."""
    from keras_regen import augment
    from keras_regen.atomic_files import atomic_folder, write_arrays
    from keras_regen_app.acceptance_options import acceptance, prior_with_sources
    from keras_regen_app.model_loading import load_model_and_data
    from keras_regen_app.pictures import write_folder

    path = Path(output)
    if path.is_dir() and any(not file.name.startswith(".") for file in path.iterdir()):
        raise click.BadParameter(f"{output!r} is not empty", param_hint="--output")
    model, data = load_model_and_data(model, dataset)
    images, labels = augment(
        model,
        data.x_train,
        data.y_train,
        factor,
        accept=acceptance(accept, max_tries),
        prior=prior_with_sources(model, num_sources),
        seed=seed,
        shuffle=False,
    )
    real = len(data.x_train)
    if Output.kind(output) == ".npz":
        test = {"x_test": data.x_test, "y_test": data.y_test}
        write_arrays(path, x_train=images, y_train=labels, **test, class_names=data.class_names)
    else:
        with atomic_folder(path) as partial:
            for part, pictures, classes, prefix in (
                ("train", images[:real], labels[:real], "real"),
                ("train", images[real:], labels[real:], "generated"),
                ("test", data.x_test, data.y_test, "real"),
            ):
                write_folder(pictures, classes, data.class_names, partial / part, prefix)
    added = len(images) - real
    if as_json:
        output_json({"real": real, "generated": added, "seed": seed, "output": output})
    else:
        click.echo(f"{real} training images and {added} generated: {output}")
