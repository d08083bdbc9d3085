"""Measures the effect of the adversarial loss on the images that a CSAE generates.

Trains the CSAE of a preset without and with its discriminator, and writes the results into a JSON
file. The script skips the training runs that the file contains.
"""

import time

import click

from keras_regen.presets import get_preset

PRESET = "csae_adversarial_mnist"
METRICS = {
    "accuracy": "accuracy",
    "frechet_original_generated": "Frechet distance of generated images",
    "frechet_original_reconstructed": "of reconstructions",
    "recall": "recall",
    "classification_accuracy_score": "accuracy of a classifier of generated images",
}


@click.command(help=__doc__)
@click.option("--dataset", default="digits", show_default=True)
@click.option("--epochs", default=60, show_default=True)
@click.option("--stem-filters", default=16, show_default=True)
@click.option("--latent-dim", default=32, show_default=True)
@click.option("--batch-size", default=64, show_default=True)
@click.option("--weights", default="0,0.3", show_default=True, help="Adversarial weights.")
@click.option("--seeds", default=2, show_default=True, help="Number of seeds: 0, 1, ...")
@click.option("--output", default="results/adversarial_loss.json", show_default=True)
def main(dataset, epochs, stem_filters, latent_dim, batch_size, weights, seeds, output):
    from study import Study

    from keras_regen.datasets import load
    from keras_regen.metrics import train_evaluation_classifier

    data = load(dataset)
    options = {**get_preset(PRESET).options, "stem_filters": stem_filters, "latent_dim": latent_dim}
    del options["adversarial_weight"]
    setting = {"dataset": data.name, "epochs": epochs, "batch_size": batch_size, **options}
    study = Study(output, **setting)
    weights = [float(weight) for weight in weights.split(",")]
    missing = [(w, s) for s in range(seeds) for w in weights if not study.has(weight=w, seed=s)]
    if missing:
        steps = min(2000, 1000 * -(-len(data.x_train) // 2000))
        classifier = train_evaluation_classifier(
            data.x_train, data.y_train, data.class_names, steps=steps, seed=1, augment=False
        )
    for weight, seed in missing:
        study.add(**train(data, classifier, weight, seed, epochs, batch_size, options))
    click.echo(table(study, weights))


def train(data, classifier, weight, seed, epochs, batch_size, options):
    import keras

    from keras_regen import CSAE
    from keras_regen.metrics import evaluate_generation

    keras.utils.set_random_seed(seed)
    model = CSAE.from_preset(
        PRESET,
        image_shape=data.image_shape,
        class_names=data.class_names,
        num_samples=len(data.x_train),
        epochs=epochs,
        batch_size=batch_size,
        adversarial_weight=weight,
        seed=seed,
        **options,
    )
    begin = time.perf_counter()
    model.fit(data.x_train, data.y_train, verbose=0)
    seconds = time.perf_counter() - begin
    scores = evaluate_generation(
        model, data, evaluation_classifier=classifier, samples_per_class=100, seeds=[0, 1, 2]
    )
    return {
        "weight": weight,
        "seed": seed,
        **{name: scores[name] for name in METRICS},
        "seconds": round(seconds, 1),
    }


def table(study, weights):
    from study import spread

    lines = [f"| `adversarial_weight` | {' | '.join(METRICS.values())} | seconds |"]
    lines += ["| --- |" + " --- |" * (len(METRICS) + 1)]
    for weight in weights:
        cells = [spread(study.values(name, weight=weight), digits=3) for name in METRICS]
        seconds = study.values("seconds", weight=weight)
        lines.append(f"| {weight:g} | {' | '.join(cells)} | {spread(seconds, digits=0)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
