"""Measures the recipe `csae_plus_*` on all images of a dataset, next to an earlier recipe.

The earlier recipe has a latent of 40, the wavelet loss alone, and a Gaussian for each class. Each
training run is added to a JSON file, and the script skips the runs that the file contains. It also
writes a table (.md) and, with `--picture`, real and accepted images of the seed 0, side by side.
"""

import time
from pathlib import Path

import click

RECIPES = {
    "plus": {},
    "earlier": {
        "latent_dim": 40,
        "perceptual_weight": 0.0,
        "prior": "gaussian",
        "mirror": False,
    },
}
COLUMNS = {
    "accuracy": "accuracy",
    "reconstruction_mse": "MSE of reconstructions",
    "generated_accuracy": "generation accuracy",
    "accepted_accuracy": "of accepted images",
    "generated_frechet": "Frechet distance",
    "accepted_frechet": "of accepted images",
    "accepted_closest": "distance to the closest training image",
    "minutes": "minutes of training",
}
# Generated images of each class, for each measure.
SAMPLES = 500


@click.command(help=__doc__)
@click.option("--dataset", default="fashion_mnist", show_default=True)
@click.option("--preset", default="csae_plus_fashion_mnist", show_default=True)
@click.option("--recipe", default="plus", show_default=True, type=click.Choice(list(RECIPES)))
@click.option("--epochs", type=int, help="Epochs in place of the preset's.")
@click.option("--learning-rate", type=float, help="Learning rate in place of the preset's.")
@click.option("--seeds", default="0,1,2", show_default=True)
@click.option("--precision", default="mixed_bfloat16", show_default=True)
@click.option("--stem-filters", default=32, show_default=True)
@click.option("--classifier-steps", default=4000, show_default=True)
@click.option("--output", default="results/plus_recipe.json", show_default=True)
@click.option("--picture", help="Path of the picture.")
def main(
    dataset,
    preset,
    recipe,
    epochs,
    learning_rate,
    seeds,
    precision,
    stem_filters,
    classifier_steps,
    output,
    picture,
):
    from study import Study

    from keras_regen import load_model
    from keras_regen.datasets import load
    from keras_regen.metrics import describe_evaluation_classifier, train_evaluation_classifier
    from keras_regen.presets import get_preset

    base = get_preset(preset)
    epochs = base.epochs if epochs is None else epochs
    if learning_rate is None:
        learning_rate = base.optimizer["learning_rate"]
    data = load(dataset)
    path = Path("evaluation_classifiers") / f"{data.name}-{classifier_steps}.keras"
    if path.exists():
        classifier = load_model(path)
    else:
        classifier = train_evaluation_classifier(
            data.x_train, data.y_train, data.class_names, steps=classifier_steps, seed=1
        )
        path.parent.mkdir(exist_ok=True)
        classifier.save(path)
    description = describe_evaluation_classifier(classifier, data)
    click.echo(f"Evaluation classifier: {description}")
    setting = {"dataset": data.name, "preset": preset, "samples_per_class": SAMPLES}
    study = Study(output, **setting, evaluation_classifier=description)
    for seed in map(int, seeds.split(",")):
        cell = {
            "recipe": recipe,
            "learning_rate": learning_rate,
            "epochs": epochs,
            "stem_filters": stem_filters,
            "seed": seed,
            "precision": precision,
        }
        if not study.has(**cell):
            model, minutes = train(data, base, **cell)
            scores = measure(model, data, classifier, picture if seed == 0 else None)
            study.add(**cell, **scores, minutes=minutes)
            Path(output).with_suffix(".md").write_text(table(study) + "\n")
    click.echo(table(study))


def train(data, preset, recipe, learning_rate, epochs, stem_filters, seed, precision):
    """Returns a trained model, and the minutes of its training."""
    import dataclasses

    import keras

    from keras_regen import CSAE, precision_scope

    optimizer = preset.optimizer | {"learning_rate": learning_rate}
    keras.utils.set_random_seed(seed)
    with precision_scope(precision):
        model = CSAE.from_preset(
            dataclasses.replace(preset, optimizer=optimizer),
            class_names=data.class_names,
            num_samples=len(data.x_train),
            epochs=epochs,
            stem_filters=stem_filters,
            seed=seed,
            **RECIPES[recipe],
        )
    begin = time.perf_counter()
    model.fit(data.x_train, data.y_train, verbose=2)
    minutes = round((time.perf_counter() - begin) / 60, 1)
    return model, minutes


def measure(model, data, classifier, picture):
    """Returns the scores of a model, and writes a picture of real and generated images."""
    import numpy as np

    from keras_regen import Acceptance, AcceptanceError, plotting
    from keras_regen.metrics import (
        FeatureExtractor,
        closest_match,
        frechet_distance,
        reconstruction_error,
    )

    extractor = FeatureExtractor(classifier)
    real = extractor(data.x_test)
    reconstructions = model.reconstruct(data.x_test)
    scores = {
        "accuracy": float(np.mean(model.classify(data.x_test) == data.y_test)),
        "reconstruction_mse": reconstruction_error(data.x_test, reconstructions)["mse"],
        "frechet_reconstructions": frechet_distance(extractor(reconstructions), real),
        "frechet_real": frechet_distance(extractor(data.x_train), real),
        "closest_real": float(np.mean(closest_match(data.x_test, data.x_train).values)),
    }
    labels = np.repeat(np.arange(data.num_classes), SAMPLES)
    acceptance = Acceptance(by="distance", quantile=0.5, max_tries=200)
    for prefix, accept in (("generated", None), ("accepted", acceptance)):
        try:
            images, known = model.generate(labels, seed=0, accept=accept), labels
        except AcceptanceError as error:
            images, known = error.images, error.labels
        correct = classifier.classify(images) == known
        matches = closest_match(images, data.x_train)
        # Missing images count as wrong.
        scores[f"{prefix}_accuracy"] = float(np.sum(correct) / len(labels))
        scores[f"{prefix}_frechet"] = frechet_distance(extractor(images), real)
        scores[f"{prefix}_closest"] = float(np.mean(matches.values))
    if picture is not None:
        sets = ((data.x_test / 255, data.y_test), (images, known))
        rows = [x[y == label][:10] for label in range(data.num_classes) for x, y in sets]
        pixels = np.concatenate(rows).astype("float32")
        plotting.plot_images(pixels, columns=20, path=picture)
    return scores


def table(study):
    from study import spread

    cells = ("recipe", "learning_rate", "epochs", "stem_filters", "precision")
    lines = ["| recipe | learning rate | epochs | seeds | " + " | ".join(COLUMNS.values()) + " |"]
    lines.append("| --- |" + " ---: |" * (len(COLUMNS) + 3))
    for values in dict.fromkeys(tuple(run[name] for name in cells) for run in study.runs):
        cell = dict(zip(cells, values, strict=True))
        count = len(study.values("seed", **cell))
        texts = [spread(study.values(name, **cell), digits=4) for name in COLUMNS]
        setting = f"{cell['recipe']} | {cell['learning_rate']} | {cell['epochs']} | {count}"
        lines.append(f"| {setting} | {' | '.join(texts)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
