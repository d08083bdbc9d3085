"""Train a CSAE or a ReGene on a backbone of keras-hub, keras-cv or keras.applications.

    pip install "keras_regen[cv]"
    python examples/backbone.py                 # a CSAE on a ResNet, digits of 32x32 pixels
    python examples/backbone.py --model regene --library cv
    python examples/backbone.py --library applications --weights imagenet --dataset my_pictures

The last command downloads the weights of a MobileNetV2, which from random weights needs more steps.
For weights of keras-hub and keras-cv, replace `ResNetBackbone(...)` by `Backbone.from_preset(...)`.
"""

from pathlib import Path

import click
import keras
import numpy as np

import keras_regen
from keras_regen import CSAE, ReGene, plotting
from keras_regen.networks import backbone_classifier, backbone_encoder
from keras_regen.optimizers import build_optimizer


def applications_backbone(image_shape, weights=None):
    return keras.applications.MobileNetV2(image_shape, 0.35, include_top=False, weights=weights)


def hub_backbone(image_shape):
    import keras_hub

    return keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 64],
        stackwise_num_blocks=[1, 1],
        stackwise_num_strides=[1, 2],
        block_type="basic_block",
        image_shape=image_shape,
    )


def cv_backbone(image_shape):
    import keras_cv

    return keras_cv.models.ResNetBackbone(
        stackwise_filters=[64, 64],
        stackwise_blocks=[1, 1],
        stackwise_strides=[1, 2],
        block_type="basic_block",
        include_rescaling=False,
        input_shape=image_shape,
    )


# A function that builds the backbone, and the values of black and white that it takes.
BACKBONES = {
    "hub": (hub_backbone, (0, 1)),
    "cv": (cv_backbone, (0, 1)),
    "applications": (applications_backbone, (-1, 1)),
}


def csae(data, backbone, pixel_range):
    return CSAE.for_images(
        data.image_shape,
        data.class_names,
        encoder=backbone_encoder(backbone, 64, pixel_range),
        stem_filters=16,  # of the decoder
        subspace=True,
        image_weight=3.0,
    )


def regene(data, backbone, pixel_range):
    classifier = backbone_classifier(backbone, data.num_classes, pixel_range)
    return ReGene.for_images(
        data.image_shape, data.class_names, classifier=classifier, decoder_width=0.15
    )


@click.command(help=__doc__)
@click.option("--model", type=click.Choice(["csae", "regene"]), default="csae", show_default=True)
@click.option("--library", type=click.Choice(list(BACKBONES)), default="hub", show_default=True)
@click.option("--weights", help="Of keras.applications: imagenet, or a file.")
@click.option("--dataset", default="digits", show_default=True, help="Name, or folder of classes.")
@click.option("--image-size", default=32, show_default=True, help="Height and width in pixels.")
@click.option("--images", default=1000, show_default=True, help="Training images, at most.")
@click.option("--epochs", default=20, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--picture", default="runs/backbone.png", show_default=True)
def main(model, library, weights, dataset, image_size, images, epochs, seed, picture):
    if weights is not None and library != "applications":
        raise click.UsageError("--weights is for `--library applications`.")
    keras.utils.set_random_seed(seed)
    data = keras_regen.datasets.load(dataset, image_size=image_size, color_mode="rgb", seed=seed)
    chosen = np.random.default_rng(seed).permutation(len(data.x_train))[:images]
    x, y = data.x_train[chosen], data.y_train[chosen]
    options = {} if weights is None else {"weights": weights}
    build, pixel_range = BACKBONES[library]
    backbone = build(data.image_shape, **options)
    network = {"csae": csae, "regene": regene}[model](data, backbone, pixel_range)
    adam = ("adam", 1e-3, epochs * -(-len(x) // 32), "one_cycle")
    training = {"batch_size": 32, "epochs": epochs, "verbose": 0}
    if model == "regene":
        network.fit_classifier(x, y, optimizer=build_optimizer(*adam), **training)
    network.compile(build_optimizer(*adam))
    network.fit(x, y, **training)
    accuracy = np.mean(network.classify(data.x_test) == data.y_test)
    click.echo(f"{model} on a backbone of {library}: {accuracy:.1%} of the test images")
    labels = np.repeat(np.arange(min(10, data.num_classes)), 8)
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    generated = network.generate(labels, seed=seed)
    plotting.plot_samples(generated, labels, data.class_names, path=picture)
    click.echo(f"Generated images: {picture}")


if __name__ == "__main__":
    main()
