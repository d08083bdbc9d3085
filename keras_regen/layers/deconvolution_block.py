"""DeconvolutionBlock: the block of the decoder in the first version of CSAE."""

import keras
from keras import layers

from keras_regen.layers.conv2d_transpose import Conv2DTranspose
from keras_regen.layers.upsampling_block import UpsamplingBlock


@keras.saving.register_keras_serializable(package="keras_regen")
class DeconvolutionBlock(UpsamplingBlock):
    """Doubles the size of images with a transposed convolution.

    A 3x3 convolution, batch normalization and ReLU follow. The transposed convolution has 2x2
    kernels with stride 2, which do not overlap. Its output has half the channels of the input, as
    in the authors' published code.

    Args:
        filters: Integer, at least 1: the number of channels of the output.
        kernel_initializer: Initializer of the convolutions.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape: `(batch, height, width, channels)`.
    Output shape: `(batch, 2 * height, 2 * width, filters)`.

    Raises:
        ValueError: If `filters` is below 1 or the initializer is unknown.

    Source: CSAE, first version, section 3.3 and table 2.

    Examples:
        >>> import numpy as np
        >>> from keras_regen.layers import DeconvolutionBlock
        >>> tuple(DeconvolutionBlock(32)(np.zeros((1, 4, 4, 64))).shape)
        (1, 8, 8, 32)
    """

    def upsampling(self, channels: int) -> layers.Layer:
        """Builds the layer that doubles the size of the images.

        Args:
            channels: Integer: the number of channels of the images.

        Returns:
            A layer that is not built.
        """
        return Conv2DTranspose(
            max(1, channels // 2),
            2,
            strides=2,
            kernel_initializer=self.kernel_initializer.clone(),
            dtype=self.dtype_policy,
            name="upsample",
        )
