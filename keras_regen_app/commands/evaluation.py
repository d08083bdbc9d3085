"""`keras-regen evaluate`."""

import json
from pathlib import Path

import click

from keras_regen_app.options import (
    backend_option,
    count_option,
    dataset_option,
    json_option,
    output_json,
    print_message,
    quiet_option,
    refuse_options,
    seed_option,
)

_SHOWN_IN_TABLE = ("std", "values", "real", "seeds", "evaluation_classifier", "extractor")


@click.command()
@click.argument("model")
@dataset_option
@count_option("--samples-per-class", 200, "Images to generate of each class, for each seed.")
@count_option(
    "--repeats", 3, "Number of seeds, from --seed on: metrics have a mean and a spread over them."
)
@click.option(
    "--evaluation-classifier",
    type=click.Path(),
    help="A classifier from `train-evaluation-classifier`.  [default: "
    "evaluation_classifiers/DATASET.keras, else a small classifier is trained]",
)
@count_option("--student-steps", 500, "Steps of the classifiers that learn from generated images.")
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    help="Folder for plots and report.html.  [default: only report.html, in the folder of the run]",
)
@seed_option
@quiet_option
@json_option
@backend_option
def evaluate(
    model,
    dataset,
    samples_per_class,
    repeats,
    evaluation_classifier,
    student_steps,
    output,
    seed,
    quiet,
    as_json,
):
    """Measure MODEL, a .keras file or the folder of a run, on held-out images."""
    from keras_regen import metrics
    from keras_regen_app.evaluation_report import report_folder, write_evaluation_report
    from keras_regen_app.model_loading import load_model_and_data

    loaded, data = load_model_and_data(model, dataset)
    classifier = None
    if loaded.decoder is None:
        refuse_options(
            "--samples-per-class",
            "--repeats",
            "--evaluation-classifier",
            "--student-steps",
            reason="MODEL generates no images to measure.",
        )
    else:
        classifier = _evaluation_classifier(evaluation_classifier, data, seed)
    results = metrics.evaluate_generation(
        loaded,
        data,
        evaluation_classifier=classifier,
        samples_per_class=samples_per_class,
        seeds=range(seed, seed + repeats),
        student_steps=student_steps,
        on_stage=None if quiet else print_message,
    )
    folder, report = report_folder(model, output), None
    if folder is not None:
        if not quiet:
            print_message("Plotting.")
        report = write_evaluation_report(
            folder, model, loaded, data, results, seed, keep_pictures=output is not None
        )
    if as_json:
        output_json({**results, "report": None if report is None else str(report)})
        return
    _show(results)
    if report is not None:
        click.echo(f"{'report':<32} {report}")


def _evaluation_classifier(path, data, seed):
    """Loads or trains the evaluation classifier."""
    from keras_regen import Classifier, load_model, metrics
    from keras_regen.metrics.evaluation_classifier import evaluation_classifier_path, held_out_hash

    file = Path(path or evaluation_classifier_path(data.name))
    description = file.with_suffix(".json")
    held_out = json.loads(description.read_text())["held_out"] if description.exists() else None
    other_split = held_out is not None and held_out != held_out_hash(data)
    if other_split:
        print_message(
            f"The evaluation classifier in {file} was trained on another split of the images, and "
            "may have seen the test images. `keras-regen train-evaluation-classifier` takes the "
            "seed of a run."
        )
    if path is None and (other_split or not file.exists()):
        print_message(
            "A small evaluation classifier is trained now; `keras-regen "
            "train-evaluation-classifier` stores one."
        )
        return metrics.train_evaluation_classifier(
            data.x_train, data.y_train, data.class_names, seed=seed
        )
    classifier = load_model(file)
    if not isinstance(classifier, Classifier):
        raise ValueError(
            "The evaluation classifier must be a classifier of this package. "
            f"Received: {str(file)!r}, which holds a {type(classifier).__name__}."
        )
    return classifier


def _show(results):
    """Prints the metrics with a real value as a table, and the other results as lines."""
    in_table = results.get("values", {})
    if in_table:
        classifier, extractor = results["evaluation_classifier"], results["extractor"]
        click.echo(
            f"Evaluation classifier: {classifier['name']} {classifier['hash']}, "
            f"accuracy {classifier['accuracy']:.4f}"
        )
        name, digest = extractor["name"], extractor["hash"]
        click.echo(f"Features: {extractor['num_features']} of {name} {digest}")
        seeds = ", ".join(map(str, results["seeds"]))
        click.echo(f"Seeds: {seeds}; real: the held-out test images")
        click.echo(f"{'Metric':<32} {'mean':>10} {'std':>10} {'real':>10}")
    for name in in_table:
        cells = (results[name], results["std"][name], results["real"].get(name))
        click.echo(f"{name:<32} {' '.join(map(_cell, cells))}")
    for name, value in results.items():
        if name in in_table or name in _SHOWN_IN_TABLE:
            continue
        if isinstance(value, dict):
            click.echo(name)
            for key, number in value.items():
                click.echo(f"  {key:<30} {_cell(number)}")
        elif isinstance(value, int):
            click.echo(f"{name:<32} {value:>10}")
        else:
            click.echo(f"{name:<32} {_cell(value)}")


def _cell(number):
    return format("-" if number is None else format(number, ".4f"), ">10")
