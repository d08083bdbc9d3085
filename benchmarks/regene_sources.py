"""Does a generation keep its class as more latents are combined? ReGene, figure 6(a) and table 2.

Trains a judge of another architecture and a small ReGene on part of MNIST, draws with 2, 3 and 5
sources, with and without acceptance, and writes what share of the images the judge gives the class
asked for into one JSON file.
"""

import time
from pathlib import Path

import click
import numpy as np


@click.command(help=__doc__)
@click.option("--dataset", default="mnist", show_default=True)
@click.option("--train-images", default=20_000, show_default=True)
@click.option("--width", default=0.125, show_default=True, help="Of the filters of the paper.")
@click.option("--epochs", default=8, show_default=True, help="Of the decoder.")
@click.option("--classifier-epochs", default=4, show_default=True)
@click.option("--judge-epochs", default=4, show_default=True)
@click.option("--samples-per-class", default=500, show_default=True)
@click.option("--seeds", default=3, show_default=True, help="Seeds of the drawings: 0, 1, ...")
@click.option("--models", default="runs/regene_sources", show_default=True, help="Kept models.")
@click.option("--output", default="results/regene_sources.json", show_default=True)
def main(
    dataset,
    train_images,
    width,
    epochs,
    classifier_epochs,
    judge_epochs,
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
        judge="basenet, 16 filters",
        judge_epochs=judge_epochs,
        batch_size=128,
        samples_per_class=samples_per_class,
    )
    folder = Path(models)
    folder.mkdir(parents=True, exist_ok=True)

    def compiled(model, count):
        steps = count * -(-len(x) // 128)
        model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
        return model

    if not (folder / "judge.keras").exists():
        keras.utils.set_random_seed(1)
        judge = compiled(
            Classifier.for_images(data.image_shape, data.class_names, stem_filters=16), judge_epochs
        )
        judge.fit(x, y, 128, judge_epochs, verbose=2)
        judge.save(folder / "judge.keras")
    if not (folder / "regene.keras").exists():
        keras.utils.set_random_seed(0)
        start = time.perf_counter()
        classifier = compiled(
            Classifier.for_images(
                data.image_shape, data.class_names, network="regene", width=width
            ),
            classifier_epochs,
        )
        classifier.fit(x, y, 128, classifier_epochs, verbose=2)
        model = compiled(
            ReGene.for_images(
                data.image_shape, data.class_names, classifier=classifier.network, width=width
            ),
            epochs,
        )
        model.fit(x, y, 128, epochs, verbose=2)
        model.calibrate(data.x_test, data.y_test)
        model.save(folder / "regene.keras")
        click.echo(f"Trained in {time.perf_counter() - start:.0f} s")
    judge, model = (load_model(folder / f"{name}.keras") for name in ("judge", "regene"))

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
                    shown = np.concatenate([np.flatnonzero(labels == c)[:16] for c in range(10)])
                    path = folder / f"{sources}-sources{'-accepted' if accepted else ''}.png"
                    plotting.plot_samples(images[shown], labels[shown], data.class_names, path)
                study.add(
                    sources=sources,
                    accepted=accepted,
                    seed=seed,
                    generation_accuracy=float(np.mean(generation_accuracy(judge, images, labels))),
                    tries=int(report.tries.sum()),
                    latent_tries=int(report.latent_tries.sum()),
                    evaluation_classifier_accuracy=float(
                        np.mean(judge.classify(data.x_test) == data.y_test)
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
