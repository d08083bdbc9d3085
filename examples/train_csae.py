"""Build and train a CSAE, then classify, reconstruct, generate and interpolate images.

    python examples/train_csae.py                                # 8x8 digits, a minute
    python examples/train_csae.py --dataset fashion_mnist        # needs the data, and an hour
    python examples/train_csae.py --dataset my_pictures --image-size 64

`CSAE.from_preset` builds such a model in one call. Here, each part is an argument.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import plotting
from keras_regen.layers import NoisyLatent, PEDCCHead
from keras_regen.losses import WaveletLoss
from keras_regen.networks import csae_decoder, csae_encoder
from keras_regen.optimizers import build_optimizer


@click.command(help=__doc__)
@click.option("--dataset", default="digits", show_default=True, help="Name, or folder of classes.")
@click.option("--image-size", type=int, help="Height and width to resize to.")
@click.option("--epochs", default=60, show_default=True)
@click.option("--batch-size", default=64, show_default=True)
@click.option("--latent-dim", default=32, show_default=True)
@click.option("--beta", default=0.06, show_default=True, help="Strength of the latent noise.")
@click.option("--seed", default=0, show_default=True)
@click.option("--output", default="runs/train_csae", show_default=True)
def main(dataset, image_size, epochs, batch_size, latent_dim, beta, seed, output):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load(dataset, image_size=image_size, seed=seed)
    click.echo(data)

    # The centroid loss moves each latent to the fixed centroid of its class. With `subspace=True`,
    # it moves only the projection on the span of the centroids; the other dimensions can describe
    # the differences between images of a class. Noise on the latents trains the decoder on their
    # neighborhoods.
    model = keras_regen.CSAE(
        encoder=csae_encoder(data.image_shape, latent_dim),
        decoder=csae_decoder(data.image_shape, latent_dim),
        head=PEDCCHead(data.num_classes, subspace=True, seed=seed),
        noise=NoisyLatent(beta, seed=seed),
        image_losses=WaveletLoss(levels=2),
        class_names=data.class_names,
    )

    # The optimizer is a Keras optimizer. The model has its own losses.
    steps = epochs * -(-len(data.x_train) // batch_size)
    model.compile(build_optimizer("adam", 2e-3, total_steps=steps, schedule="cosine"))
    model.fit(
        data.x_train,
        data.y_train,
        batch_size=batch_size,
        epochs=epochs,
        validation_data=(data.x_test, data.y_test),
        verbose=2,
    )

    # Classification.
    accuracy = np.mean(model.classify(data.x_test) == data.y_test)
    click.echo(f"Test accuracy {accuracy:.2%}")

    # Reconstruction.
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    images = data.x_test[:32]
    plotting.plot_reconstructions(
        images, model.reconstruct(images), path=folder / "reconstructions.png"
    )

    # Generation of images of each class.
    labels = np.repeat(np.arange(data.num_classes), 16)
    generated = keras_regen.generate(model, labels, seed=seed)
    plotting.plot_samples(generated, labels, data.class_names, path=folder / "samples.png")

    # Interpolation between each class and the next.
    interpolations = [
        keras_regen.interpolate(model, label, (label + 1) % data.num_classes, num_samples=16)
        for label in range(data.num_classes)
    ]
    path = folder / "interpolations.png"
    plotting.plot_samples(np.concatenate(interpolations), labels, data.class_names, path=path)

    # The file contains the whole model, and loads on each backend.
    model.save(folder / "model.keras")
    click.echo(f"Model and pictures: {folder}")


if __name__ == "__main__":
    main()
