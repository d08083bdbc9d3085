"""`keras-regen evaluate`."""

import json
from pathlib import Path

import click

from keras_regen_app.options import (
    count_option,
    dataset_option,
    json_option,
    note,
    output_json,
    seed_option,
    uses_keras,
)

_SHOWN_WITH_SCORES = ("scores", "seeds", "judge", "extractor", "evaluation_classifier_accuracy")


@click.command()
@click.argument("model")
@dataset_option
@count_option("--samples-per-class", 200, "Images to draw and have judged, for each seed.")
@count_option(
    "--repeats", 3, "Seeds to draw with, from --seed on: scores have a mean and a spread over them."
)
@click.option(
    "--judge",
    type=click.Path(),
    help="A classifier that `train-evaluation-classifier` stored.  [default: judges/DATASET.keras, else a small "
    "one is trained]",
)
@count_option("--student-steps", 500, "Steps of the classifiers that learn from drawn images.")
@click.option("--output", type=click.Path(file_okay=False), help="Folder for pictures.")
@seed_option
@json_option
@uses_keras
def evaluate(
    model, dataset, samples_per_class, repeats, judge, student_steps, output, seed, as_json
):
    """Measure MODEL, a .keras file or the folder of a run, on held-out images."""
    from keras_regen.metrics.evaluation import evaluate_model
    from keras_regen.metrics.scores import score_model
    from keras_regen_app.model_and_data import load_model_and_data
    from keras_regen_app.run_plots import plot_run

    loaded, data = load_model_and_data(model, dataset)
    if loaded.decoder is None:
        found = evaluate_model(loaded, data)
    else:
        chosen = _judge(judge, data, seed)
        found = evaluate_model(loaded, data, samples_per_class, seed, judge=chosen)
        scored = score_model(
            loaded,
            data,
            chosen,
            samples_per_class=samples_per_class,
            seeds=range(seed, seed + repeats),
            student_steps=student_steps,
        )
        # A score has a mean over the seeds, so the figure of the first of them is left out.
        found = {name: found[name] for name in found if name not in scored["scores"]} | scored
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        plot_run(loaded, data, [], Path(output), seed)
    if as_json:
        output_json(found)
        return
    if "scores" in found:
        _show_scores(found)
    for name, value in found.items():
        if name in _SHOWN_WITH_SCORES:
            continue
        if isinstance(value, dict):
            click.echo(name)
            for key, one in value.items():
                click.echo(f"  {key:<30} {'-' if one is None else format(one, '.4f')}")
        else:
            click.echo(
                f"{name:<32} {value:.5f}" if isinstance(value, float) else f"{name:<32} {value}"
            )


def _judge(path, data, seed):
    from keras_regen import Classifier, load_model
    from keras_regen.metrics import train_evaluation_classifier
    from keras_regen.metrics.evaluation_classifier import held_out_hash, judge_path

    place = Path(path or judge_path(data.name))
    known = place.with_suffix(".json")
    held_out = json.loads(known.read_text())["held_out"] if known.exists() else None
    other_split = held_out is not None and held_out != held_out_hash(data)
    if other_split:
        note(
            f"The judge in {place} was trained on another split of the images, and may have seen "
            "what is held out here. `keras-regen train-evaluation-classifier` takes the seed of a run."
        )
    if path is None and (other_split or not place.exists()):
        note(
            "A small judge is trained for this; `keras-regen train-evaluation-classifier` stores one."
        )
        return train_evaluation_classifier(data.x_train, data.y_train, data.class_names, seed=seed)
    judge = load_model(place)
    if not isinstance(judge, Classifier):
        raise ValueError(
            f"The judge must be a classifier of this package. Received: {str(place)!r}, which "
            f"holds a {type(judge).__name__}."
        )
    return judge


def _show_scores(found):
    judge, extractor = found["judge"], found["extractor"]
    click.echo(f"Judge: {judge['name']} {judge['hash']}, accuracy {judge['accuracy']:.4f}")
    click.echo(f"Features: {extractor['num_features']} of {extractor['name']} {extractor['hash']}")
    click.echo(f"Seeds: {', '.join(map(str, found['seeds']))}; real: the held-out test images")
    click.echo(f"{'Score':<32} {'mean':>10} {'std':>10} {'real':>10}")
    for name, score in found["scores"].items():
        cells = (score["mean"], score["std"], score["real"])
        numbers = " ".join("         -" if cell is None else f"{cell:>10.4f}" for cell in cells)
        click.echo(f"{name:<32} {numbers}")
