"""Measures whether generated images of many sources keep their class: ReGene, figure 6(a), table 2.

Trains an evaluation classifier with another architecture and a small ReGene on a part of MNIST, and
generates images with 2, 3 and 5 sources, with and without acceptance. The JSON file has the share
of the images that the evaluation classifier assigns to the requested class.
"""

import time
from pathlib import Path

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--train-images", default=20_000, show_default=True)
@click.option("--width", default=0.125, show_default=True, help="Scales the number of filters.")
@click.option("--epochs", default=8, show_default=True, help="Epochs of the decoder.")
@click.option("--classifier-epochs", default=4, show_default=True, help="Epochs of the classifier.")
@click.option(
    "--evaluation-epochs",
    default=4,
    show_default=True,
    help="Epochs of the evaluation classifier.",
)
@click.option("--samples-per-class", default=500, show_default=True)
@click.option(
    "--seeds", default=3, show_default=True, help="Number of seeds of the generation: 0, 1, ..."
)
@click.option("--models", default="runs/regene_sources", show_default=True, help="Model folder.")
@click.option("--output", default="results/regene_sources.json", show_default=True)
def main(
    dataset,
    train_images,
    width,
    epochs,
    classifier_epochs,
    evaluation_epochs,
    samples_per_class,
    seeds,
    models,
    output,
):
    import keras
    from study import Study, spread

    from keras_regen import Acceptance, Classifier, ReGene, generate, load_model, plotting
    from keras_regen.datasets import load
    from keras_regen.metrics import generation_accuracy, reconstruction_error
    from keras_regen.optimizers import build_optimizer

    data = load(dataset)
    x, y = data.x_train[:train_images], data.y_train[:train_images]
    study = Study(
        output,
        dataset=data.name,
        train_images=train_images,
        width=width,
        decoder_epochs=epochs,
        classifier_epochs=classifier_epochs,
        # These keys are those of the stored results.
        judge="basenet, 16 filters",
        judge_epochs=evaluation_epochs,
        batch_size=128,
        samples_per_class=samples_per_class,
    )
    folder = Path(models)
    folder.mkdir(parents=True, exist_ok=True)

    def compile_model(model, count):
        steps = count * -(-len(x) // 128)
        model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
        return model

    if not (folder / "evaluation_classifier.keras").exists():
        keras.utils.set_random_seed(1)
        evaluator = compile_model(
            Classifier.for_images(data.image_shape, data.class_names, stem_filters=16),
            evaluation_epochs,
        )
        evaluator.fit(x, y, 128, evaluation_epochs, verbose=2)
        evaluator.save(folder / "evaluation_classifier.keras")
    if not (folder / "regene.keras").exists():
        keras.utils.set_random_seed(0)
        start = time.perf_counter()
        classifier = compile_model(
            Classifier.for_images(
                data.image_shape, data.class_names, network="regene", width=width
            ),
            classifier_epochs,
        )
        classifier.fit(x, y, 128, classifier_epochs, verbose=2)
        model = compile_model(
            ReGene.for_images(
                data.image_shape, data.class_names, classifier=classifier.network, width=width
            ),
            epochs,
        )
        model.fit(x, y, 128, epochs, verbose=2)
        model.calibrate(data.x_test, data.y_test)
        model.save(folder / "regene.keras")
        click.echo(f"Trained in {time.perf_counter() - start:.0f} s")
    evaluator = load_model(folder / "evaluation_classifier.keras")
    model = load_model(folder / "regene.keras")

    error = reconstruction_error(data.x_test, model.reconstruct(data.x_test))
    labels = np.repeat(np.arange(model.num_classes), samples_per_class)
    for sources in (2, 3, 5):
        for accepted in (False, True):
            for seed in range(seeds):
                if study.has(sources=sources, accepted=accepted, seed=seed):
                    continue
                images, report = generate(
                    model,
                    labels,
                    seed=seed,
                    prior=model.prior.combining(num_sources=sources),
                    accept=Acceptance() if accepted else None,
                    return_report=True,
                )
                if seed == 0:
                    first = np.concatenate([np.flatnonzero(labels == c)[:16] for c in range(10)])
                    path = folder / f"{sources}-sources{'-accepted' if accepted else ''}.png"
                    plotting.plot_samples(images[first], labels[first], data.class_names, path=path)
                study.add(
                    sources=sources,
                    accepted=accepted,
                    seed=seed,
                    generation_accuracy=float(
                        np.mean(generation_accuracy(evaluator, images, labels))
                    ),
                    tries=int(report.tries.sum()),
                    latent_tries=int(report.latent_tries.sum()),
                    evaluation_classifier_accuracy=float(
                        np.mean(evaluator.classify(data.x_test) == data.y_test)
                    ),
                    accuracy=float(np.mean(model.classify(data.x_test) == data.y_test)),
                    reconstruction_mae=error["mae"],
                )
    click.echo("| sources | accepted | generation accuracy | tries |\n| --- | --- | --- | --- |")
    for sources in (2, 3, 5):
        for accepted in (False, True):
            cell = {"sources": sources, "accepted": accepted}
            accuracy = spread(study.values("generation_accuracy", **cell), 100)
            tries = spread(study.values("tries", **cell), digits=0)
            click.echo(f"| {sources} | {'yes' if accepted else 'no'} | {accuracy} | {tries} |")


if __name__ == "__main__":
    main()
