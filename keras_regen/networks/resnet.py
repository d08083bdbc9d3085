"""The residual networks for CIFAR, used as evaluation classifiers of generated images."""

from typing import Any

import keras
from keras import layers, regularizers

from keras_regen.checks import check_integer
from keras_regen.networks.csae import check_network

_FILTERS = (16, 32, 64)
_WEIGHT_DECAY = 1e-4


def resnet_v1(
    image_shape: tuple[int, int, int],
    num_classes: int,
    depth: int = 56,
    name: str | None = None,
) -> keras.Model:
    """Builds a residual network (version 1), by default ResNet56v1.

    The network has a 3x3 convolution, three stages of `(depth - 2) / 6` residual blocks with 16, 32
    and 64 filters, average pooling and a softmax layer. A block has two 3x3 convolutions. The
    second and the third stage halve the image. The kernels have an L2 penalty of 1e-4.

    Args:
        image_shape: `(height, width, channels)`; height and width of 8 to 256, 1 or 3 channels.
        num_classes: Integer, at least 2.
        depth: Integer: the number of layers with weights, 2 more than a multiple of 6.
        name: Name of the model. Defaults to `"resnet56v1"`, with the value of `depth`.

    Returns:
        A functional model from images in [0, 1] to probabilities `(batch, num_classes)`.

    Raises:
        ValueError: If the image shape or the depth is not supported, or `num_classes` is below 2.

    Source: He et al., 2016, https://arxiv.org/abs/1512.03385, section 4.2. In ReGene, section 6.1,
    it is the evaluation classifier.

    Examples:
        >>> from keras_regen.networks import resnet_v1
        >>> resnet_v1((32, 32, 3), num_classes=10, depth=20).count_params()
        274442
    """
    check_integer("depth", depth, 8)
    name = f"resnet{depth}v1" if name is None else name
    image_shape, num_classes = check_network(image_shape, name, num_classes=num_classes)
    if depth % 6 != 2:
        raise ValueError(
            "`depth` must be 2 more than a multiple of 6: 8, 14, 20, ... 56. "
            f"Received: depth={depth}."
        )
    inputs = keras.Input(image_shape, name="image")
    x = layers.ReLU(name="stem_relu")(_convolution(inputs, _FILTERS[0], name="stem"))
    for stage, filters in enumerate(_FILTERS, 1):
        for block in range(1, depth // 6 + 1):
            strides = 2 if stage > 1 and block == 1 else 1
            x = _block(x, filters, strides, f"stage{stage}_block{block}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    outputs = layers.Dense(
        num_classes,
        activation="softmax",
        kernel_initializer="he_normal",
        dtype="float32",
        name="probability",
    )(x)
    return keras.Model(inputs, outputs, name=name)


def _block(inputs: Any, filters: int, strides: int, name: str) -> Any:
    x = _convolution(inputs, filters, strides=strides, name=f"{name}_conv1")
    x = layers.ReLU(name=f"{name}_relu1")(x)
    x = _convolution(x, filters, name=f"{name}_conv2")
    if strides > 1:
        inputs = _convolution(inputs, filters, 1, strides, normalized=False, name=f"{name}_skip")
    return layers.ReLU(name=f"{name}_relu2")(layers.Add(name=f"{name}_add")([inputs, x]))


def _convolution(
    x: Any,
    filters: int,
    kernel_size: int = 3,
    strides: int = 1,
    normalized: bool = True,
    *,
    name: str,
) -> Any:
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides,
        padding="same",
        kernel_initializer="he_normal",
        kernel_regularizer=regularizers.L2(_WEIGHT_DECAY),
        name=name,
    )(x)
    return layers.BatchNormalization(name=f"{name}_norm")(x) if normalized else x
