"""Train a GAN on noise that has seen the images, beside one on plain noise, and compare.

    python examples/train_degan.py                                   # 8x8 digits, some minutes
    python examples/train_degan.py --dataset mnist --epochs 5        # needs the data, and an hour

`keras-regen train degan_digits` trains the first of the two in one command.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import plotting
from keras_regen.callbacks import GenerationAccuracy, StepHistory
from keras_regen.metrics import relative_diversity, train_evaluation_classifier


@click.command(help=__doc__)
@click.option("--dataset", default="digits", show_default=True, help="Name, or folder of classes.")
@click.option("--image-size", type=int, help="Height and width to resize to.")
@click.option("--vae-epochs", default=40, show_default=True)
@click.option("--epochs", default=250, show_default=True, help="Of both GANs.")
@click.option("--batch-size", default=64, show_default=True)
@click.option("--width", default=0.5, show_default=True, help="Of the networks of the paper.")
@click.option("--latent-dim", default=32, show_default=True, help="Of the noise.")
@click.option("--judge-steps", default=6000, show_default=True, help="Of the judge's training.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/train_degan", show_default=True)
def main(
    dataset,
    image_size,
    vae_epochs,
    epochs,
    batch_size,
    width,
    latent_dim,
    judge_steps,
    seed,
    output,
):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load(dataset, image_size=image_size, seed=seed)
    click.echo(data)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)

    # The judge has seen real images only. How many of those that it has not seen does it recognize,
    # with a probability of at least 0.9 for some class? Drawn images can hardly do better.
    judge = train_evaluation_classifier(
        data.x_train, data.y_train, steps=judge_steps, seed=seed, stem_filters=32
    )
    real = judge.classify(data.x_test, return_probabilities=True)
    click.echo(
        f"The judge: {np.mean(real.argmax(1) == data.y_test):.2%} of real images right, "
        f"{np.mean(real.max(1) >= 0.9):.2%} recognized."
    )

    # Both have the same generator and discriminator. The noise of the DE-GAN goes through the
    # decoder and the encoder of a VAE of the same images, which is trained first.
    options = {"width": width, "objective": "hinge", "seed": seed}
    vae = keras_regen.VAE.for_images(
        data.image_shape, network="degan", latent_dim=latent_dim, width=0.5, kl_weight=0.2
    )
    degan = keras_regen.DEGAN.for_images(data.image_shape, vae=vae, hidden_weight=0.4, **options)
    degan.fit_vae(
        data.x_train,
        optimizer=keras.optimizers.Adam(2e-3),
        batch_size=batch_size,
        epochs=vae_epochs,
        verbose=2,
    )
    models = {
        "decoder-encoder noise": degan,
        "plain noise": keras_regen.GAN.for_images(
            data.image_shape, latent_dim=latent_dim, **options
        ),
    }
    plotting.plot_noise(degan.prior, folder / "noise.png", seed=seed)

    curves, steps = {}, {}
    for name, model in models.items():
        # An optimizer for each player; the generator keeps the average of its weights at the end.
        model.compile(
            {
                "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.5),
                "generator": keras.optimizers.Adam(
                    4e-4, beta_1=0.5, use_ema=True, ema_momentum=0.998
                ),
            }
        )
        by_step = StepHistory()
        history = model.fit(
            data.x_train,
            batch_size=batch_size,
            epochs=epochs,
            callbacks=[GenerationAccuracy(judge, num_samples=500, seed=seed), by_step],
            verbose=2,
        )
        curves[name], steps[name] = history.history, by_step.history

        # What it draws, and whether that is as varied as real images of the same classes.
        drawn = keras_regen.generate(model, num_samples=1000, seed=seed)
        found = judge.classify(drawn, return_probabilities=True)
        labels = found.argmax(1)
        diversity = relative_diversity(drawn, labels, data.x_train, data.y_train)
        click.echo(
            f"{name}: {np.mean(found.max(1) >= 0.9):.1%} of 1,000 images recognized, "
            f"{len(np.unique(labels))} of {data.num_classes} classes, "
            f"relative diversity {np.nanmean(diversity):.3f}"
        )
        plotting.plot_images(drawn[:160], folder / f"{name.replace(' ', '-')}.png")

    # Figure 6 of the paper, and its figures 8 and 10.
    plotting.plot_runs(curves, folder / "convergence.png", ["recognized"])
    names = ["discriminator_loss", "generator_loss"]
    plotting.plot_runs(steps, folder / "losses.png", names, x_label="step", window=50)

    # From one noise vector to another, row by row.
    walks = keras_regen.latent_traversal(degan, num_walks=6, num_samples=12, seed=seed)
    plotting.plot_images(walks.reshape(-1, *data.image_shape), folder / "walks.png", columns=12)

    # A GAN knows no classes, but the judge does: it picks the threes.
    accept = keras_regen.Acceptance(judge, threshold=0.9)
    threes = keras_regen.generate(degan, class_id=3, num_samples=16, seed=seed, accept=accept)
    plotting.plot_images(threes, folder / "class-3.png")

    degan.save(folder / "degan.keras")
    click.echo(f"Pictures and model: {folder}")


if __name__ == "__main__":
    main()
