"""`keras-regen train-evaluation-classifier`."""

from pathlib import Path

import click

from keras_regen_app.options import (
    Output,
    count_option,
    json_option,
    output_json,
    seed_option,
    uses_keras,
)


@click.command("train-evaluation-classifier")
@click.option("--dataset", required=True, help="Name or path of the real images.")
@click.option(
    "--image-size",
    type=click.IntRange(min=1),
    help="Height and width to resize the images to.  [default: theirs]",
)
@click.option(
    "--network",
    type=click.Choice(["basenet", "resnet56v1"]),
    default="basenet",
    show_default=True,
    help="The small one for a CPU, or the neutral classifier of ReGene.",
)
@count_option("--steps", 2000, "Steps of 64 images, in whole epochs.")
@click.option(
    "--output",
    type=Output(".keras"),
    help="Where the judge goes.  [default: judges/DATASET.keras, where `evaluate` finds it]",
)
@click.option("--overwrite", is_flag=True, help="Replace a judge that is there.")
@seed_option
@json_option
@uses_keras
def train_evaluation_classifier(
    dataset, image_size, network, steps, output, overwrite, seed, as_json
):
    """Train a classifier that judges drawn images, and store it for `evaluate`."""
    from keras_regen import metrics
    from keras_regen.atomic_files import write_json
    from keras_regen.datasets import load
    from keras_regen.metrics.evaluation_classifier import (
        describe_evaluation_classifier,
        held_out_hash,
        judge_path,
    )
    from keras_regen.saving import save_model
    from keras_regen_app.progress import EpochBars

    data = load(dataset, image_size=image_size, seed=seed)
    path = Path(output or judge_path(data.name))
    if path.exists() and not overwrite:
        raise click.UsageError(f"There is a judge: {path}. Replace it with --overwrite.")
    judge = metrics.train_evaluation_classifier(
        data.x_train,
        data.y_train,
        data.class_names,
        network=network,
        steps=steps,
        seed=seed,
        callbacks=[EpochBars()],
    )
    # For `generate --judge`, which accepts what is as clear as real images.
    judge.calibrate(data.x_test, data.y_test)
    found = describe_evaluation_classifier(judge, data) | {
        "dataset": dataset,
        "seed": seed,
        "steps": steps,
    }
    save_model(judge, path)
    # `evaluate` tells by this whether the judge has seen what it holds out.
    write_json(path.with_suffix(".json"), found | {"held_out": held_out_hash(data)})
    found["output"] = str(path)
    if as_json:
        output_json(found)
        return
    click.echo(
        f"{found['name']} {found['hash']}: {100 * found['accuracy']:.2f} % of {len(data.x_test)} "
        f"test images right, {100 * found['recognized']:.2f} % recognized: {path}"
    )
