"""Networks on top of a backbone, such as those of keras-hub, keras-cv and keras.applications."""

from typing import Any

import keras
from keras import layers

from keras_regen.checks import as_pixel_range, check_integer, check_name
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.networks.csae import normalized_latents
from keras_regen.networks.regene import LATENT_LAYER


def backbone_encoder(
    backbone: keras.Model,
    latent_dim: int = 128,
    pixel_range: tuple[float, float] = (0.0, 1.0),
    name: str = "encoder",
) -> keras.Model:
    """Builds an encoder from a backbone: its feature map, normalized, and a dense layer.

    It is the `encoder` of `CSAE.for_images`. It starts with a copy of the layers and weights of
    the backbone, which stays as it is. Layers of the backbone that are frozen
    (`backbone.trainable = False`) are frozen in the copy. The moving statistics of its batch
    normalizations have the momentum of this package's networks, 0.9: with 0.999, as in MobileNetV2,
    they would be wrong after few training steps from random weights.

    Args:
        backbone: Functional Keras model from images to a feature map
            `(batch, height, width, channels)` or to rows of features, without a classification
            layer: `keras.applications` with `include_top=False`, or a `Backbone` of keras-hub or
            keras-cv. The size of its images must be set, not `None`.
        latent_dim: Integer, at least 1: the dimension of the latent.
        pixel_range: Tuple of two floats: the values of black and white for the backbone, such as
            `(-1, 1)` for MobileNetV2 and `(0, 255)` for a backbone that rescales its images.
        name: Name of the model.

    Returns:
        A functional model from images `(batch, height, width, channels)` in [0, 1] to
        `(batch, latent_dim)`.

    Raises:
        ValueError: If the backbone is not as described, or a number is out of range.

    Examples:
        >>> import keras
        >>> from keras_regen import CSAE
        >>> from keras_regen.networks import backbone_encoder
        >>> backbone = keras.applications.MobileNetV2(
        ...     (64, 64, 3), alpha=0.35, include_top=False, weights=None
        ... )
        >>> encoder = backbone_encoder(backbone, latent_dim=32, pixel_range=(-1, 1))
        >>> model = CSAE.for_images((64, 64, 3), ["cat", "dog"], encoder=encoder)
        >>> model.latent_dim
        32
    """
    check_integer("latent_dim", latent_dim, 1)
    inputs, features = _features(backbone, pixel_range)
    check_name(name)
    return keras.Model(inputs, normalized_latents(features, latent_dim), name=name)


def backbone_classifier(
    backbone: keras.Model,
    num_classes: int,
    pixel_range: tuple[float, float] = (0.0, 1.0),
    name: str = "classifier",
) -> keras.Model:
    """Builds a classifier from a backbone: its feature map, flattened, and a softmax layer.

    It is the `classifier` of `ReGene.for_images`, which decodes the flattened feature map. It
    starts with a copy of the backbone, as in `backbone_encoder`.

    Args:
        backbone: As in `backbone_encoder`.
        num_classes: Integer, at least 2.
        pixel_range: As in `backbone_encoder`.
        name: Name of the model.

    Returns:
        A functional model from images `(batch, height, width, channels)` in [0, 1] to
        probabilities `(batch, num_classes)`, with a layer named `"latent"`.

    Raises:
        ValueError: If the backbone is not as described, or a number is out of range.

    Source: ReGene, sections 3.1 and 5: any classifier.

    Examples:
        >>> import keras
        >>> from keras_regen.networks import backbone_classifier
        >>> backbone = keras.applications.MobileNetV2(
        ...     (64, 64, 3), alpha=0.35, include_top=False, weights=None
        ... )
        >>> classifier = backbone_classifier(backbone, 2, pixel_range=(-1, 1))
        >>> classifier.get_layer("latent").output.shape
        (None, 5120)
    """
    check_integer("num_classes", num_classes, 2)
    inputs, features = _features(backbone, pixel_range)
    check_name(name)
    latents = layers.Flatten(name=LATENT_LAYER)(features)
    outputs = layers.Dense(num_classes, activation="softmax", dtype="float32", name="probability")
    return keras.Model(inputs, outputs(latents), name=name)


def _features(backbone: Any, pixel_range: tuple[float, float]) -> tuple[Any, Any]:
    """Returns the images in [0, 1], and the features of the backbone."""
    inputs, outputs = (getattr(backbone, part, None) or () for part in ("inputs", "outputs"))
    is_network = isinstance(backbone, keras.Model) and len(inputs) == len(outputs) == 1
    if not (is_network and None not in (*inputs[0].shape[1:], *outputs[0].shape[1:])):
        raise ValueError(
            "`backbone` must be a functional Keras model with one input, images of a fixed size, "
            "and one output. Set the size where you build it, such as `input_shape=(64, 64, 3)`. "
            f"Received: backbone={backbone!r}."
        )
    low, high = as_pixel_range(pixel_range)
    images = x = keras.Input(inputs[0].shape[1:], name="image")
    if (low, high) != (0.0, 1.0):
        x = layers.Rescaling(high - low, offset=low, name="pixel_range")(images)
    # Not nested, so that a perceptual loss finds the first feature maps; and copied, because the
    # outputs of shared layers would stay those without the rescaling.
    copy = keras.models.clone_model(backbone, input_tensors=x, clone_function=_copied_layer)
    copy.set_weights(backbone.get_weights())
    # `copy.output` starts at an input of its own, unless `x` is an input.
    return images, copy.get_layer(backbone.output_names[0]).output


def _copied_layer(layer: layers.Layer) -> layers.Layer:
    config = layer.get_config()
    if isinstance(layer, layers.BatchNormalization):
        config["momentum"] = BATCH_NORM_MOMENTUM
    return type(layer).from_config(config)
