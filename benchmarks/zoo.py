"""Trains the models of the zoo, measures them, and writes them into the package.

Each model is a training run of a preset with a fixed seed: on one machine and backend, the same
command gives the same file and the same scores.
"""

import functools
import shutil
from pathlib import Path

import click

from keras_regen.presets import get_preset

# The preset, and the arguments of `train_run` that differ from it.
MODELS = {
    "csae_digits": {"preset": "csae_digits"},
    "regene_digits": {"preset": "regene_digits"},
    "degan_digits": {"preset": "degan_digits"},
    "csae_mnist": {"preset": "csae_plus_mnist", "options": {"stem_filters": 16}},
    "csae_fashion_mnist": {"preset": "csae_plus_fashion_mnist", "options": {"stem_filters": 16}},
    "regene_mnist": {
        "preset": "regene",
        "dataset": "mnist",
        "pretraining_options": {"width": 0.125},
        "options": {"width": 0.125, "decoder_width": 0.125},
    },
}
_SCORES = (
    "accuracy",
    "reconstruction_mse",
    "generation_accuracy",
    "recognized",
    "accepted_generation_accuracy",
    "relative_diversity",
    "closest_distance",
    "frechet_original_generated",
    "classification_accuracy_score",
)
_METRICS = (
    "accuracy",
    "reconstruction",
    "generation_accuracy",
    "recognized",
    "accepted_generation_accuracy",
    "relative_diversity",
    "closest_distance",
    "frechet_distance",
    "classification_accuracy_score",
)


@click.command(help=__doc__)
@click.argument("names", nargs=-1, type=click.Choice(list(MODELS)))
@click.option("--epochs", type=int, help="Epochs in place of the preset's.")
@click.option("--runs", default="runs/zoo", show_default=True, help="Folder of the runs.")
@click.option("--output", help="Folder of the zoo.  [default: that of the package]")
@click.option("--pictures", default="docs/images", show_default=True, help="Folder of pictures.")
@click.option("--only-measure", is_flag=True, help="Measure the stored models, without training.")
def main(names, epochs, runs, output, pictures, only_measure):
    from keras_regen.atomic_files import write_json
    from keras_regen.zoo.loading import FOLDER, SCORES, read_scores

    if only_measure and epochs is not None:
        raise click.UsageError("`--only-measure` trains no model: omit `--epochs`.")
    folder = FOLDER if output is None else Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or (read_scores(folder) if only_measure else MODELS):
        stored = read_scores(folder)[name] if only_measure else train(name, epochs, runs, folder)
        scores = stored | measure(folder / f"{name}.keras", stored["dataset"])
        write_json(folder / SCORES, read_scores(folder) | {name: scores})
        click.echo(f"{name}: {scores['scores']}")
        if not only_measure:
            picture = Path(pictures) / f"zoo-{name.replace('_', '-')}.png"
            shutil.copy(Path(runs) / name / "samples.png", picture)


def train(name, epochs, runs, folder):
    """Trains a model, writes it into the zoo, and returns how it was trained."""
    import keras

    from keras_regen.zoo.compact_file import write_compact
    from keras_regen_app.run_settings import load_dataset, read_settings
    from keras_regen_app.runs import resume_run, train_run

    recipe, run = MODELS[name], Path(runs) / name
    if (run / "run.json").exists():
        resume_run(run, show_progress=True)
    else:
        train_run(folder=run, epochs=epochs, show_progress=True, **recipe)
    settings = read_settings(run)
    data = load_dataset(settings)
    path = folder / f"{name}.keras"
    write_compact(run / "model.keras", path)
    return {
        "model": get_preset(settings["preset"]).model,
        "preset": settings["preset"],
        "dataset": settings["dataset"] if not Path(settings["dataset"]).exists() else data.name,
        "image_shape": list(data.image_shape),
        "epochs": settings["epochs"],
        "options": settings["options"],
        "seed": settings["seed"],
        "backend": keras.backend.backend(),
        "command": f"python benchmarks/zoo.py {name}"
        + (f" --epochs {epochs}" if epochs is not None else ""),
        "bytes": path.stat().st_size,
    }


def measure(path, dataset):
    """Measures a file of the zoo, and not the model before its rounding."""
    from keras_regen import load_model
    from keras_regen.metrics import evaluate_generation

    data, classifier = data_and_classifier(dataset)
    results = evaluate_generation(
        load_model(path),
        data,
        evaluation_classifier=classifier,
        seeds=[0, 1, 2],
        metrics=_METRICS,
        on_stage=click.echo,
    )
    return {
        "scores": {score: results[score] for score in _SCORES if score in results},
        "std": {score: results["std"].get(score) for score in _SCORES if score in results},
        "real": {score: results["real"][score] for score in _SCORES if score in results["real"]},
        "generated_seeds": results["seeds"],
        "evaluation_classifier": results["evaluation_classifier"],
    }


@functools.cache
def data_and_classifier(dataset):
    """Returns a dataset and its evaluation classifier, which several models share."""
    from keras_regen.datasets import load
    from keras_regen.metrics import train_evaluation_classifier

    data = load(dataset)
    return data, train_evaluation_classifier(data.x_train, data.y_train, data.class_names, seed=1)


if __name__ == "__main__":
    main()
