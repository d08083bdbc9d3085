"""DeconvolutionBlock against a slow NumPy block, in values and gradients."""

import numpy as np
import pytest

from keras_regen.layers import DeconvolutionBlock
from tests import reference
from tests.contract import (
    check_config,
    check_dynamic_batch,
    check_gradients,
    check_mixed_precision,
    randomize,
    run,
    to_numpy,
    weights_of,
)

SHAPE = (3, 2, 4)


def images(shape=SHAPE):
    return np.random.default_rng(1).normal(size=(5, *shape)).astype("float32")


def block_for(shape=SHAPE):
    block = DeconvolutionBlock(2, name="block")
    block.build((None, *shape))
    return randomize(block)


def test_values_equal_the_slow_block():
    block, x = block_for(), images()
    outputs = run(block, x)[0][0]
    np.testing.assert_allclose(outputs, reference.upsampling_block(x, weights_of(block)), atol=1e-4)
    assert outputs.shape == (5, 6, 4, 2)
    assert block.compute_output_shape((None, *SHAPE)) == (None, 6, 4, 2)


def test_transposed_convolution_has_no_overlap():
    block, x = block_for(), images()
    kernel, bias = (to_numpy(weight) for weight in block.upsample.weights)
    assert kernel.shape == (2, 2, 2, 4)  # the output has half of the 4 channels
    outputs = to_numpy(block.upsample(x))
    np.testing.assert_allclose(outputs, reference.doubled_transposed(x, kernel, bias), atol=1e-5)


def test_a_single_channel_stays_a_single_channel():
    block = DeconvolutionBlock(2)
    block.build((None, 2, 2, 1))
    assert tuple(block.upsample.kernel.shape) == (2, 2, 1, 1)


def test_gradients_and_statistics_of_a_training_step():
    block, x = block_for(), images()
    before = weights_of(block)
    check_gradients(block, x, lambda x, w: reference.upsampling_block(x, w, training=True))
    doubled = reference.doubled_transposed(x, before["upsample/kernel"], before["upsample/bias"])
    inner = reference.conv(doubled, before["conv/kernel"])
    after = weights_of(block)
    for name, value in {"mean": inner.mean((0, 1, 2)), "variance": inner.var((0, 1, 2))}.items():
        expected = 0.9 * before[f"norm/moving_{name}"] + 0.1 * value
        np.testing.assert_allclose(after[f"norm/moving_{name}"], expected, atol=1e-5)


def test_config_batch_size_and_mixed_precision():
    restored = check_config(DeconvolutionBlock(3, kernel_initializer="glorot_uniform"))
    assert restored.filters == 3
    check_dynamic_batch(block_for(), images())
    check_mixed_precision(lambda **kwargs: DeconvolutionBlock(2, **kwargs), images())


def test_zero_filters_are_an_error():
    with pytest.raises(ValueError, match="filters"):
        DeconvolutionBlock(0)
