"""Feature extractors: the first layers of trained networks."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from keras_regen.checks import check_choice, check_name, check_path, elements_of

_POOLING = (layers.MaxPooling2D, layers.AveragePooling2D)
_ACTIVATIONS = (layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)


def early_features(
    classifier: keras.Model,
    layer: str | Sequence[str] | None = None,
    name: str = "early_features",
) -> keras.Model:
    """Builds a feature extractor from the first layers of a classifier.

    Args:
        classifier: Functional or sequential Keras model with images as its only input.
        layer: Name of the layer that computes the features, or a list of names. Defaults to the
            last activation before the first pooling, or to the first activation of a network
            without pooling.
        name: Name of the model.

    Returns:
        A functional model from images to feature maps `(batch, height, width, channels)`, or to a
        list of them. It shares its layers with the classifier.

    Raises:
        ValueError: If the classifier is another object or does not have the layer. The message
            lists the layers.

    Examples:
        >>> from keras_regen.networks import early_features, regene_classifier
        >>> features = early_features(regene_classifier((28, 28, 1), 10))
        >>> features.layers[-1].name, features.output_shape
        ('block1_relu2', (None, 28, 28, 128))
    """
    inputs = getattr(classifier, "inputs", None) if isinstance(classifier, keras.Model) else None
    if not isinstance(inputs, list) or len(inputs) != 1:
        raise ValueError(
            "The classifier must be a functional or sequential Keras model with one input. "
            f"Received: {type(classifier).__name__} {getattr(classifier, 'name', '')!r}."
        )
    check_name(name)
    names = [member.name for member in classifier.layers]
    if layer is None:
        layer = _first_activation(classifier)
        problem = "The classifier has no activation of feature maps. Use the argument `layer`."
    else:
        problem = f"The classifier has no layer {layer!r}."
    wanted = [layer] if isinstance(layer, str) else elements_of(layer)
    if not wanted or not all(isinstance(member, str) and member in names for member in wanted):
        raise ValueError(f"{problem} Its layers: {', '.join(names)}.")
    outputs = [classifier.get_layer(member).output for member in wanted]
    if isinstance(layer, str):
        outputs = outputs[0]
    return keras.Model(classifier.inputs[0], outputs, name=name)


def inception_features(
    layer: str = "conv1",
    image_shape: tuple[int, int, int] | None = None,
    weights: str | None = "imagenet",
    name: str = "inception_features",
) -> keras.Model:
    """Builds a feature extractor from the first layers of InceptionV3, trained on ImageNet.

    ReGene's perceptual loss uses the first convolution with its batch normalization and ReLU.

    Args:
        layer: `"conv1"` to `"conv5"`: the convolutions before the first Inception block, with
            their normalization and ReLU; or `"mixed0"` to `"mixed10"`: the Inception blocks.
        image_shape: `(height, width, channels)` of the images, with 1 or 3 channels. With `None`,
            the images are color images of any size. Images of at least 75x75 pixels fit all
            layers, and smaller images fit the first layers. `PerceptualLoss` resizes images to
            this shape.
        weights: `"imagenet"`: Keras downloads the weights once; the path of a file with weights of
            `keras.applications.InceptionV3(include_top=False)`; or `None`: random weights.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to feature maps. It is not trainable.

    Raises:
        ValueError: If the layer is unknown, or the image shape is not supported.
        OSError: If the weights cannot be read.

    Source: ReGene, appendix A ("InceptionV3 - block1_conv1"); Szegedy et al., 2016,
    https://arxiv.org/abs/1512.00567.

    Examples:
        >>> from keras_regen.networks import inception_features
        >>> inception_features(image_shape=(28, 28, 1), weights=None).output_shape
        (None, 13, 13, 32)
    """
    known = [f"conv{index}" for index in range(1, 6)] + [f"mixed{index}" for index in range(11)]
    check_choice("layer", layer, known)
    check_name(name)
    shape = (None, None, 3) if image_shape is None else _as_shape(image_shape)
    if shape is None:
        raise ValueError(
            "`image_shape` must be (height, width, channels) with 1 or 3 channels. "
            f"Received: image_shape={image_shape}."
        )
    if weights is not None and not (isinstance(weights, str) and weights == "imagenet"):
        weights = str(check_path("weights", weights))
    try:
        network = keras.applications.InceptionV3(
            include_top=False, weights=weights, input_shape=(None, None, 3)
        )
    except Exception as error:  # Keras has other errors for each kind of file
        raise OSError(
            f"The weights of InceptionV3 cannot be read. Received: weights={weights!r}. {error} "
            "Without a download, give the path of a file with the weights, or compare the features "
            "of the model's own classifier: `features='self'`, or `-o features=self` of "
            "`keras-regen train`."
        ) from error
    # The names of convolutions and activations contain a number that differs between networks of
    # the same process, so the layers are found by their order.
    stem = [member for member in network.layers if isinstance(member, layers.Activation)][:5]
    outputs = {f"conv{index}": member.output for index, member in enumerate(stem, start=1)}
    output = outputs[layer] if layer in outputs else network.get_layer(layer).output
    inputs = keras.Input(shape, name="image")
    x = layers.Rescaling(2.0, offset=-1.0, name="inception_range")(inputs)
    if shape[-1] == 1:
        x = layers.Concatenate(name="color")([x, x, x])
    try:
        x = keras.Model(network.input, output, name="inception")(x)
    except ValueError as error:
        raise ValueError(
            f"The images are too small for the layer {layer!r}. Received: image_shape="
            f"{shape}. Images of 75x75 pixels fit all layers."
        ) from error
    model = keras.Model(inputs, x, name=name)
    model.trainable = False
    return model


def _as_shape(image_shape: Any) -> tuple[int | None, ...] | None:
    """Returns a shape with Python integers; `None` if it is no shape of images."""
    sides = elements_of(image_shape) or []
    for side in sides:
        if side is not None and not (isinstance(side, (int, np.integer)) and side > 0):
            return None
    shape = tuple(side and int(side) for side in sides)
    return shape if len(shape) == 3 and shape[-1] in (1, 3) else None


def _first_activation(classifier: keras.Model) -> str | None:
    """Returns the name of the last activation before the first pooling, or `None`."""
    names = []
    for layer in classifier.layers:
        if isinstance(layer, _POOLING) and names:
            return names[-1]
        function = getattr(layer, "activation", None) or keras.activations.linear
        active = isinstance(layer, _ACTIVATIONS) or function is not keras.activations.linear
        if active and len(layer.output.shape) == 4:
            names.append(layer.name)
    return names[0] if names else None
