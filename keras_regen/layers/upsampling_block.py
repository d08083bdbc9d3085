"""UpsamplingBlock: the block of the decoder in the second version of CSAE."""

from typing import Any

import keras
from keras import layers, ops

from keras_regen.checks import check_integer
from keras_regen.layers.batch_norm import BATCH_NORM_MOMENTUM
from keras_regen.layers.initializers import as_initializer


@keras.saving.register_keras_serializable(package="keras_regen")
class UpsamplingBlock(layers.Layer):
    """Doubles the size of images with linear interpolation.

    A 3x3 convolution, batch normalization and ReLU follow.

    Args:
        filters: Integer, at least 1: the number of channels of the output.
        kernel_initializer: Initializer of the convolution.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`.
    Output shape: `(batch, 2 * height, 2 * width, filters)`.

    Raises:
        ValueError: If `filters` is below 1 or the initializer is unknown.

    Source: CSAE, second version, section 3.3 ("linear interpolation + convolutional layer").

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import UpsamplingBlock
        >>> tuple(UpsamplingBlock(64)(np.zeros((1, 4, 4, 128))).shape)
        (1, 8, 8, 64)
    """

    def __init__(self, filters: int, kernel_initializer: Any = "he_normal", **kwargs: Any):
        check_integer("filters", filters, 1)
        super().__init__(**kwargs)
        self.filters = int(filters)
        self.kernel_initializer = as_initializer(kernel_initializer)
        self.conv = layers.Conv2D(
            self.filters,
            3,
            padding="same",
            use_bias=False,
            kernel_initializer=self.kernel_initializer.clone(),
            dtype=self.dtype_policy,
            name="conv",
        )
        self.norm = layers.BatchNormalization(
            momentum=BATCH_NORM_MOMENTUM, dtype=self.dtype_policy, name="norm"
        )

    def upsampling(self, channels: int) -> layers.Layer:
        """Builds the layer that doubles the size of the images.

        Args:
            channels: Integer: the number of channels of the images.

        Returns:
            A layer that is not built.
        """
        # In float32 also in mixed precision: TensorFlow resizes in float32, and Keras would clip
        # the result to the range of 16 bits, which takes longer than the next convolution.
        return layers.UpSampling2D(
            2, interpolation="bilinear", dtype=self.variable_dtype, name="upsample"
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.upsample = self.upsampling(input_shape[-1])
        self.upsample.build(input_shape)
        shape = self.upsample.compute_output_shape(input_shape)
        self.conv.build(shape)
        self.norm.build(self.conv.compute_output_shape(shape))

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return ops.relu(self.norm(self.conv(self.upsample(inputs)), training=training))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, _ = input_shape
        return (batch, height and 2 * height, width and 2 * width, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
