"""Trains the models of the zoo, measures them, and writes them into the package.

Each model is a training run of a preset with a fixed seed: on one machine and backend, the same
command gives the same file and the same scores.
"""

import shutil
from pathlib import Path

import click

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
@click.argument("names", nargs=-1)
@click.option("--epochs", type=int, help="Epochs in place of the preset's.")
@click.option("--runs", default="runs/zoo", show_default=True, help="Folder of the runs.")
@click.option("--output", help="Folder of the zoo.  [default: that of the package]")
@click.option("--pictures", default="docs/images", show_default=True, help="Folder of pictures.")
def main(names, epochs, runs, output, pictures):
    import keras

    from keras_regen import load_model
    from keras_regen.atomic_files import write_json
    from keras_regen.metrics import evaluate_generation, train_evaluation_classifier
    from keras_regen.zoo.compact_file import write_compact
    from keras_regen.zoo.loading import FOLDER, SCORES, read_scores
    from keras_regen_app.run_settings import load_dataset, read_settings
    from keras_regen_app.runs import resume_run, train_run

    folder = FOLDER if output is None else Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or MODELS:
        recipe, run = MODELS[name], Path(runs) / name
        if (run / "run.json").exists():
            resume_run(run, show_progress=True)
        else:
            train_run(folder=run, epochs=epochs, show_progress=True, **recipe)
        settings = read_settings(run)
        data = load_dataset(settings)
        write_compact(run / "model.keras", folder / f"{name}.keras")
        # The scores are of the file in the zoo, and not of the model before its rounding.
        model = load_model(folder / f"{name}.keras")
        classifier = train_evaluation_classifier(
            data.x_train, data.y_train, data.class_names, seed=1
        )
        results = evaluate_generation(
            model,
            data,
            evaluation_classifier=classifier,
            seeds=[0, 1, 2],
            metrics=_METRICS,
            on_stage=click.echo,
        )
        scores = read_scores(folder)
        scores[name] = {
            "model": type(model).__name__,
            "preset": settings["preset"],
            "dataset": settings["dataset"] if not Path(settings["dataset"]).exists() else data.name,
            "image_shape": list(data.image_shape),
            "epochs": settings["epochs"],
            "options": settings["options"],
            "seed": settings["seed"],
            "backend": keras.backend.backend(),
            "command": f"python benchmarks/zoo.py {name}"
            + (f" --epochs {epochs}" if epochs is not None else ""),
            "bytes": (folder / f"{name}.keras").stat().st_size,
            "scores": {score: results[score] for score in _SCORES if score in results},
            "std": {score: results["std"].get(score) for score in _SCORES if score in results},
            "real": {
                score: results["real"][score] for score in _SCORES if score in results["real"]
            },
            "generated_seeds": results["seeds"],
            "evaluation_classifier": results["evaluation_classifier"],
        }
        write_json(folder / SCORES, scores)
        click.echo(f"{name}: {scores[name]['scores']}")
        shutil.copy(run / "samples.png", Path(pictures) / f"zoo-{name.replace('_', '-')}.png")


if __name__ == "__main__":
    main()
