"""Slow and simple NumPy versions of the papers' blocks, in float64, channels last."""

import numpy as np


def layer_weights(weights, name):
    """Returns the weights of a layer of a block or model."""
    return {k.removeprefix(f"{name}/"): v for k, v in weights.items() if k.startswith(f"{name}/")}


def conv(x, kernel, bias=0.0, strides=1):
    """Convolution with Keras' "same" padding: an odd row or column is added at the end."""
    size = kernel.shape[0]
    rows, columns = (-(-side // strides) for side in x.shape[1:3])
    pads = [
        max((count - 1) * strides + size - side, 0)
        for count, side in zip((rows, columns), x.shape[1:3], strict=True)
    ]
    x = np.pad(x, ((0, 0), *((pad // 2, pad - pad // 2) for pad in pads), (0, 0)))
    y = np.empty((len(x), rows, columns, kernel.shape[-1]))
    for i in range(rows):
        for j in range(columns):
            patch = x[:, i * strides : i * strides + size, j * strides : j * strides + size]
            y[:, i, j] = np.tensordot(patch, kernel, 3) + bias
    return y


def norm(x, weights, training=False):
    """Batch normalization with `gamma` and `beta`."""
    mean, variance = weights["moving_mean"], weights["moving_variance"]
    if training:
        mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return (x - mean) / np.sqrt(variance + 1e-3) * weights["gamma"] + weights["beta"]


def relu(x):
    return np.maximum(x, 0)


def residual_block(x, weights, strides=2, training=False):
    y = conv(x, weights["conv1/kernel"], strides=strides)
    y = relu(norm(y, layer_weights(weights, "norm1"), training))
    y = norm(conv(y, weights["conv2/kernel"]), layer_weights(weights, "norm2"), training)
    if "shortcut/kernel" in weights:
        x = conv(x, weights["shortcut/kernel"], weights["shortcut/bias"], strides)
    return relu(x + y)


def doubled_bilinear(x):
    """Bilinear upsampling: weights of 0.75 and 0.25 for the nearest pixels; edges repeat."""
    batch, height, width, channels = x.shape
    y = np.empty((batch, 2 * height, 2 * width, channels))
    for i in range(2 * height):
        for j in range(2 * width):
            value = 0
            for row, row_share in ((i // 2, 0.75), (i // 2 + (1 if i % 2 else -1), 0.25)):
                for col, col_share in ((j // 2, 0.75), (j // 2 + (1 if j % 2 else -1), 0.25)):
                    row_in, col_in = np.clip(row, 0, height - 1), np.clip(col, 0, width - 1)
                    value = value + row_share * col_share * x[:, row_in, col_in]
            y[:, i, j] = value
    return y


def doubled_transposed(x, kernel, bias):
    """Transposed convolution: each pixel becomes a patch of 2x2 pixels."""
    batch, height, width, _ = x.shape
    y = np.empty((batch, 2 * height, 2 * width, kernel.shape[2]))
    for i in range(2 * height):
        for j in range(2 * width):
            y[:, i, j] = x[:, i // 2, j // 2] @ kernel[i % 2, j % 2].T + bias
    return y


def upsampling_block(x, weights, training=False):
    """`UpsamplingBlock`, or `DeconvolutionBlock` if the weights have a transposed convolution."""
    if "upsample/kernel" in weights:
        x = doubled_transposed(x, weights["upsample/kernel"], weights["upsample/bias"])
    else:
        x = doubled_bilinear(x)
    return relu(norm(conv(x, weights["conv/kernel"]), layer_weights(weights, "norm"), training))
