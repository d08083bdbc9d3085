"""ResidualBlock: the block of the encoder in both CSAE papers."""

from typing import Any

import keras
from keras import layers, ops

from keras_regen.checks import check_integer
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.layers.initializers import as_initializer


@keras.saving.register_keras_serializable(package="keras_regen")
class ResidualBlock(layers.Layer):
    """Adds a shortcut to two 3x3 convolutions with batch normalization, and applies ReLU.

    Args:
        filters: Integer, at least 1: the number of channels of the output.
        strides: Integer, at least 1: 2 halves the size of the images, 1 keeps it.
        kernel_initializer: Initializer of the convolutions.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`.
    Output shape: `(batch, ceil(height / strides), ceil(width / strides), filters)`.

    Raises:
        ValueError: If a number is below 1 or the initializer is unknown.

    Source: CSAE, first version, figure 3; He et al., 2016, https://arxiv.org/abs/1512.03385. The
    shortcut is a 1x1 convolution if the shapes of input and output differ.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import ResidualBlock
        >>> tuple(ResidualBlock(64)(np.zeros((1, 32, 32, 32))).shape)
        (1, 16, 16, 64)
    """

    def __init__(
        self, filters: int, strides: int = 2, kernel_initializer: Any = "he_normal", **kwargs: Any
    ):
        check_integer("filters", filters, 1)
        check_integer("strides", strides, 1)
        super().__init__(**kwargs)
        self.filters = int(filters)
        self.strides = int(strides)
        self.kernel_initializer = as_initializer(kernel_initializer)

        def norm(name: str) -> layers.Layer:
            return layers.BatchNormalization(
                momentum=BATCH_NORM_MOMENTUM, dtype=self.dtype_policy, name=name
            )

        self.conv1 = self._conv(3, self.strides, "conv1", use_bias=False)
        self.norm1 = norm("norm1")
        self.conv2 = self._conv(3, 1, "conv2", use_bias=False)
        self.norm2 = norm("norm2")
        # `build` creates the shortcut if the shapes differ, so that no layer stays unbuilt.
        self.shortcut = None

    def _conv(self, kernel_size: int, strides: int, name: str, **options: Any) -> layers.Layer:
        return layers.Conv2D(
            self.filters,
            kernel_size,
            strides=strides,
            padding="same",
            kernel_initializer=self.kernel_initializer.clone(),
            dtype=self.dtype_policy,
            name=name,
            **options,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = self.compute_output_shape(input_shape)
        self.conv1.build(input_shape)
        self.norm1.build(shape)
        self.conv2.build(shape)
        self.norm2.build(shape)
        if self.strides != 1 or input_shape[-1] != self.filters:
            self.shortcut = self._conv(1, self.strides, "shortcut")
            self.shortcut.build(input_shape)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        x = ops.relu(self.norm1(self.conv1(inputs), training=training))
        x = self.norm2(self.conv2(x), training=training)
        return ops.relu(x + (inputs if self.shortcut is None else self.shortcut(inputs)))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return self.conv1.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
