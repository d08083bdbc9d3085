"""Generate with a backbone of keras-hub or keras-cv as the classifier of a ReGene.

    pip install "keras_regen[cv]"
    python examples/backbone.py                 # a ResNet of keras-hub, on digits of 32x32 pixels
    python examples/backbone.py --library cv    # a ResNet of keras-cv
    python examples/backbone.py --dataset my_pictures --image-size 64

A pretrained backbone is used in the same way: replace `ResNetBackbone(...)` by
`Backbone.from_preset(...)` of its library, and leave out `fit_classifier` if it is trained.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import ReGene, plotting
from keras_regen.losses import SSIMLoss
from keras_regen.networks import regene_decoder
from keras_regen.optimizers import build_optimizer
from keras_regen.priors import ConvexCombinationPrior


def hub_backbone(image_shape, filters):
    import keras_hub

    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, filters],  # the first stack must have 64, as the stem
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=image_shape,
    )


def cv_backbone(image_shape, filters):
    import keras_cv

    return keras_cv.models.ResNetBackbone(
        stackwise_filters=[64, filters],
        stackwise_blocks=[1, 1],
        stackwise_strides=[1, 2],
        block_type="basic_block",
        include_rescaling=False,  # the images are in [0, 1]
        input_shape=image_shape,
    )


@click.command(help=__doc__)
@click.option("--library", type=click.Choice(["hub", "cv"]), default="hub", show_default=True)
@click.option("--dataset", default="digits", show_default=True, help="Name, or folder of classes.")
@click.option("--image-size", default=32, show_default=True, help="Height and width in pixels.")
@click.option("--images", default=400, show_default=True, help="Training images, at most.")
@click.option("--epochs", default=8, show_default=True, help="Of the classifier and the decoder.")
@click.option("--filters", default=64, show_default=True, help="Of the backbone's last stack.")
@click.option("--seed", default=0, show_default=True)
@click.option("--picture", default="runs/backbone.png", show_default=True)
def main(library, dataset, image_size, images, epochs, filters, seed, picture):
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load(dataset, image_size=image_size, color_mode="rgb", seed=seed)
    chosen = np.random.default_rng(seed).permutation(len(data.x_train))[:images]
    x, y = data.x_train[chosen], data.y_train[chosen]

    build = {"hub": hub_backbone, "cv": cv_backbone}[library]
    backbone = build(data.image_shape, filters)
    latent = keras.layers.GlobalAveragePooling2D(name="latent")(backbone.output)
    outputs = keras.layers.Dense(data.num_classes, activation="softmax")(latent)
    classifier = keras.Model(backbone.input, outputs)

    model = ReGene(
        classifier,
        regene_decoder(data.image_shape, latent.shape[-1], width=0.15),
        image_losses=[keras.losses.MeanAbsoluteError(name="mae_loss"), SSIMLoss()],
        prior=ConvexCombinationPrior(data.num_classes, num_sources=2, seed=seed),
        class_names=data.class_names,
    )
    steps = epochs * -(-len(x) // 32)
    optimizer = build_optimizer("adam", 1e-3, steps, "one_cycle")
    model.fit_classifier(x, y, optimizer=optimizer, batch_size=32, epochs=epochs, verbose=0)
    accuracy = np.mean(model.classify(data.x_test) == data.y_test)
    click.echo(f"{library} ResNet: {accuracy:.1%} of the test images")

    model.compile(build_optimizer("adam", 2e-3, steps, "one_cycle"))
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0)
    labels = np.repeat(np.arange(min(10, data.num_classes)), 8)
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    generated = keras_regen.generate(model, labels, seed=seed)
    plotting.plot_samples(generated, labels, data.class_names, path=picture)
    click.echo(f"Generated images: {picture}")


if __name__ == "__main__":
    main()
