"""Use the parts of keras_regen in Keras models of your own.

    python examples/custom_model.py

The first model is functional: a convolutional classifier with a `PEDCCHead`, trained by
`CentroidLoss`. The second is a subclass of `keras.Model`: an autoencoder with `NoisyLatent` and
`WaveletLoss`. Both are saved and loaded without `custom_objects`.
"""

import tempfile
from pathlib import Path

import click
import keras
import numpy as np
from keras import layers

import keras_regen
from keras_regen.layers import NoisyLatent, PEDCCHead
from keras_regen.losses import CentroidLoss, WaveletLoss


def functional_classifier(image_shape, num_classes, latent_dim=32):
    """Builds a classifier whose latents gather around evenly distributed centroids."""
    inputs = keras.Input(image_shape)
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    latent = layers.Dense(latent_dim, name="latent")(x)
    head = PEDCCHead(num_classes, name="head")
    return keras.Model(inputs, [latent, head(latent)]), head


@keras.saving.register_keras_serializable(package="example")
class DenoisingAutoencoder(keras.Model):
    """An autoencoder that decodes latents with noise, as CSAE does."""

    def __init__(self, latent_dim=32, beta=0.06, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim, self.beta = latent_dim, beta
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(latent_dim)])
        self.noise = NoisyLatent(beta, seed=0)

    def build(self, input_shape):
        pixels = int(np.prod(input_shape[1:]))
        self.decoder = keras.Sequential(
            [
                layers.Dense(128, activation="relu"),
                layers.Dense(pixels, activation="sigmoid"),
                layers.Reshape(input_shape[1:]),
            ]
        )
        self.encoder.build(input_shape)
        self.decoder.build((None, self.latent_dim))

    def call(self, inputs, training=False):
        return self.decoder(self.noise(self.encoder(inputs), training=training))

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim, "beta": self.beta}


@click.command(help=__doc__)
@click.option("--epochs", default=20, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(epochs, seed):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load("digits")
    x, x_test = (images / np.float32(255) for images in (data.x_train, data.x_test))

    classifier, head = functional_classifier(data.image_shape, data.num_classes)
    centroids = keras.ops.convert_to_numpy(head.centroids)
    # The loss is of the latents; the second output, the logits, has none.
    classifier.compile(keras.optimizers.Adam(3e-3), loss=[CentroidLoss(centroids), None])
    classifier.fit(x, data.y_train, batch_size=64, epochs=epochs, verbose=0)
    _, logits = classifier.predict(x_test, verbose=0)
    accuracy = np.mean(logits.argmax(axis=1) == data.y_test)
    click.echo(f"Functional classifier with PEDCCHead: {accuracy:.1%} of the test images")

    autoencoder = DenoisingAutoencoder()
    autoencoder.compile(keras.optimizers.Adam(3e-3), loss=WaveletLoss(levels=2))
    autoencoder.fit(x, x, batch_size=64, epochs=epochs, verbose=0)
    error = np.mean((autoencoder.predict(x_test, verbose=0) - x_test) ** 2)
    click.echo(f"Subclassed autoencoder with NoisyLatent and WaveletLoss: MSE {error:.4f}")

    with tempfile.TemporaryDirectory() as folder:
        for model in (classifier, autoencoder):
            path = Path(folder) / f"{model.name}.keras"
            model.save(path)
            loaded = keras.saving.load_model(path)
            difference = np.max(np.abs(np.subtract(*map(_last, (model, loaded), [x_test] * 2))))
            click.echo(f"{model.name} after loading: largest difference {difference:.1g}")


def _last(model, images):
    """Returns the last output of a model."""
    return keras.tree.flatten(model.predict(images, verbose=0))[-1]


if __name__ == "__main__":
    main()
