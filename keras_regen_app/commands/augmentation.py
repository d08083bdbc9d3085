"""`keras-regen augment`."""

from pathlib import Path

import click

from keras_regen_app.cluster import cluster_option, joblib_cluster
from keras_regen_app.options import (
    Output,
    acceptance_options,
    backend_option,
    count_option,
    dataset_option,
    image_size_option,
    json_option,
    output_json,
    print_message,
    refuse_options,
    seed_option,
)


@click.command()
@click.argument("model", required=False)
@dataset_option
@click.option(
    "--study",
    is_flag=True,
    help="Without MODEL: measure on the images of --dataset whether generated images raise the "
    "accuracy of a classifier, next to mirrored and shifted images.",
)
@click.option(
    "--sizes",
    default="10,20,50",
    show_default=True,
    help="For --study: numbers of training images per class.",
)
@click.option(
    "--draws",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="For --study: random choices of the images for each number.",
)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="For --study: training steps of each classifier; the generating model has three times "
    "as many.",
)
@count_option("--processes", 1, "For --study: number of draws in parallel.")
@cluster_option
@image_size_option
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
def augment(
    model,
    dataset,
    study,
    sizes,
    draws,
    steps,
    processes,
    cluster,
    image_size,
    factor,
    output,
    num_sources,
    accept,
    quantile,
    max_tries,
    seed,
    as_json,
):
    """Write a dataset with its training images and images that MODEL generates."""
    if study:
        if model is not None or dataset is None:
            raise click.UsageError(
                "`--study` needs `--dataset`, and trains its own models: omit MODEL."
            )
        refuse_options(
            "--factor",
            "--output",
            "--num-sources",
            "--accept",
            "--quantile",
            "--max-tries",
            "--seed",
            reason="`--study` writes no dataset, and each draw has its own seed.",
        )
        with joblib_cluster(cluster) as workers:
            _study(dataset, image_size, sizes, draws, steps, workers or processes, as_json)
        return
    if model is None:
        raise click.UsageError("Name MODEL, or measure with `--study --dataset FOLDER`.")
    refuse_options(
        "--sizes",
        "--draws",
        "--steps",
        "--processes",
        "--cluster",
        "--image-size",
        reason="MODEL is trained and has an image size: these options are for `--study` only.",
    )
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
        accept=acceptance(accept, max_tries, quantile=quantile),
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


def _study(dataset, image_size, sizes, draws, steps, processes, as_json):
    """Prints the accuracies of classifiers with and without generated images."""
    from keras_regen.datasets import load
    from keras_regen_app.augmentation_study import METHODS, StudySettings, gain, run_study

    try:
        sizes = [int(size) for size in sizes.split(",")]
    except ValueError:
        raise click.BadParameter(
            f"expected numbers such as 10,20, got {sizes!r}", param_hint="--sizes"
        ) from None
    if min(sizes) < 2:
        raise click.BadParameter(
            f"expected at least 2 images per class, got {min(sizes)}", param_hint="--sizes"
        )
    data = load(dataset, image_size=image_size)
    settings = StudySettings.for_data(data, steps=steps, generator_steps=3 * steps)
    results = {size: [] for size in sizes}
    for size, draw, accuracy in run_study(data, sizes, draws, settings, processes):
        results[size].append(accuracy)
        line = ", ".join(f"{name} {value:.1%}" for name, value in accuracy.items())
        print_message(f"{size} images per class, draw {draw}: {line}")
    if as_json:
        output_json({"settings": vars(settings), "results": results})
        return
    for size, accuracies in results.items():
        for method in METHODS:
            values = [accuracy[method] for accuracy in accuracies]
            mean = sum(values) / len(values)
            difference, spread = gain(accuracies, method, "none")
            click.echo(
                f"{size:>5} images per class, {method:<10} {mean:7.2%}  "
                f"gain {100 * difference:+.2f} points, spread {100 * spread:.2f}"
            )
        difference, spread = gain(accuracies, "both", "classical")
        verdict = "more" if difference > spread else "no more"
        click.echo(
            f"{size:>5} images per class: generated images add {100 * difference:+.2f} points to "
            f"mirrored and shifted images, {verdict} than the spread of {100 * spread:.2f}."
        )
