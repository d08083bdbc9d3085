"""`keras-regen train-evaluation-classifier`."""

from pathlib import Path

import click

from keras_regen_app.options import (
    Output,
    backend_option,
    check_fit,
    count_option,
    fit_option,
    image_size_option,
    json_option,
    output_json,
    quiet_option,
    seed_option,
)


@click.command("train-evaluation-classifier")
@click.option("--dataset", required=True, help="Name or path of the real images.")
@image_size_option
@fit_option
@click.option(
    "--network",
    type=click.Choice(["basenet", "resnet56v1"]),
    default="basenet",
    show_default=True,
    help="The small network for a CPU, or the neutral classifier of ReGene.",
)
@count_option("--steps", 2000, "Steps of 64 images, in whole epochs.")
@click.option(
    "--output",
    type=Output(".keras"),
    help="File of the classifier.  [default: evaluation_classifiers/DATASET.keras, where "
    "`evaluate` finds it]",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing file.")
@seed_option
@quiet_option
@json_option
@backend_option
def train_evaluation_classifier(
    dataset, image_size, fit, network, steps, output, overwrite, seed, quiet, as_json
):
    """Train a classifier of real images, and store it for `evaluate`."""
    check_fit(image_size)
    from keras_regen import metrics
    from keras_regen.atomic_files import write_json
    from keras_regen.datasets import load
    from keras_regen.metrics.evaluation_classifier import evaluation_classifier_path, held_out_hash
    from keras_regen.saving import save_model
    from keras_regen_app.progress import EpochBars
    from keras_regen_app.training_run import classes_without_test_images

    data = load(dataset, image_size=image_size, fit=fit, seed=seed)
    path = Path(output or evaluation_classifier_path(data.name))
    if path.exists() and not overwrite:
        raise click.UsageError(
            f"An evaluation classifier exists: {path}. Replace it with --overwrite."
        )
    classifier = metrics.train_evaluation_classifier(
        data.x_train,
        data.y_train,
        data.class_names,
        network=network,
        steps=steps,
        seed=seed,
        callbacks=[] if quiet else [EpochBars()],
    )
    # `generate` uses the confidence to accept images that are as clear as real images.
    if not classes_without_test_images(data):
        classifier.calibrate(data.x_test, data.y_test)
    results = metrics.describe_evaluation_classifier(classifier, data) | {
        "dataset": dataset,
        "seed": seed,
        "steps": steps,
    }
    save_model(classifier, path)
    # The hash tells `evaluate` whether the classifier has seen the held-out images.
    write_json(path.with_suffix(".json"), results | {"held_out": held_out_hash(data)})
    results["output"] = str(path)
    if as_json:
        output_json(results)
        return
    click.echo(
        f"{results['name']} {results['hash']}: {100 * results['accuracy']:.2f} % of "
        f"{len(data.x_test)} test images correct, {100 * results['recognized']:.2f} % "
        f"recognized: {path}"
    )
