"""Feature extractors: the first layers of trained networks, which see what pixels do not tell."""

import keras
from keras import layers

_POOLING = (layers.MaxPooling2D, layers.AveragePooling2D)
_ACTIVATIONS = (layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU)


def early_features(
    classifier: keras.Model, layer: str | None = None, name: str = "early_features"
) -> keras.Model:
    """Cuts a classifier off at an early layer, as a feature extractor that needs no download.

    Args:
        classifier: Functional or sequential Keras model with one input, images.
        layer: Name of the layer whose output are the features. Defaults to the last activation
            before the first pooling, or the first activation of a network that has no pooling
            but strides.
        name: Name of the model.

    Returns:
        A functional model from images to feature maps `(batch, height, width, channels)`. Its
        layers are the classifier's own, not copies.

    Raises:
        ValueError: If the classifier is not such a model, or has no such layer (the message has
            those that there are).

    Examples:
        >>> from keras_regen.networks import early_features, regene_classifier
        >>> features = early_features(regene_classifier((28, 28, 1), 10))
        >>> features.layers[-1].name, features.output_shape
        ('block1_relu2', (None, 28, 28, 128))
    """
    if len(getattr(classifier, "inputs", None) or ()) != 1:
        raise ValueError(
            "The classifier must be a functional or sequential Keras model with one input. "
            f"Received: {type(classifier).__name__} {classifier.name!r}."
        )
    names = [one.name for one in classifier.layers]
    if layer is None:
        layer = _first_activation(classifier)
        problem = "The classifier has no activation of feature maps: name a layer by `layer`."
    else:
        problem = f"The classifier has no layer {layer!r}."
    if layer not in names:
        raise ValueError(f"{problem} Its layers: {', '.join(names)}.")
    return keras.Model(classifier.inputs[0], classifier.get_layer(layer).output, name=name)


def inception_features(
    layer: str = "conv1",
    image_shape: tuple[int, int, int] | None = None,
    weights: str | None = "imagenet",
    name: str = "inception_features",
) -> keras.Model:
    """Builds the first layers of InceptionV3, trained on ImageNet.

    Its first convolution, with the batch normalization and ReLU that follow, is what ReGene's
    perceptual loss compares.

    Args:
        layer: `"conv1"` to `"conv5"`, the convolutions before the first Inception block, each
            with its normalization and ReLU; or `"mixed0"` to `"mixed10"`, the blocks.
        image_shape: `(height, width, channels)` of the images, with 1 or 3 channels. `None` takes
            color images of any size. All layers fit 75x75 and larger images, `"conv1"` also the
            smallest; in `PerceptualLoss` images are resized to this shape.
        weights: `"imagenet"`, which Keras downloads once; a path of a file with weights of
            `keras.applications.InceptionV3(include_top=False)`; or `None`, for random weights.
        name: Name of the model.

    Returns:
        A functional model from images in [0, 1] to feature maps. It is not trainable.

    Raises:
        ValueError: If there is no such layer, or the image shape cannot be taken.

    Source: ReGene, appendix A ("InceptionV3 - block1_conv1"); Szegedy et al., 2016,
    https://arxiv.org/abs/1512.00567.

    Examples:
        >>> from keras_regen.networks import inception_features
        >>> inception_features(image_shape=(28, 28, 1), weights=None).output_shape
        (None, 13, 13, 32)
    """
    image_shape = (None, None, 3) if image_shape is None else tuple(image_shape)
    known = [f"conv{index}" for index in range(1, 6)] + [f"mixed{index}" for index in range(11)]
    if layer not in known:
        raise ValueError(f"`layer` must be one of {', '.join(known)}. Received: layer={layer!r}.")
    if len(image_shape) != 3 or image_shape[-1] not in (1, 3):
        raise ValueError(
            "`image_shape` must be (height, width, channels) with 1 or 3 channels. "
            f"Received: image_shape={image_shape}."
        )
    network = keras.applications.InceptionV3(
        include_top=False, weights=weights, input_shape=(None, None, 3)
    )
    # Keras numbers the names of convolutions and activations through all networks of a process.
    stem = [one for one in network.layers if isinstance(one, layers.Activation)][:5]
    outputs = {f"conv{index}": one.output for index, one in enumerate(stem, start=1)}
    output = outputs[layer] if layer in outputs else network.get_layer(layer).output
    inputs = keras.Input(image_shape, name="image")
    x = layers.Rescaling(2.0, offset=-1.0, name="inception_range")(inputs)
    if image_shape[-1] == 1:
        x = layers.Concatenate(name="color")([x, x, x])
    try:
        x = keras.Model(network.input, output, name="inception")(x)
    except ValueError as error:
        raise ValueError(
            f"Images of `image_shape` are too small for the layer {layer!r}: no map is left. "
            f"Received: image_shape={image_shape}. All layers fit 75x75 images."
        ) from error
    model = keras.Model(inputs, x, name=name)
    model.trainable = False
    return model


def _first_activation(classifier):
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
