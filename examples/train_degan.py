"""Train a DE-GAN and a GAN with the same networks, and compare their images.

    python examples/train_degan.py                                   # 8x8 digits, some minutes
    python examples/train_degan.py --dataset mnist --epochs 5        # needs the data, and an hour

`keras-regen train degan_digits` trains the DE-GAN in one command.
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
@click.option("--vae-epochs", default=20, show_default=True, help="Epochs of the VAE.")
@click.option("--epochs", default=30, show_default=True, help="Epochs of both GANs.")
@click.option("--batch-size", default=64, show_default=True)
@click.option("--width", default=0.5, show_default=True, help="Scales the number of filters.")
@click.option("--latent-dim", default=32, show_default=True, help="Dimensions of the noise.")
@click.option(
    "--classifier-steps",
    default=1000,
    show_default=True,
    help="Training steps of the evaluation classifier.",
)
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
    classifier_steps,
    seed,
    output,
):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load(dataset, image_size=image_size, seed=seed)
    click.echo(data)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)

    # The evaluation classifier is trained on real images. An image is recognized if the probability
    # of a class is at least 0.9. The rate of held-out real images is a reference.
    classifier = train_evaluation_classifier(
        data.x_train, data.y_train, steps=classifier_steps, seed=seed, stem_filters=32
    )
    real = classifier.classify(data.x_test, return_probabilities=True)
    click.echo(
        f"Evaluation classifier: accuracy {np.mean(real.argmax(1) == data.y_test):.2%}, "
        f"{np.mean(real.max(1) >= 0.9):.2%} of real images recognized."
    )

    # Both models have the same generator and discriminator networks. The noise of the DE-GAN passes
    # through the decoder and the encoder of a VAE, which is pretrained on the same images. `fit`
    # would pretrain it for `vae_epochs` with Adam; `fit_vae` takes any optimizer.
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
    plotting.plot_noise(degan.prior, seed=seed, path=folder / "noise.png")

    curves, steps = {}, {}
    for name, model in models.items():
        # The final weights of the generator are their moving average.
        model.compile(
            {
                "discriminator": keras.optimizers.Adam(4e-4, beta_1=0.5),
                "generator": keras.optimizers.Adam(
                    4e-4, beta_1=0.5, use_ema=True, ema_momentum=0.998
                ),
            }
        )
        step_history = StepHistory()
        history = model.fit(
            data.x_train,
            batch_size=batch_size,
            epochs=epochs,
            callbacks=[GenerationAccuracy(classifier, num_samples=500, seed=seed), step_history],
            verbose=2,
        )
        curves[name], steps[name] = history.history, step_history.history

        # The diversity of the images, relative to real images of the same classes.
        generated = keras_regen.generate(model, num_samples=1000, seed=seed)
        probabilities = classifier.classify(generated, return_probabilities=True)
        labels = probabilities.argmax(1)
        diversity = relative_diversity(generated, labels, data.x_train, data.y_train)
        click.echo(
            f"{name}: {np.mean(probabilities.max(1) >= 0.9):.1%} of 1,000 images recognized, "
            f"{len(np.unique(labels))} of {data.num_classes} classes, "
            f"relative diversity {np.nanmean(diversity):.3f}"
        )
        plotting.plot_images(generated[:160], path=folder / f"{name.replace(' ', '-')}.png")

    # Figure 6 of the paper, and its figures 8 and 10.
    plotting.plot_runs(curves, names=["recognized"], path=folder / "convergence.png")
    names = ["discriminator_loss", "generator_loss"]
    plotting.plot_runs(steps, names=names, x_label="step", window=50, path=folder / "losses.png")

    # Each row is a latent traversal between two noise vectors.
    traversals = keras_regen.latent_traversal(degan, num_traversals=6, num_samples=12, seed=seed)
    plotting.plot_traversals(traversals, path=folder / "traversals.png")

    # A GAN has no classes. The evaluation classifier selects the images of class 3.
    accept = keras_regen.Acceptance(classifier, threshold=0.9)
    threes = keras_regen.generate(degan, class_id=3, num_samples=16, seed=seed, accept=accept)
    plotting.plot_images(threes, path=folder / "class-3.png")

    degan.save(folder / "degan.keras")
    click.echo(f"Pictures and model: {folder}")


if __name__ == "__main__":
    main()
